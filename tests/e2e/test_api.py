"""The API of a real home agent, as its commands and others ask it."""
import json
import re
import subprocess
import sys

import pytest
from deployment import GODWIT_HA, UnixConnection
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS


def get(deployment, target, method="GET"):
    connection = UnixConnection(deployment.socket("ha"))
    try:
        connection.request(method, target)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture
def moved(at_a):
    """A mobile node that went from A to B with an open connection."""
    serve(at_a.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(at_a.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(connection, b"before")
    at_a.move("B")
    assert_echoes(connection, b"after")
    return at_a


def ha(deployment, *arguments):
    return deployment.command(*arguments, "--socket", deployment.socket("ha"), program=GODWIT_HA, node="ha")


def test_events_tell_of_the_registration_and_of_the_move(moved):
    moved.wait("ha", lambda _: "\"moved\"" in get(moved, "/v1/events?follow=false")[1])
    code, output, errors = ha(moved, "events", "--json", "--once")
    events = [json.loads(line) for line in output.splitlines()]
    assert (code, errors, [event["type"] for event in events]) == (0, "", ["registered", "moved"])
    registered, move = events
    assert registered["name"] == "mn" and registered["home_address"] == HOME_ADDRESS
    assert move["from"] == registered["care_of_address"] and move["to"] == moved.topology.care_of_address("B")
    assert move["cause"] == "address-lost", "as the mobile node says"
    assert 0 <= move["gap_ms"] < 10_000 and move["id"] == registered["id"] + 1
    assert ha(moved, "events", "--json", "--once", "--since", registered["id"])[1].splitlines() == output.splitlines()[1:]
    assert re.search(r" mn moved from .* to .* \(address-lost, ", ha(moved, "events", "--once")[1])


def test_metrics_count_the_move(moved):
    moved.wait("ha", lambda _: "godwit_handover_gap_seconds_count 1" in get(moved, "/metrics")[1])
    metrics = get(moved, "/metrics")[1]
    assert "godwit_bindings 1\n" in metrics
    assert f'godwit_client_bytes_total{{name="mn",home_address="{HOME_ADDRESS}",direction="sent"}}' in metrics


def test_events_end_with_the_home_agent(at_a):
    follower = subprocess.Popen([*at_a.topology.within("ha"), GODWIT_HA, "events", "--socket", at_a.socket("ha")], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert " mn registered from " in follower.stdout.readline()
    at_a.stop("ha")
    assert follower.wait(10) == 4 and "has ended" in follower.stderr.read()


def test_only_the_privileged_change_something(at_a):
    status, body = get(at_a, "/v1/clients/mn", "DELETE")
    assert (status, json.loads(body)["error"]["code"]) == (409, "is-configured")
    at_a.directory.chmod(0o711)
    as_nobody = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-s", "-X", "DELETE",
                                "--unix-socket", at_a.socket("ha"), "http://localhost/v1/clients/mn"], text=True,
                               capture_output=True)
    if "setpriv" in as_nobody.stderr:
        pytest.skip("a user namespace of one user: " + as_nobody.stderr)
    assert json.loads(as_nobody.stdout)["error"]["code"] == "not-privileged"


FILL = """
import socket, sys, time
asked = [socket.socket(socket.AF_UNIX) for _ in range(600)]
for each in asked:
    each.connect(sys.argv[1])
for each in asked[-8:]:
    each.sendall(b"GET /v1/events HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
print("full", flush=True)
time.sleep(600)
"""


def test_a_user_who_fills_the_socket_keeps_nobody_out(at_a):
    at_a.directory.chmod(0o711)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*nobody, "true"], capture_output=True).returncode != 0:
        nobody = []  # a user namespace of one user: then it is root himself
    filler = subprocess.Popen([*nobody, sys.executable, "-c", FILL, at_a.socket("ha")], stdout=subprocess.PIPE, text=True)
    try:
        assert filler.stdout.readline() == "full\n"
        assert ha(at_a, "status")[0] == 0
        assert ha(at_a, "events", "--once")[0] == 0
        assert json.loads(get(at_a, "/v1/clients/mn", "DELETE")[1])["error"]["code"] == "is-configured"
    finally:
        filler.kill()
        filler.wait()
