"""Prefixes behind a mobile node: a virtual machine with a permanent address of its own, behind a laptop that moves."""
import json
import re
import time

import pytest
from behind import GATEWAY, MACHINE, NETWORK, OTHER_NETWORK, pings, put_behind, route_networks
from deployment import PATIENCE, binding, settle
from enrolled import Enrolled
from flows import Download
from leaks import assert_none
from leaks import leaks as leaks_of
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, Topology
from wire import Capture, ethernet_address

STRANGE = "2001:db8:77::5"  # nobody's


def with_network(deploy, mobile_node=None, given=(NETWORK,), **settings):
    """mn with a machine behind it, not yet plugged in; its home agent gives it these prefixes."""
    deployment = deploy(home_agent={"nodes": {"mn": {"network_prefixes": list(given)}} if given else {}},
                        mobile_node={"network_prefixes": [NETWORK], "forwarding": True} | (mobile_node or {}), **settings)
    put_behind(deployment.topology)
    route_networks(deployment.topology)
    return deployment


def start_from(deployment, link):
    deployment.topology.plug(link)
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address(link))
    return deployment


def carried(deployment, prefixes=(NETWORK,)):
    """Waits until both ends say so; the mobile node's status."""
    status = deployment.wait("mn", lambda status: status["network"] and status["network"]["carried"])
    deployment.wait("ha", lambda status: binding(status, HOME_ADDRESS)
                    and binding(status, HOME_ADDRESS)["network_prefixes"] == list(prefixes))
    return status


@pytest.fixture
def away(deploy):
    deployment = start_from(with_network(deploy), "A")
    carried(deployment)
    return deployment


def test_a_machine_behind_keeps_its_connection_while_the_mobile_node_moves(away, report):
    topology = away.topology
    download = Download(topology, MACHINE, CORRESPONDENT, node="vm")
    download.wait_for_more(PATIENCE)
    assert pings(topology, "cn", MACHINE), "it is not reached at its address"
    moved = away.move("B")
    download.wait_for_more(PATIENCE)
    assert pings(topology, "cn", MACHINE), "it is not reached any more"
    away.move("A")
    download.wait_for_more(PATIENCE)
    assert download.stop() > 0
    report(f"served again {1000 * (moved['served'] - moved['usable']):.0f} ms after the address was usable")
    assert carried(away)["health"] == []


def test_both_ends_tell_of_it(away):
    status, text, _ = away.command("status", "--socket", away.socket("mn"))
    assert status == 0 and re.search(rf"^network prefixes +{re.escape(NETWORK)}$", text, re.MULTILINE)
    events = [json.loads(line) for line in away.command("events", "--json", "--once", "--socket", away.socket("mn"))[1].splitlines()]
    assert [event["prefixes"] for event in events if event["type"] == "network-bound"] == [[NETWORK]]
    assert "network-prefixes-bound" in away.log("mn", 1000) and "network-prefixes-bound" in away.log("ha", 1000)


def test_with_the_home_agent_itself_the_machine_talks_too(away):
    assert pings(away.topology, "vm", HOME_AGENT)
    assert pings(away.topology, "vm", HOME_ADDRESS), "the mobile node, by its other address"
    assert pings(away.topology, "mn", MACHINE)


def test_a_prefix_of_somebody_else_is_refused_and_the_home_address_goes_on(deploy):
    deployment = start_from(with_network(deploy, given=[OTHER_NETWORK]), "A")
    status = deployment.wait("mn", lambda status: status["network"]["refusal"])
    assert status["network"] == {"prefixes": [NETWORK], "carried": False, "refusal": "not-authorized-for-prefix"}
    assert any("prefixes behind this machine" in line for line in status["health"])
    assert "network-prefixes-refused" in deployment.log("mn", 1000)
    ha = deployment.status("ha")
    assert ha["signalling"]["out"]["binding-acknowledgement"]["not-authorized-for-prefix"] == 1
    assert binding(ha, HOME_ADDRESS)["network_prefixes"] == []
    assert pings(deployment.topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")
    assert not pings(deployment.topology, "vm", CORRESPONDENT)
    deployment.move("B")
    assert pings(deployment.topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def test_a_home_agent_that_serves_no_networks_says_so(deploy):
    deployment = start_from(with_network(deploy, given=()), "A")
    status = deployment.wait("mn", lambda status: status["network"]["refusal"])
    assert status["network"]["refusal"] == "mobile-router-operation-not-permitted"
    assert pings(deployment.topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def arriving_from(packets, source):
    from scapy.all import IPv6
    return [packet for packet in packets if IPv6 in packet and packet[IPv6].src == source]


def test_what_is_behind_with_another_source_does_not_get_out_through_the_tunnel(away):
    topology = away.topology
    topology.ip("vm", f"addr add {STRANGE}/128 dev eth")
    topology.ip("mn", f"route add {STRANGE}/128 dev behind")
    before = away.status()["drops"].get("no-binding", 0)
    with Capture(topology, "cn", "wan") as capture:
        assert not pings(topology, "vm", CORRESPONDENT, f"-I {STRANGE}")
        assert pings(topology, "vm", CORRESPONDENT, f"-I {MACHINE}")
    assert not arriving_from(capture.packets(), STRANGE)
    assert arriving_from(capture.packets(), MACHINE)
    assert away.status()["drops"]["no-binding"] >= before + 3


def test_the_home_agent_takes_only_what_is_registered(deploy):
    """The mobile node's kernel sends what it likes: the tunnel is a plain one."""
    from scapy.all import ICMPv6EchoRequest, IPv6
    deployment = start_from(with_network(deploy, protection="plain", given=[NETWORK, OTHER_NETWORK]), "A")
    carried(deployment)
    topology = deployment.topology
    care_of = topology.care_of_address("A")

    def send(source):
        packet = IPv6(src=care_of, dst=HOME_AGENT) / IPv6(src=source, dst=CORRESPONDENT) / ICMPv6EchoRequest(id=7)
        path = topology.directory / "packet"
        path.write_bytes(bytes(packet))
        topology.run("mn", "python3 -c \"import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW); "
                     f"s.setsockopt(socket.SOL_SOCKET, 36, 0x4191); s.sendto(open('{path}', 'rb').read(), ('{HOME_AGENT}', 0))\"")

    not_registered = OTHER_NETWORK.replace("::/64", "::5")
    with Capture(topology, "cn", "wan") as capture:
        for source in (STRANGE, not_registered, MACHINE):
            send(source)
        settle(1)
    assert not arriving_from(capture.packets(), STRANGE)
    assert not arriving_from(capture.packets(), not_registered), "given, but not registered"
    assert arriving_from(capture.packets(), MACHINE)


def test_at_home_it_goes_the_home_links_way_and_comes_back(away):
    topology = away.topology
    download = Download(topology, MACHINE, CORRESPONDENT, node="vm")
    download.wait_for_more(PATIENCE)
    away.move("home")
    download.wait_for_more(PATIENCE)
    assert f"{NETWORK} via {HOME_ADDRESS} dev home" in topology.run("ha", "ip -6 route")
    assert pings(topology, "cn", MACHINE)
    away.move("B")
    carried(away)
    download.wait_for_more(PATIENCE)
    assert download.stop() > 0


def test_nothing_of_it_leaves_outside_the_tunnel_in_a_lockdown(deploy):
    deployment = start_from(with_network(deploy, mobile_node={"lockdown": True, "exclude": ["2001:db8:e::/64"]}), "A")
    carried(deployment)
    topology = deployment.topology
    with Capture(topology, "mn", "uplink") as capture:
        assert pings(topology, "vm", CORRESPONDENT), "through the tunnel it may"
        assert pings(topology, "cn", MACHINE), "and through the tunnel it is reached"
        assert pings(topology, "vm", "2001:db8:e::1"), "what is excluded is not for it: through the tunnel, too"
        assert pings(topology, "mn", MACHINE)
        deployment.crash("mn")
        assert not pings(topology, "vm", CORRESPONDENT)
        settle(0.5)
    assert_none(leaks_of(capture, ethernet_address(topology, "mn", "uplink"), (HOME_AGENT,)))


def test_what_is_behind_leads_nowhere_once_its_interface_is_gone(away):
    """Not round and round between the two ends of the tunnel."""
    topology = away.topology
    topology.ip("mn", "link set behind down")
    before = away.status()["tunnel"]["tx_packets"]
    assert "Destination unreachable" in topology.run("cn", f"ping -n -c 3 -i 0.2 -W 2 {MACHINE}", check=False)
    assert away.status()["tunnel"]["tx_packets"] < before + 20
    assert pings(topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def test_a_policy_gives_a_network_to_who_is_registered_and_takes_it_away(request):
    with Topology() as topology:
        topology.plug("A")
        put_behind(topology)
        route_networks(topology)
        deployment = Enrolled(topology)
        request.node.deployments = [deployment]
        deployment.start("ha")
        deployment.enrol("mn", "--address", HOME_ADDRESS)
        file = deployment.directory / "mn.toml"
        file.write_text(f'network_prefixes = ["{NETWORK}"]\nforwarding = true\n' + file.read_text())
        deployment.start("mn")
        deployment.wait_registered(topology.care_of_address("A"))
        deployment.wait("mn", lambda status: status["network"]["refusal"] == "mobile-router-operation-not-permitted")
        deployment.ha("policy", "mn", "--network-prefix", NETWORK)
        carried(deployment)
        assert NETWORK in deployment.ha("show", "mn")
        assert pings(topology, "vm", CORRESPONDENT)
        assert "overlaps the home prefix" in deployment.ha("policy", "mn", "--network-prefix", "2001:db8:f::/64", check=False)[2]
        deployment.ha("policy", "mn", "--network-prefix", "none")
        deployment.wait("mn", lambda status: status["state"] == "registered" and status["network"]["refusal"])
        assert not pings(topology, "vm", CORRESPONDENT)
        assert pings(topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def test_a_backup_gives_a_network_back_to_who_had_it(request):
    """With all that goes for what is behind it, although somebody else has had it since, and stays."""
    with Topology(mobile_nodes=("mn", "mn2")) as topology:
        topology.plug("A")
        topology.plug("B", "mn2")
        put_behind(topology)
        route_networks(topology)
        deployment = Enrolled(topology)
        request.node.deployments = [deployment]
        deployment.start("ha")
        deployment.enrol("mn", "--address", HOME_ADDRESS).enrol("mn2")
        file = deployment.directory / "mn.toml"
        file.write_text(f'network_prefixes = ["{NETWORK}"]\nforwarding = true\n' + file.read_text())
        deployment.start("mn")
        deployment.start("mn2")
        deployment.ha("policy", "mn", "--network-prefix", NETWORK, "--internet", "no")
        carried(deployment)
        deployment.wait_registered(topology.care_of_address("B", "mn2"), "mn2")
        other = deployment.home_addresses["mn2"]
        assert pings(topology, "vm", other) and not pings(topology, "vm", CORRESPONDENT)
        backup = deployment.directory / "backup"
        deployment.ha("backup", backup)
        deployment.ha("policy", "mn", "--network-prefix", "none")
        deployment.ha("policy", "mn2", "--network-prefix", NETWORK, "--internet", "no")
        deployment.wait("mn", lambda status: status["state"] == "registered" and status["network"]["refusal"])
        deployment.ha("restore", backup)
        carried(deployment)
        deployment.wait_registered(topology.care_of_address("B", "mn2"), "mn2")
        assert NETWORK in topology.run("ha", "nft list set inet godwit_ha networks")
        assert pings(topology, "vm", other)
        assert not pings(topology, "vm", CORRESPONDENT), "it may not go where its client may not"


def test_a_binding_of_another_kind_from_an_earlier_life_does_not_stand_in_the_way(away):
    """The home agent has one with the network, and the mobile node has no network any more; and the reverse."""
    for networks, expected in ((None, []), ([NETWORK], [NETWORK])):
        away.crash("mn")
        away.configure_mobile_node("mn", network_prefixes=networks, forwarding=True)
        began = time.monotonic()
        away.start("mn")
        away.wait("mn", lambda status: status["state"] == "registered")
        away.wait("ha", lambda status: binding(status, HOME_ADDRESS)
                  and binding(status, HOME_ADDRESS)["network_prefixes"] == expected)
        assert time.monotonic() < began + PATIENCE
        assert pings(away.topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def test_it_is_back_after_a_restart_of_the_home_agent(away):
    away.crash("ha")
    away.start("ha")
    carried(away)
    assert pings(away.topology, "cn", MACHINE)


def test_nothing_is_left_of_it(away):
    topology = away.topology

    def of_godwit():
        """Of the mobile node and of the home agent: (routes, rules) that they have made."""
        shown = {node: (topology.run(node, "ip -6 route show table all"), topology.run(node, "ip -6 rule")) for node in ("mn", "ha")}
        return [[line for line in text.splitlines() if f"proto {number}" in line]
                for node, number in (("mn", 191), ("ha", 193)) for text in shown[node]]

    routes, rules, routes_of_the_home_agent, _ = of_godwit()
    assert routes and rules and any(NETWORK in line for line in routes_of_the_home_agent), "the comparison sees nothing"
    away.stop("mn", "ha")
    assert GATEWAY in topology.run("mn", "ip -6 addr show dev behind")
    assert of_godwit() == [[], [], [], []]
    assert topology.run("mn", "cat /proc/sys/net/ipv6/conf/all/forwarding /proc/sys/net/ipv6/conf/uplink/accept_ra").split() == ["0", "1"]
