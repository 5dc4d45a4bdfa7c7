"""The access networks, without the programs under test: what passes in each, and what becomes of it."""
import contextlib
import pathlib
import socket
import time

import pytest
from access_networks import (CORRESPONDENT, HOME_AGENT, HOME_AGENT_IP4, HOME_AGENT_IP6, HOME_AGENT_NAME, KINDS,
                             AccessNetworks)
from network import SLOWNESS

PORT, ESP, MOBILITY_HEADER, IP6_IN_IP6 = 4191, 50, 135, 41
THROUGH_NAT64 = "2001:db8:64::cb00:7102"
IPV6_DSTOPTS = 59
PAD = bytes([0, 0, 1, 4, 0, 0, 0, 0])  # a Destination Options header of nothing but PadN
HEARTBEAT = bytes([59, 0, 13, 0, 0, 0, 0, 0])  # a Mobility Header

ALL_IP6 = {"UDP over IPv6", "ESP", "Mobility Header", "IPv6 in IPv6", "Destination Options"}
PASSES = {"native": ALL_IP6, "udp-only": {"UDP over IPv6"}, "nat44": {"UDP over IPv4"}, "double-nat": {"UDP over IPv4"},
          "broken6": {"UDP over IPv4"}, "nat64": {"UDP through NAT64"}, "native-no-esp": ALL_IP6 - {"ESP"},
          "native-no-mh": ALL_IP6 - {"Mobility Header", "Destination Options"}, "home": ALL_IP6}


class Exchange:
    """Datagrams from a mobile node to the home agent, and back."""

    def __init__(self, network, target, protocol=socket.IPPROTO_UDP, node="mn", payload=HEARTBEAT):
        family = socket.AF_INET6 if ":" in target else socket.AF_INET
        far = socket.AF_INET if target == THROUGH_NAT64 else family
        kind = socket.SOCK_DGRAM if protocol == socket.IPPROTO_UDP else socket.SOCK_RAW
        self.target, self.payload = (target, PORT if kind == socket.SOCK_DGRAM else 0), payload
        self.near, self.far = network.socket(node, family, kind, protocol), network.socket("ha", far, kind, protocol)
        if kind == socket.SOCK_DGRAM:
            self.far.bind(("", PORT))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.near.close()
        self.far.close()

    def arrives(self, patience=5.0 * SLOWNESS):
        """From where the home agent sees it come: (address, port). None if it does not come."""
        deadline = time.monotonic() + patience
        self.far.settimeout(0.05)
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):  # no route yet, or none at all; or the time is up
                self.near.sendto(self.payload, self.target)
            with contextlib.suppress(TimeoutError):
                return self.far.recvfrom(2048)[1][:2]
        return None

    def is_answered(self, source, patience=5.0 * SLOWNESS):
        """Whether what the home agent sends there comes back to the mobile node."""
        self.far.sendto(b"answer", source)
        self.near.settimeout(patience)
        with contextlib.suppress(TimeoutError, ConnectionError):
            return self.near.recv(2048) == b"answer"
        return False


def probes(network):
    """Each way to the home agent, not yet tried."""
    yield "UDP over IPv6", Exchange(network, HOME_AGENT_IP6)
    yield "UDP over IPv4", Exchange(network, HOME_AGENT_IP4)
    yield "UDP through NAT64", Exchange(network, THROUGH_NAT64)
    yield "ESP", Exchange(network, HOME_AGENT, ESP)
    yield "ESP over IPv4", Exchange(network, HOME_AGENT_IP4, ESP)
    yield "Mobility Header", Exchange(network, HOME_AGENT, MOBILITY_HEADER)
    yield "IPv6 in IPv6", Exchange(network, HOME_AGENT, IP6_IN_IP6)
    with_options = Exchange(network, HOME_AGENT_IP6)
    with_options.near.setsockopt(socket.IPPROTO_IPV6, IPV6_DSTOPTS, PAD)
    yield "Destination Options", with_options


@pytest.fixture(scope="module")
def network():
    with AccessNetworks(tuple(KINDS)) as network:
        yield network


@pytest.mark.parametrize("link", PASSES)
def test_what_should_passes_and_nothing_else(network, link):
    network.move(link)
    passed = set()
    for name, exchange in probes(network):
        with exchange:
            if exchange.arrives(5 * SLOWNESS if name in PASSES[link] else 0.15):
                passed.add(name)
    assert passed == PASSES[link]


def seen(network, link, target):
    """The mobile node's own address, and the one that the home agent sees; both ways work."""
    own = network.move(link)["address"]
    with Exchange(network, target) as exchange:
        source = exchange.arrives()
        assert exchange.is_answered(source)
        return own, source[0]


def test_without_a_nat_the_home_agent_sees_the_mobile_nodes_address(network):
    for link in ("native", "udp-only"):
        own, source = seen(network, link, HOME_AGENT_IP6)
        assert own == source


@pytest.mark.parametrize("link, target, outside", [
    ("nat44", HOME_AGENT_IP4, "198.51.100.14"), ("double-nat", HOME_AGENT_IP4, "198.51.100.18"),
    ("broken6", HOME_AGENT_IP4, "198.51.100.22"), ("nat64", THROUGH_NAT64, "198.51.100.26")])
def test_behind_a_nat_the_home_agent_sees_the_nats_address(network, link, target, outside):
    own, source = seen(network, link, target)
    assert own != source == outside


def resolved(network, name=HOME_AGENT_NAME):
    """What the mobile node's own resolver finds, once the network has told it whom to ask."""
    deadline, found = time.monotonic() + 5 * SLOWNESS, set()
    while not found and time.monotonic() < deadline:
        found = {line.split()[0] for line in network.run("mn", f"getent ahosts {name}", check=False).splitlines()}
    return found


@pytest.mark.parametrize("link", ["native", "nat44", "broken6"])
def test_the_mobile_node_asks_the_networks_resolver(network, link):
    inside = {"native": ["2001:db8:a:1::1"], "nat44": ["192.168.3.1"], "broken6": ["2001:db8:a:5::1", "192.168.5.1"]}
    network.move(link)
    for address in inside[link]:  # by router advertisement and by DHCP
        network.run("mn", f"until grep -qx 'nameserver {address}' /etc/resolv.conf; do sleep 0.01; done")
    found = resolved(network)  # those of the IP versions that the mobile node has itself
    assert found and found <= {HOME_AGENT_IP6, HOME_AGENT_IP4}
    network.unplug()
    network.run("mn", "while [ -s /etc/resolv.conf ]; do sleep 0.01; done")


def test_dns64_gives_addresses_that_lead_through_the_nat64(network):
    network.move("nat64")
    assert THROUGH_NAT64 in resolved(network) and HOME_AGENT_IP6 not in resolved(network)
    assert {"2001:db8:64::c000:aa", "2001:db8:64::c000:ab"} <= resolved(network, "ipv4only.arpa")


def test_dns64_leaves_an_ipv6_address_as_it_is_if_told_so():
    with AccessNetworks(("nat64",), synthesize_all=False) as network:
        network.move("nat64")
        assert HOME_AGENT_IP6 in resolved(network) and THROUGH_NAT64 not in resolved(network)
        assert "2001:db8:64::c000:aa" in resolved(network, "ipv4only.arpa")


def test_in_broken6_nobody_says_that_ipv6_leads_nowhere(network):
    network.move("broken6")
    text = network.run("mn", f"ping -n -c 2 -i 0.1 -W 0.5 {CORRESPONDENT}", check=False)
    assert "100% packet loss" in text and "nreachable" not in text


@pytest.mark.parametrize("link", ["nat44", "double-nat"])
def test_a_rebooted_nat_knows_the_mobile_node_by_another_port(network, link):
    network.move(link)
    with Exchange(network, HOME_AGENT_IP4) as exchange:
        before = exchange.arrives()
        assert exchange.is_answered(before)
        assert before[1] in network.mappings(link, PORT)
        network.reboot_nat(link)
        assert not exchange.is_answered(before, 0.2), "the old mapping is gone"
        after = exchange.arrives()
        assert after[1] != before[1]
        assert exchange.is_answered(after)


def test_a_nat_forgets_an_idle_mapping_in_its_time():
    with AccessNetworks(("nat44",), mapping_life={"nat44": 1}) as network:
        network.move("nat44")
        with Exchange(network, HOME_AGENT_IP4) as exchange:
            source = exchange.arrives()
            assert exchange.is_answered(source)
            begin = time.monotonic()
            while network.mappings("nat44", PORT):
                assert time.monotonic() - begin < 10 * SLOWNESS
            assert time.monotonic() - begin > 0.5
            assert not exchange.is_answered(source, 0.2)


def test_two_mobile_nodes_behind_one_nat_are_told_apart_by_their_ports():
    with AccessNetworks(("nat44",), mobile_nodes=("mn", "mn2")) as network:
        network.move("nat44")
        network.move("nat44", "mn2")
        with Exchange(network, HOME_AGENT_IP4) as one:
            first = one.arrives()
            one.far.close()
            with Exchange(network, HOME_AGENT_IP4, node="mn2") as other:
                second = other.arrives()
        assert first[0] == second[0] and first[1] != second[1]


def test_a_home_agent_may_have_only_ipv4():
    with AccessNetworks(("native", "nat44", "nat64"), ha_families=("ip4",)) as network:
        assert "2001:db8" not in network.run("ha", "ip -6 addr; ip -6 route")
        network.move("nat44")
        assert resolved(network) == {HOME_AGENT_IP4}
        with Exchange(network, HOME_AGENT_IP4) as exchange:
            assert exchange.is_answered(exchange.arrives())
        network.move("nat64")
        with Exchange(network, THROUGH_NAT64) as exchange:
            assert exchange.is_answered(exchange.arrives())


def test_each_network_delays_and_can_be_impaired_in_use(network):
    for link, target in (("native", HOME_AGENT_IP6), ("double-nat", HOME_AGENT_IP4)):
        network.move(link)
        with Exchange(network, target) as exchange:
            exchange.arrives()  # whatever had to be resolved has been
            begin = time.monotonic()
            assert exchange.is_answered(exchange.arrives())
            assert time.monotonic() - begin >= 0.020
            network.change(link, "blackhole on")
            assert not exchange.arrives(0.2)
            network.change(link, "blackhole off")
            assert exchange.arrives()


def test_a_silent_mtu_keeps_its_icmp_errors_to_itself(network):
    network.move("native")
    network.ip("gw-1", "link set wan mtu 1280")
    try:
        ping = f"ping -n -c 2 -i 0.1 -W 0.5 -M do -s 1300 {HOME_AGENT_IP6}"
        network.change("native", "drop-icmp on")
        assert "mtu" not in network.run("mn", ping, check=False)
        network.change("native", "drop-icmp off")
        assert "mtu" in network.run("mn", ping, check=False)
    finally:
        network.ip("gw-1", "link set wan mtu 1500")


def test_leaving_removes_namespaces_and_files_and_touches_no_resolver_of_the_machine():
    machines = pathlib.Path("/etc/resolv.conf")
    before = machines.read_text() if machines.exists() else None
    with AccessNetworks(("broken6", "nat64")) as network:
        network.move("nat64")
        assert "2001:db8:a:6::1" in network.run("mn", "until [ -s /etc/resolv.conf ]; do :; done; cat /etc/resolv.conf")
        assert (machines.read_text() if machines.exists() else None) == before
        name, directory, processes = network.name, network.directory, list(network.processes)
    assert all(process.poll() is not None for process in processes)
    assert not directory.exists()
    assert not list(pathlib.Path("/run/netns").glob(name + "-*"))
