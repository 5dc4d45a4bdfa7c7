"""How packets come to home addresses that are away: on a provider's link whose gateway knows nothing but Neighbor
Discovery, and behind the home agent's own address; and where they may go from there."""
import contextlib
import json

import pytest
from deployment import GODWIT_HA, Deployment, binding, programs_missing, settle
from system import changes, snapshot
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT, PREFIX, Topology

OTHER_HOME_ADDRESS = "2001:db8:f::a"
GATEWAY = "2001:db8:f::fe"
IP4_POOL, LAPTOP, PHONE = "10.19.0.0/24", "10.19.0.2", "10.19.0.3"
PRIVATE_PREFIX, PRIVATE_AGENT, PRIVATE_ADDRESS = "fd3c:92a1:5e70::/64", "2001:db8:e::2", "fd3c:92a1:5e70::9"
# What the gateway does not take: advertisements about the home address, of these.
FILTER = """nft -f - <<END
table ip6 provider {{
  chain arriving {{ type filter hook prerouting priority raw;
    iif home icmpv6 type nd-neighbor-advert @th,64,128 0x20010db8000f00000000000000000009 {match} counter drop; }}
  }}
END"""


class ProvidersLink(Topology):
    """The home agent is a host of the link `home`, like the box of switches, which is a neighbour of it. To the gateway,
    rt, all of the home prefix is there. The switch forwards multicast only to who has asked for it."""

    def _build(self):
        self._wire(("cn", "wan"), ("rt", "cn"))
        for link, router in (("home", "rt"), ("A", "rt"), ("B", "rt")):
            self._switch(link, router)
        self._wire(("ha", "home"), ("net", "ha-home"))
        self.ip("net", "link set ha-home master home",
                "link set home type bridge mcast_snooping 1 mcast_querier 1 mcast_query_response_interval 10")
        self.run("net", "echo 0 > /proc/sys/net/ipv6/conf/home/disable_ipv6")
        self._make_uplinks()
        self.ip("net", "addr add 2001:db8:f::77/64 dev home nodad")
        self.ip("cn", f"addr add {CORRESPONDENT}/64 dev wan", "route add default via 2001:db8:c::1")
        self.ip("rt", *(f"addr add {PREFIX[net]}1/64 dev {net}" for net in ("cn", "A", "B")),
                f"addr add {GATEWAY}/64 dev home")
        self.ip("ha", f"addr add {HOME_AGENT}/64 dev home", f"route add default via {GATEWAY}")
        self._ready(self.start("rt", f"python3 {HERE}/advertise.py A={PREFIX['A']} B={PREFIX['B']}"))


@pytest.fixture
def on_link(request):
    """Makes deployments on a provider's link, with `mn` on A."""
    assert not programs_missing(), "not built"
    request.node.deployments = []
    with contextlib.ExitStack() as stack:
        def make(topology=None, **settings):
            network = stack.enter_context(ProvidersLink(**(topology or {})))
            home_agent = {"home_mode": "on-link"} | settings.pop("home_agent", {})
            deployment = Deployment(network, home_agent=home_agent, **settings)
            request.node.deployments.append(deployment)
            for node in network.mobile_nodes:
                network.plug("A", node)
            return deployment
        yield make


def pings(network, node, address, count=3):
    return " 0% packet loss" in network.run(node, f"ping -n -c {count} -i 0.05 -W 4 {address}", check=False)


def neighbour(network, node, address, interface="home"):
    return network.run(node, f"ip neigh show {address} dev {interface}")


def neighbour_is(network, node, address, link_layer_address):
    """Whether this is the one link-layer address that a neighbour of the home link has for the address."""
    return f"lladdr {link_layer_address} " in neighbour(network, node, address)


def link_layer(network, node, interface="home"):
    return network.run(node, f"cat /sys/class/net/{interface}/address").strip()


def registered(deployment, node="mn"):
    deployment.wait_registered(deployment.topology.care_of_address("A", node), node)


def detect_duplicates(network):
    """Networks of the tests do not, unless asked to."""
    for which in ("all", "home"):
        network.run("ha", f"echo 1 > /proc/sys/net/ipv6/conf/{which}/accept_dad")


def test_a_gateway_that_only_knows_neighbor_discovery_finds_the_way(on_link):
    deployment = on_link()
    deployment.start_all()
    registered(deployment)
    network = deployment.topology
    assert pings(network, "cn", HOME_ADDRESS)
    assert pings(network, "mn", CORRESPONDENT)
    assert link_layer(network, "ha") in neighbour(network, "rt", HOME_ADDRESS)
    assert pings(network, "net", HOME_ADDRESS), "a neighbour of the home agent"
    settle(6)  # until then its kernel trusts what it knows; then it probes by unicast (RFC 4861 §7.3)
    assert pings(network, "cn", HOME_ADDRESS)
    settle(2)
    assert "FAILED" not in neighbour(network, "rt", HOME_ADDRESS)


@pytest.mark.parametrize("refused", ["ip6 saddr fe80::/10", "ip6 saddr 2001:db8:f::/64"])
def test_a_gateway_that_filters_sources_gets_the_one_that_it_takes(on_link, report, refused):
    deployment = on_link()
    network = deployment.topology
    network.run("rt", FILTER.format(match=refused))
    deployment.start_all()
    registered(deployment)
    network.run("rt", "ip neigh flush dev home")  # as if it had heard of no announcement
    out = network.run("cn", f"ping -n -c 40 -i 0.1 -W 4 {HOME_ADDRESS}", check=False)
    report(f"{refused}: " + next(line for line in out.splitlines() if "packet loss" in line))
    assert link_layer(network, "ha") in neighbour(network, "rt", HOME_ADDRESS), out
    assert pings(network, "cn", HOME_ADDRESS)


def test_a_fixed_source_is_the_only_one(on_link):
    deployment = on_link(home_agent={"neighbor_source": HOME_AGENT})
    network = deployment.topology
    network.run("rt", FILTER.format(match="ip6 saddr fe80::/10"))
    deployment.start_all()
    registered(deployment)
    assert pings(network, "cn", HOME_ADDRESS)
    assert "packets 0 " in network.run("rt", "nft list table ip6 provider")


def test_nothing_is_left_of_a_binding_that_has_ended(on_link):
    deployment = on_link(mobile_node={"lifetime": 40}, home_agent={"max_lifetime": 40})
    network = deployment.topology
    deployment.start("ha")
    served = snapshot(network, "ha")
    deployment.start("mn")
    registered(deployment)
    assert "ff02::1:ff00:9" in network.run("ha", "ip -6 maddr show dev home")
    assert HOME_ADDRESS in network.run("ha", "ip -6 route")
    deployment.crash("mn")
    deployment.wait("ha", lambda status: not status["bindings"], seconds=60)
    network.run("rt", "ip neigh flush dev home")
    assert not pings(network, "cn", HOME_ADDRESS, count=1)
    assert not (left := changes(served, snapshot(network, "ha"))), "\n".join(left)


@pytest.mark.parametrize("end", ["stop", "crash"])
def test_the_home_agent_leaves_nothing(on_link, end):
    deployment = on_link()
    network = deployment.topology
    before = snapshot(network, "ha")
    deployment.start_all()
    registered(deployment)
    assert changes(before, snapshot(network, "ha")), "the comparison sees nothing"
    if end == "crash":
        deployment.crash("ha")
        deployment.start("ha")
        registered(deployment)
    deployment.stop("mn", "ha")
    assert not (left := changes(before, snapshot(network, "ha"))), "\n".join(left)


def test_a_home_address_that_somebody_has_is_not_given(on_link):
    deployment = on_link()
    network = deployment.topology
    detect_duplicates(network)
    network.ip("net", f"addr add {HOME_ADDRESS}/64 dev home nodad")
    deployment.start_all()
    status = deployment.wait("ha", lambda status: "duplicate-address-detection-failed" in
                             status["signalling"]["out"].get("binding-acknowledgement", {}))
    assert binding(status, HOME_ADDRESS) is None
    assert any(HOME_ADDRESS in line for line in status["health"])


def test_a_newcomer_does_not_get_a_home_address_that_is_bound(on_link):
    """One that is not may be its mobile node's, who has come home; the next binding finds out."""
    deployment = on_link(home_addresses={"mn": HOME_ADDRESS, "other": OTHER_HOME_ADDRESS},
                         topology={"mobile_nodes": ("mn", "other")})
    network = deployment.topology
    detect_duplicates(network)
    deployment.start("ha", "mn")
    registered(deployment)
    for which in ("all", "home"):
        network.run("net", f"echo 1 > /proc/sys/net/ipv6/conf/{which}/accept_dad")
    network.ip("net", f"addr add {HOME_ADDRESS}/64 dev home", f"addr add {OTHER_HOME_ADDRESS}/64 dev home")
    settle(2.5)
    shown = network.run("net", "ip -6 addr show dev home dadfailed")
    assert HOME_ADDRESS in shown and OTHER_HOME_ADDRESS not in shown, shown
    assert any(HOME_ADDRESS in line for line in deployment.status("ha")["health"])
    code, output, errors = deployment.command("events", "--json", "--once", "--socket", deployment.socket("ha"),
                                              program=GODWIT_HA, node="ha")
    events = [json.loads(line) for line in output.splitlines()]
    disputes = [event for event in events if event["type"] == "address-disputed"]
    assert (code, errors) == (0, "")
    assert {(event["name"], event["home_address"]) for event in disputes} == {("mn", HOME_ADDRESS)}
    assert {event["link_layer_address"] for event in disputes} == {link_layer(network, "net")}
    assert pings(network, "cn", HOME_ADDRESS)
    deployment.start("other")
    deployment.wait("ha", lambda status: "duplicate-address-detection-failed" in
                    status["signalling"]["out"].get("binding-acknowledgement", {}))


def test_only_the_first_binding_waits_for_duplicate_address_detection(on_link, report):
    deployment = on_link()
    network = deployment.topology
    detect_duplicates(network)
    deployment.start("ha")
    settle(1.5)  # addresses that are given away are looked into at the start
    deployment.start("mn")
    registered(deployment)
    moved = deployment.move("B")
    report(f"moved in {moved['served'] - moved['usable']:.3f} s with duplicate address detection on")
    assert "address-in-question" not in deployment.log("ha", 1000)


def test_a_home_link_that_goes_and_comes_back(on_link):
    deployment = on_link()
    network = deployment.topology
    deployment.start_all()
    registered(deployment)
    network.ip("ha", f"addr del {HOME_AGENT}/64 dev home")
    deployment.wait("ha", lambda status: any("no address of the home prefix" in line for line in status["health"]))
    network.ip("ha", f"addr add {HOME_AGENT}/64 dev home", f"route replace default via {GATEWAY}")
    deployment.wait("ha", lambda status: not status["health"])
    old, new = link_layer(network, "ha"), "02:00:00:00:07:07"
    deployment.wait("ha", lambda status: pings(network, "net", HOME_ADDRESS) and pings(network, "cn", HOME_ADDRESS))
    assert all(neighbour_is(network, node, HOME_ADDRESS, old) for node in ("net", "rt")), "they have it cached"
    network.ip("ha", f"link set home address {new}")
    network.run("ha", f"ip -6 route replace default via {GATEWAY}")
    deployment.wait("ha", lambda status: all(neighbour_is(network, node, HOME_ADDRESS, new) for node in ("net", "rt")))
    assert pings(network, "net", HOME_ADDRESS) and pings(network, "cn", HOME_ADDRESS)


def test_a_home_agent_without_its_prefix_does_not_start(on_link):
    deployment = on_link()
    deployment.topology.ip("ha", f"addr del {HOME_AGENT}/64 dev home", "addr add 2001:db8:77::1/64 dev home")
    daemon = deployment.launch("ha")
    assert daemon.wait(20) == 1
    assert "no address of home is of it" in deployment.log("ha")


# Where packets may go

@pytest.fixture
def two_clients(deploy):
    """Two mobile nodes on A, with addresses of both families; `laptop_may_reach` is a list."""
    def make(laptop_may_reach):
        addresses = {"mn": HOME_ADDRESS, "phone": OTHER_HOME_ADDRESS}
        deployment = deploy(topology={"mobile_nodes": tuple(addresses)}, home_addresses=addresses,
                            home_agent={"ipv4_pool": IP4_POOL,
                                        "nodes": {"mn": {"may_reach": laptop_may_reach, "ipv4_home_address": LAPTOP},
                                                  "phone": {"ipv4_home_address": PHONE}}})
        network = deployment.topology
        for node, addresses4 in (("ha", "192.0.2.1/24 dev wan"), ("rt", "192.0.2.2/24 dev ha"),
                                 ("rt", "198.51.100.1/24 dev cn"), ("cn", "198.51.100.2/24 dev wan")):
            network.ip(node, f"addr add {addresses4}")
        network.run("rt", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        network.ip("ha", "route add default via 192.0.2.2")
        network.ip("cn", "route add default via 198.51.100.1")
        for node in ("mn", "phone"):
            network.plug("A", node)
        deployment.start_all()
        for node in ("mn", "phone"):
            registered(deployment, node)
            deployment.wait("ha", lambda status: all(entry["ipv4_home_address"] for entry in status["bindings"]))
        return deployment
    return make


@pytest.mark.parametrize("may_reach, internet, phone", [
    (["internet", "clients"], True, True),
    (["internet"], True, False),
    (["clients"], False, True),
    ([], False, False),
    (["2001:db8:c::/64", "198.51.100.0/24"], True, False),
])
def test_a_client_reaches_what_it_may_in_both_families(two_clients, may_reach, internet, phone):
    deployment = two_clients(may_reach)
    network = deployment.topology
    for correspondent, other in ((CORRESPONDENT, OTHER_HOME_ADDRESS), ("198.51.100.2", PHONE)):
        assert pings(network, "mn", correspondent) == internet
        assert pings(network, "mn", other) == phone
    for correspondent, other in ((CORRESPONDENT, HOME_ADDRESS), ("198.51.100.2", LAPTOP)):
        assert pings(network, "phone", correspondent)
        assert pings(network, "phone", other), "what answers to others passes"


def test_private_addresses_reach_the_internet_behind_the_home_agents_own(deploy):
    deployment = deploy(home_addresses={"mn": PRIVATE_ADDRESS},
                        mobile_node={"home_prefix": None, "agent": {"address": PRIVATE_AGENT}},
                        home_agent={"address": PRIVATE_AGENT, "home_mode": "nat", "home_link": None,
                                    "home_prefix": PRIVATE_PREFIX})
    network = deployment.topology
    before = snapshot(network, "ha")
    network.plug("A")
    deployment.start_all()
    registered(deployment)
    assert pings(network, "mn", CORRESPONDENT)
    assert pings(network, "ha", PRIVATE_ADDRESS)
    with network.socket("cn", 10, 2) as listening, network.socket("mn", 10, 2) as sending:
        listening.bind((CORRESPONDENT, 7007))
        listening.settimeout(10)
        sending.bind((PRIVATE_ADDRESS, 0))
        sending.sendto(b"who am I", (CORRESPONDENT, 7007))
        assert listening.recvfrom(100)[1][0] == PRIVATE_AGENT
    deployment.stop("mn", "ha")
    assert not (left := changes(before, snapshot(network, "ha"))), "\n".join(left)
