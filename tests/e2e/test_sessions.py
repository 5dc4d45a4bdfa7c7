"""Connections that live through moves: the reason for all the rest."""
import hashlib
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest
from deployment import PATIENCE
from topology import CORRESPONDENT, HERE, HOME_ADDRESS

JOURNEY = ("A", "B", "A", "home")
MEGABYTES = int(os.environ.get("GODWIT_E2E_MEGABYTES", "200"))
SECONDS = 10  # of the download: the server paces it, so that it lasts through the journey


def serve(network, node, what, *arguments):
    server = network.start(node, f"{sys.executable} -B {HERE}/traffic.py {what} " + " ".join(map(str, arguments)))
    assert "ready" in server.stdout.readline()


def connect(network, node, address, port):
    connection = network.socket(node, socket.AF_INET6, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    connection.connect((address, port))
    assert node != "mn" or connection.getsockname()[0] == HOME_ADDRESS
    return connection


def assert_echoes(connection, text):
    connection.sendall(text)
    got = b""
    while len(got) < len(text):
        part = connection.recv(65536)
        assert part, "the connection was closed"
        got += part
    assert got == text


def test_a_download_survives_home_a_b_a_home(at_home, report):
    network, content = at_home.topology, at_home.directory / "content"
    content.write_bytes(os.urandom(MEGABYTES * 1_000_000))
    serve(network, "cn", "serve", CORRESPONDENT, 8080, content, MEGABYTES / SECONDS)
    arrived, began = at_home.directory / "arrived", time.monotonic()
    curl = network.start("mn", f"curl -sS --max-time 300 -o {arrived} -w '%{{local_ip}} %{{num_connects}} %{{http_code}}' "
                               f"http://[{CORRESPONDENT}]:8080/")
    for link in JOURNEY:
        time.sleep(SECONDS / 6)
        at_home.move(link)
        assert curl.poll() is None, "the download ended before the journey did"
    said = curl.communicate()[0]
    report(f"{MEGABYTES} MB in {time.monotonic() - began:.1f} s, paced to take {SECONDS} s, with {len(JOURNEY)} moves")
    assert said == f"{HOME_ADDRESS} 1 200"
    assert hashlib.sha256(arrived.read_bytes()).digest() == hashlib.sha256(content.read_bytes()).digest()


def test_an_upload_survives_home_a_b_a_home(at_home):
    network, content = at_home.topology, os.urandom(20_000_000)
    serve(network, "cn", "echo", CORRESPONDENT, 7007)
    connection, back = connect(network, "mn", CORRESPONDENT, 7007), bytearray()

    def collect():
        while len(back) < len(content) and (part := connection.recv(1 << 16)):
            back.extend(part)

    reader = threading.Thread(target=collect)
    reader.start()
    for number, link in enumerate((*JOURNEY, None)):
        connection.sendall(content[number * 4_000_000:(number + 1) * 4_000_000])
        if link:
            at_home.move(link)
    reader.join(60)
    assert hashlib.sha256(back).digest() == hashlib.sha256(content).digest()


def test_an_idle_connection_is_still_there_after_the_journey(at_home):
    serve(at_home.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(at_home.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(connection, b"before")
    for link in JOURNEY:
        at_home.move(link)
        time.sleep(0.5)  # nothing is said
    assert_echoes(connection, b"after")


@pytest.mark.parametrize("start", ["home", "A"])
def test_the_correspondent_connects_to_the_home_address(at_home, start):
    if start != "home":
        at_home.move(start)
    serve(at_home.topology, "mn", "echo", "::", 7007)
    connection = connect(at_home.topology, "cn", HOME_ADDRESS, 7007)
    assert connection.getpeername()[0] == HOME_ADDRESS
    for number, link in enumerate(JOURNEY[1:]):
        assert_echoes(connection, b"%d" % number * 10_000)
        at_home.move(link)
    assert_echoes(connection, b"last")


@pytest.fixture
def secure_shell(at_home):
    """A server in the correspondent's namespace with keys of its own: what to append to `ssh`."""
    if pathlib.Path("/proc/self/uid_map").read_text().split()[2] == "1":
        pytest.skip("sshd separates its privileges by users, and this user namespace has only one")
    directory, separation = at_home.directory / "ssh", pathlib.Path("/run/sshd")
    directory.mkdir()
    ours = not separation.exists()
    separation.mkdir(mode=0o755, exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / name], check=True)
    (directory / "config").write_text(
        f"ListenAddress [{CORRESPONDENT}]:2222\nHostKey {directory}/host\nAuthorizedKeysFile {directory}/user.pub\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPidFile none\n")
    server = at_home.topology.start("cn", f"/usr/sbin/sshd -D -e -f {directory}/config", log="sshd.log")
    deadline = time.monotonic() + PATIENCE
    while "Server listening" not in at_home.log("sshd"):
        assert server.poll() is None and time.monotonic() < deadline, at_home.log("sshd")
        time.sleep(0.02)
    yield (f"-i {directory}/user -p 2222 -o BatchMode=yes -o StrictHostKeyChecking=no "
           f"-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR root@{CORRESPONDENT}")
    at_home.topology.stop(server)
    if ours:
        separation.rmdir()


def test_an_ssh_session_survives_home_a_b_a_home(at_home, secure_shell):
    session = at_home.topology.start("mn", f"ssh {secure_shell} cat", stdin=subprocess.PIPE)
    for link in (*JOURNEY, None):
        session.stdin.write(f"on the way to {link}\n")
        session.stdin.flush()
        assert session.stdout.readline() == f"on the way to {link}\n"
        if link:
            at_home.move(link)
    session.stdin.close()
    assert session.wait(PATIENCE) == 0


def test_the_bare_kernel_moves_without_a_network_manager(at_a):
    """Nobody flushes the old address and the old route; a short loss of carrier is all there is to notice."""
    serve(at_a.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(at_a.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(connection, b"before")
    at_a.topology.reroute_silently("B")
    at_a.wait_registered(at_a.topology.care_of_address("B"))
    assert_echoes(connection, b"after")
