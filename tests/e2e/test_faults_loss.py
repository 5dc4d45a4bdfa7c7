"""One packet in five is lost, both ways, all the time: joining, registering, moving, traffic; and far too much of everything."""
import hashlib
import json
import os
import pathlib
import time

import pytest
from deployment import PATIENCE, binding
from enrolled import Enrolled
from faults import resident
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT, SLOWNESS, Topology

LOSS = "--loss 20"
MEGABYTES = 1
FORGER = os.environ.get("GODWIT_FORGER", str(HERE.parents[1] / "build/release/tests/bench/forged_handshakes"))
OTHER = "2001:db8:f::a"


@pytest.mark.parametrize("seed", range(3))
def test_one_packet_in_five_is_lost_from_the_joining_on(request, seed):
    with Topology(impair={link: f"{LOSS} --seed {10 * seed + number}" for number, link in enumerate(("A", "B"))}) as network:
        deployment = Enrolled(network)
        request.node.deployments = [deployment]
        network.move("A")
        deployment.start("ha")
        deployment.enrol()
        home = deployment.home_addresses["mn"]
        deployment.start("mn")
        deployment.wait("mn", lambda status: status["state"] == "registered", 3 * PATIENCE)
        content = deployment.directory / "content"
        content.write_bytes(os.urandom(MEGABYTES * 1_000_000))
        serve(network, "cn", "serve", CORRESPONDENT, 8080, content, MEGABYTES)
        arrived = deployment.directory / "arrived"
        curl = network.start("mn", f"curl -sS --max-time {400 * SLOWNESS} -o {arrived} -w '%{{local_ip}} %{{http_code}}' http://[{CORRESPONDENT}]:8080/")
        for link in ("B", "A", "B"):
            moved = network.move(link)
            deployment.wait("mn", lambda status: status["state"] == "registered", 3 * PATIENCE)
            deployment.wait("ha", lambda status: binding(status, home) and binding(status, home)["care_of_address"] == moved["address"], 3 * PATIENCE)
        assert curl.communicate()[0] == f"{home} 200"
        assert hashlib.sha256(arrived.read_bytes()).digest() == hashlib.sha256(content.read_bytes()).digest()


@pytest.mark.parametrize("encapsulation", ["ip6", "udp"])
def test_ten_times_too_much_signalling_and_data_at_once(deploy, encapsulation, report):
    """The connection lives, another client registers, and afterwards nothing is left of it."""
    if not pathlib.Path(FORGER).exists():
        pytest.fail(f"not built: {FORGER}", pytrace=False)
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2"), "impair": {"A": "--rate 20 --queue 60"}},
                        home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER},
                        mobile_node={"encapsulation": encapsulation, "log_level": "info"}, home_agent={"log_level": "info"})
    network = deployment.topology
    network.plug("A")
    network.plug("B", "mn2")
    deployment.start("ha").start("mn")
    deployment.wait_attached()
    serve(network, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(network, "mn", CORRESPONDENT, 7007)
    connection.settimeout(60 * SLOWNESS)
    assert_echoes(connection, b"before")
    before = {node: resident(deployment.daemons[node].pid) for node in ("mn", "ha")}
    port = "4191" if encapsulation == "udp" else ""
    # 200 Mbit/s each way on a link of 20, and ten times the handshakes that the home agent takes of all networks.
    fire = [network.start("rt", f"{FORGER} {deployment.public['ha']} {HOME_AGENT} 2001:db8:66:: {10000 // SLOWNESS} 8 {port}", log="forged.log"),
            network.start("cn", "iperf3 -s", log="iperf3.log")]
    for direction in ("", "-R"):
        fire.append(network.start("mn", f"iperf3 -u -b {200 // SLOWNESS}M -t 8 {direction} -c {CORRESPONDENT} {'-p 5202' if direction else ''}",
                                  log=f"flood{direction}.log"))
        if not direction:
            fire.append(network.start("cn", "iperf3 -s -p 5202", log="iperf3-2.log"))
    deployment.launch("mn2")
    deployment.wait("mn2", lambda status: status["state"] == "registered", 10 * SLOWNESS)
    assert_echoes(connection, b"amid")
    fire[0].wait()
    forged = json.loads((deployment.directory / "forged.log").read_text().splitlines()[-1])
    network.stop(*fire)
    deployment.wait("mn", lambda status: status["state"] == "registered")
    assert_echoes(connection, b"after")
    deadline = time.monotonic() + PATIENCE
    while " 0% packet loss" not in network.run("cn", f"ping -n -c 10 -i 0.1 -W 1 {HOME_ADDRESS}", check=False):
        assert time.monotonic() < deadline
    grown = {node: resident(deployment.daemons[node].pid) - before[node] for node in before}
    report(f"{forged['per_second']:.0f} forged handshakes/s; grown by {grown} KiB")
    assert all(growth < 64 * 1024 for growth in grown.values())
    deployment.move("B")
    assert_echoes(connection, b"elsewhere")
