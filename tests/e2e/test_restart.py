"""kill -9 of each side, an unreachable home agent, and what becomes of connections."""
import time

import pytest
from deployment import PATIENCE, binding, settle
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS


def test_the_mobile_node_is_killed_and_started_again(talking, report):
    sequence = talking.status()["binding"]["sequence"]
    talking.crash("mn")
    began = time.monotonic()
    talking.start("mn")
    status = talking.wait_registered(talking.topology.care_of_address("A"))
    report(f"from the start to registered again: {(time.monotonic() - began) * 1e3:.0f} ms")
    assert (status["binding"]["sequence"] - sequence) % 65536 < 32768, "an older sequence number than before"
    assert_echoes(talking.connection, b"after")


def test_the_mobile_node_is_killed_on_a_and_started_at_home(talking):
    talking.crash("mn")
    talking.topology.move("home")
    talking.start("mn")
    talking.wait_home()
    assert_echoes(talking.connection, b"after")


def test_the_home_agent_is_killed_and_started_again(talking, report):
    talking.crash("ha")
    talking.start("ha")
    began = time.monotonic()
    assert_echoes(talking.connection, b"after")
    report(f"from the start to the first answer: {(time.monotonic() - began) * 1e3:.0f} ms")
    talking.wait_registered(talking.topology.care_of_address("A"))


def test_both_are_killed_and_started_again(talking):
    talking.crash("ha")
    talking.crash("mn")
    talking.start("mn", "ha")
    talking.wait_registered(talking.topology.care_of_address("A"))
    assert_echoes(talking.connection, b"after")


def test_stopping_the_mobile_node_deregisters(at_a):
    at_a.stop("mn")
    at_a.wait("ha", lambda status: not binding(status, HOME_ADDRESS))


def test_the_home_agent_comes_after_the_mobile_node(deploy):
    deployment = deploy(allow_parameter_problems=("ha",))  # there is no daemon yet
    deployment.topology.plug("A")
    deployment.start("mn")
    deployment.wait("mn", lambda status: status["state"] == "registering")
    settle(1)
    deployment.start("ha")
    deployment.wait_registered(deployment.topology.care_of_address("A"))


def test_the_network_comes_after_the_mobile_node(deploy):
    deployment = deploy()
    deployment.start_all()
    deployment.wait("mn", lambda status: status["state"] == "unattached")
    deployment.topology.plug("A")
    deployment.wait_registered(deployment.topology.care_of_address("A"))


def test_moves_while_the_home_agent_is_away(talking):
    talking.crash("ha")
    talking.topology.move("B")
    talking.wait("mn", lambda status: status["state"] == "registering")
    talking.start("ha")
    talking.wait_registered(talking.topology.care_of_address("B"))
    assert_echoes(talking.connection, b"after")


def test_a_short_lifetime_is_refreshed_before_it_ends(deploy):
    deployment = deploy(mobile_node={"lifetime": 40})
    deployment.topology.plug("A")
    deployment.start_all()
    sequence = deployment.wait_registered(deployment.topology.care_of_address("A"))["binding"]["sequence"]
    status = deployment.wait("mn", lambda status: status["binding"] and status["binding"]["sequence"] != sequence, 40 + PATIENCE)
    assert status["state"] == "registered"
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")


def test_a_binding_whose_node_has_gone_expires(deploy):
    deployment = deploy(mobile_node={"lifetime": 40})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.crash("mn")
    deployment.wait("ha", lambda status: not binding(status, HOME_ADDRESS), 40 + PATIENCE)


@pytest.mark.parametrize("impair", ["--loss 20", "--delay 100 --loss 5", "--rate 1 --queue 20"])
def test_moves_over_bad_links(deploy, impair):
    deployment = deploy(topology={"impair": {"A": impair, "B": impair}})
    deployment.topology.plug("home")
    deployment.start_all()
    deployment.wait_home()
    serve(deployment.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(deployment.topology, "mn", CORRESPONDENT, 7007)
    for link in ("A", "B", "home"):
        deployment.move(link)
        assert_echoes(connection, b"on " + link.encode() * 1000)
