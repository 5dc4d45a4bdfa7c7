"""The tests' own network, without the programs under test."""
import pathlib
import re
import time

import pytest
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS, Topology


@pytest.fixture(scope="module")
def network():
    with Topology() as topology:
        yield topology


def test_the_correspondent_reaches_the_home_address_on_the_home_link(network):
    network.move("home")
    network.ip("mn", f"addr add {HOME_ADDRESS}/64 dev uplink")
    assert " 0% packet loss" in network.run("cn", f"ping -n -c 3 -i 0.01 -W 10 {HOME_ADDRESS}")


@pytest.mark.parametrize("link", ["A", "B", "home", "B", "A"])
def test_a_move_gives_an_address_of_the_new_link_within_a_second(network, link, report):
    moved = network.move(link)
    report(f"to {link}: address usable {(moved['usable'] - moved['plugged']) * 1e3:.0f} ms after the cable")
    assert moved["usable"] - moved["plugged"] < SLOWNESS  # seconds
    assert moved["address"] == network.care_of_address(link)
    assert " 0% packet loss" in network.run("mn", f"ping -n -c 3 -i 0.01 -W 10 {CORRESPONDENT}")


def test_the_old_address_is_gone_after_a_move(network):
    network.move("A")
    network.move("B")
    assert "2001:db8:a:" not in network.run("mn", "ip addr show uplink; ip -6 route show table all")


def test_a_link_has_the_delay_that_was_asked_for(report):
    with Topology(impair={"A": "--delay 20"}) as topology:
        topology.move("A")
        times = [float(text) for text in re.findall(r"time=([\d.]+)", topology.run(
            "mn", f"ping -n -c 50 -i 0.02 -W 10 {CORRESPONDENT}"))][1:]  # the first waits for neighbour discovery
    report(f"round trip over a link of 20 ms: {min(times):.2f} to {max(times):.2f} ms")
    assert len(times) == 49
    assert 40 <= min(times) < 40 + 2 * SLOWNESS


def test_leaving_removes_namespaces_processes_and_files():
    with Topology() as topology:
        process = topology.start("cn", "sleep 1000")
        name, directory = topology.name, topology.directory
        time.sleep(0.05)
    assert process.poll() is not None
    assert not directory.exists()
    assert not list(pathlib.Path("/run/netns").glob(name + "-*"))
