"""`godwit-ha` with a mobile node that is not its own: one in Scapy, bare RFC 6275 (`protection = "none"`), which registers,
moves under traffic, and comes home. test_laboratory_profile.py has its single messages."""
import re

import pytest
from deployment import binding, settle
from scapy_mobile_node import TravellingMobileNode
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT


@pytest.fixture
def node(deploy):
    deployment = deploy(protection="none", allow_parameter_problems=("mn",), home_agent={"allow_unprotected": True})
    deployment.start("ha")
    with TravellingMobileNode(deployment) as node:
        node.deployment = deployment
        yield node


def registered(node):
    return binding(node.deployment.status("ha"), HOME_ADDRESS)


def test_it_moves_under_traffic_and_comes_home(node):
    node.move("A")
    ping = node.network.start("cn", f"ping -n -i 0.1 {HOME_ADDRESS}", log="ping.log")
    node.wait_for_answer(1)  # reverse tunnelled, RFC 6275 §10.4.5
    places = {}
    for link in ("B", "A", "home"):
        settle(1)
        before = node.tunnelled + node.native
        answer, header = node.move(link)
        assert (header.status, header.seq) == (0, node.sequence)
        assert (answer.src, answer.dst) == (HOME_AGENT, node.care_of or HOME_ADDRESS)
        places[link] = registered(node) and registered(node)["care_of_address"]
        assert places[link] == node.care_of
        settle(1)
        assert node.tunnelled + node.native > before + 3, f"nothing comes on {link}"
        node.wait_for_answer(100 + len(places))
    assert node.native > 3 and header.mhtime == 0
    node.network.stop(ping)
    said = (node.network.directory / "ping.log").read_text()
    numbers = [int(number) for number in re.findall(r"icmp_seq=(\d+) ", said)]
    assert len(numbers) == len(set(numbers)), "an answer came twice"
    assert len(numbers) > 0.5 * max(numbers), "more was lost than what the moves cost"


def test_what_another_care_of_address_tunnels_is_not_forwarded(node):
    """RFC 6275 §10.4.5: the outer source must be the one that is bound."""
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    node.move("A")
    node.wait_for_answer(1)
    for source, inner in (("2001:db8:a::bad", HOME_ADDRESS), (node.care_of, "2001:db8:f::77")):
        node.send("uplink", IPv6(src=source, dst=HOME_AGENT) / IPv6(src=inner, dst=CORRESPONDENT) / ICMPv6EchoRequest(id=77, seq=4711))
    node.wait_for_answer(2)
    assert 4711 not in node.answers


def test_deregistering_away_ends_the_tunnel(node):
    node.move("A")
    node.wait_for_answer(1)
    _, header = node.update(lifetime=0)
    assert (header.status, header.mhtime) == (0, 0)
    assert registered(node) is None
    before = node.tunnelled
    node.network.run("cn", f"ping -n -c 2 -i 0.1 -W 1 {HOME_ADDRESS}", check=False)
    assert node.tunnelled == before


def test_it_is_registered_again_after_it_was_at_home(node):
    node.move("home")  # status 133: there is no binding to give up
    for link in ("A", "home", "B"):
        _, header = node.move(link)
        assert header.status == 0
    assert registered(node)["care_of_address"] == node.care_of
    node.wait_for_answer(1)
