"""What a bystander sees on the links, with the eyes of tshark and Scapy."""
import ipaddress
import os

import pytest
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT
from wire import (BINDING_ACKNOWLEDGEMENT, BINDING_UPDATE, ESP, IPV6_IN_IPV6, Capture, checksum_is_right, last_header)

ICMPV6, MOBILITY = 58, 135
MARKER = os.urandom(64)  # what the application says


class Journey:
    """home -> A -> home with some traffic on A, seen on link A, between rt and the home agent, and on the home link."""

    def __init__(self, deploy, protection):
        self.deployment = deployment = deploy(protection=protection)
        network = deployment.topology
        network.plug("home")
        deployment.start_all()
        deployment.wait_home()
        self.a, self.core, self.home = (Capture(network, *where) for where in (("rt", "A"), ("rt", "ha"), ("ha", "home")))
        with self.a, self.core, self.home:
            self.care_of_address = deployment.move("A")["address"]
            serve(network, "cn", "echo", CORRESPONDENT, 7007)
            connection = connect(network, "mn", CORRESPONDENT, 7007)
            assert_echoes(connection, MARKER)
            network.run("mn", f"ping -n -c 5 -i 0.02 {CORRESPONDENT}")
            network.run("cn", f"ping -n -c 5 -i 0.02 {HOME_ADDRESS}")
            self.status = deployment.status()
            connection.close()
            deployment.move("home")


@pytest.fixture(params=["sealed", "plain"])
def journey(request, deploy):
    return Journey(deploy, request.param)


def test_signalling_is_mobile_ipv6_as_rfc_6275_writes_it(journey):
    updates = journey.a.tshark("mip6.mhtype == 5", "ipv6.src", "ipv6.dst", "ipv6.opt.mipv6.home_address",
                               "mip6.bu.a_flag", "mip6.bu.h_flag", "mip6.proto", "ipv6.opt.type")
    assert updates, "tshark saw no binding update on link A"
    for source, destination, home, acknowledge, registration, proto, _ in updates:
        assert (source, destination, home) == (journey.care_of_address, HOME_AGENT, HOME_ADDRESS)
        assert (acknowledge, registration, proto) == ("1", "1", "59")
    acknowledgements = journey.a.tshark("mip6.mhtype == 6", "ipv6.src", "ipv6.dst", "ipv6.routing.mipv6.home_address",
                                        "ipv6.routing.type", "mip6.ba.status")
    assert acknowledgements, "tshark saw no binding acknowledgement on link A"
    for source, destination, home, kind, status in acknowledgements:
        assert (source, destination, home, kind) == (HOME_AGENT, journey.care_of_address, HOME_ADDRESS, "2")
        assert int(status, 0) < 128
    assert not journey.a.tshark("_ws.malformed")
    assert not journey.core.tshark("_ws.malformed")

    # RFC 6275 §11.5.5: deregistration comes from the home address itself.
    deregistrations = journey.home.tshark("mip6.mhtype == 5", "ipv6.src", "ipv6.dst", "mip6.bu.lifetime",
                                          "ipv6.opt.mipv6.home_address")
    assert [HOME_ADDRESS, HOME_AGENT, "0", ""] in deregistrations

    for capture in (journey.a, journey.core, journey.home):
        for kind in (BINDING_UPDATE, BINDING_ACKNOWLEDGEMENT):
            assert all(checksum_is_right(packet) for packet in capture.mobility(kind))
    update = journey.a.mobility(BINDING_UPDATE)[0]
    options = update.lastlayer().options
    if journey.deployment.protection == "sealed":  # RFC 5648 §4.3, which Scapy does not know: type 35, 20 octets
        bodies = [bytes(option)[2:22] for option in options if bytes(option)[:2] == bytes([35, 20])]
        assert [body[4:] for body in bodies] == [ipaddress.ip_address(journey.care_of_address).packed]
    else:
        assert journey.care_of_address in [getattr(option, "acoa", None) for option in options]


def test_nothing_but_signalling_and_the_tunnel_crosses_a_foreign_link(journey):
    tunnel = ESP if journey.deployment.protection == "sealed" else IPV6_IN_IPV6
    foreign = [packet for packet in journey.a.packets()
               if not (ipaddress.IPv6Address(packet.src).is_link_local or packet.src == "::"
                       or ipaddress.IPv6Address(packet.dst).is_multicast)]
    seen = {last_header(packet) for packet in foreign}
    assert tunnel in seen and MOBILITY in seen
    assert seen <= {tunnel, MOBILITY, ICMPV6}
    for packet in foreign:
        if last_header(packet) == ICMPV6:  # neighbour discovery with the router
            assert packet.payload.type in (135, 136), packet.show(dump=True)
        else:
            assert {packet.src, packet.dst} == {journey.care_of_address, HOME_AGENT}, packet.show(dump=True)


def test_sealed_hides_the_inner_packets_and_plain_does_not(journey):
    """Both, so that this test can fail."""
    hidden = journey.deployment.protection == "sealed"
    octets = journey.a.octets()
    assert (MARKER not in octets) == hidden
    assert (ipaddress.IPv6Address(CORRESPONDENT).packed not in octets) == hidden


def test_the_status_tells_what_the_wire_shows(journey):
    status, sealed = journey.status, journey.deployment.protection == "sealed"
    assert status["schema"] == 1
    assert status["path"] == {"encapsulation": "ip6", "interface": "uplink", "kind": "wired", "metered": False,
                              "local": journey.care_of_address, "remote": HOME_AGENT, "remote_port": None, "nat": False}
    assert status["tunnel"]["protection"] == journey.deployment.protection
    assert bool(status["tunnel"]["suite"]) == sealed
    assert 1280 <= status["tunnel"]["mtu"] <= 1460
    assert status["tunnel"]["tx_packets"] >= 10 and status["tunnel"]["rx_packets"] >= 10
    last = journey.a.mobility(BINDING_UPDATE)[-1]
    assert status["binding"]["sequence"] == last.lastlayer().seq
    assert 0 < status["binding"]["remaining_s"] <= status["binding"]["lifetime_s"] <= 600


def test_the_home_agent_defends_the_home_address_on_the_home_link(at_home):
    """RFC 6275 §10.4.1: a host of the home link finds the home agent's link-layer address behind a bound home address."""
    network = at_home.topology
    network.run("net", "echo 0 > /proc/sys/net/ipv6/conf/home/disable_ipv6")  # a neighbour: the switch itself
    network.ip("net", "addr add 2001:db8:f::77/64 dev home nodad")
    at_home.move("A")
    assert " 0% packet loss" in network.run("net", f"ping -n -c 3 -i 0.05 -W 10 {HOME_ADDRESS}")
    mac = network.run("ha", "cat /sys/class/net/home/address").strip()
    assert mac in network.run("net", f"ip neigh show {HOME_ADDRESS} dev home")
    at_home.move("home")
    assert " 0% packet loss" in network.run("net", f"ping -n -c 3 -i 0.05 -W 10 {HOME_ADDRESS}")
    mac = network.run("mn", "cat /sys/class/net/uplink/address").strip()
    assert mac in network.run("net", f"ip neigh show {HOME_ADDRESS} dev home")


def test_who_has_come_home_answers_neighbor_solicitations_by_unicast(at_home):
    """RFC 6275 §11.5.5: once the deregistration has been sent."""
    from scapy.layers.inet6 import ICMPv6ND_NA
    network = at_home.topology
    at_home.move("A")
    at_home.move("home")
    with Capture(network, "mn", "uplink") as capture:
        network.run("ha", "ip neigh flush dev home")
        assert " 0% packet loss" in network.run("ha", f"ping -n -c 3 -i 0.1 -W 5 {HOME_ADDRESS}")
    answers = [packet for packet in capture.packets() if ICMPv6ND_NA in packet and packet[ICMPv6ND_NA].tgt == HOME_ADDRESS
               and packet[ICMPv6ND_NA].S]
    assert answers and not any(ipaddress.IPv6Address(packet.dst).is_multicast for packet in answers)


def test_large_packets_get_through_in_both_directions(at_a):
    """A download's full-sized segments, and a packet too large for the tunnel, which the sender's host fragments."""
    for node, target in (("mn", CORRESPONDENT), ("cn", HOME_ADDRESS)):
        at_a.topology.run(node, f"ping -n -c 1 -W 1 -s 3000 {target}", check=False)  # the first may teach the path's MTU
        assert " 0% packet loss" in at_a.topology.run(node, f"ping -n -c 3 -i 0.05 -W 10 -s 3000 {target}")


def test_a_packet_too_large_for_the_tunnel_is_answered(at_a):
    """RFC 2473 §7.1: Packet Too Big for the correspondent, so that its path MTU discovery works."""
    mtu = at_a.status()["tunnel"]["mtu"]
    answer = at_a.topology.run("cn", f"ping -n -c 1 -W 10 -M do -s 1452 {HOME_ADDRESS}", check=False)
    assert f"mtu={mtu}" in answer or f"mtu: {mtu}" in answer or "Packet too big" in answer, answer


def test_a_split_tunnel_carries_only_its_routes(deploy):
    deployment = deploy(mobile_node={"mode": "split", "routes": ["2001:db8:c::/64"]})
    deployment.topology.plug("A")
    deployment.start_all()
    care_of_address = deployment.topology.care_of_address("A")
    deployment.wait_registered(care_of_address)
    inside = deployment.topology.run("mn", f"ip route get {CORRESPONDENT}")
    outside = deployment.topology.run("mn", "ip route get 2001:db8:e::1")
    assert "dev godwit0" in inside and HOME_ADDRESS in inside
    assert "dev uplink" in outside and care_of_address in outside
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 2 -i 0.05 -W 10 {CORRESPONDENT}")
    assert " 0% packet loss" in deployment.topology.run("mn", "ping -n -c 2 -i 0.05 -W 10 2001:db8:e::1")
