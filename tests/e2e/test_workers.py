"""A home agent with three pairs of workers: each mobile node's packets go by one of them, in their order, whichever
way they travel. Dividing packets wants a right that an ordinary user cannot have: then there is one pair, and the
home agent says so."""
import pathlib
import re

import pytest
from access_networks import CORRESPONDENT_IP4
from deployment import settle
from flows import Datagrams, Download
from silence import Pinger
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

WORKERS = 3
HOMES = {"mn": HOME_ADDRESS, "mn2": "2001:db8:f::7", "mn3": "2001:db8:f::4"}
SHARD = {"mn": 2, "mn2": 1, "mn3": 0}  # of three: tests/mobility/shard_test.cpp has the rule
CAP_BPF = 39


def wants_several(deployment):
    if len(deployment.status("ha")["workers"]) == 1:
        pytest.skip("the kernel refuses the program that divides packets: wants root, or CAP_BPF")


@pytest.fixture(params=["ip6", "udp"])
def three(deploy, request):
    """Three mobile nodes on A and B, all registered, natively or in UDP."""
    deployment = deploy(topology={"mobile_nodes": tuple(HOMES)}, home_addresses=HOMES,
                        mobile_node={"encapsulation": request.param, "log_level": "info"},
                        home_agent={"workers": WORKERS})
    for node, link in zip(HOMES, ("A", "B", "A"), strict=True):
        deployment.topology.plug(link, node)
    deployment.start("ha")
    wants_several(deployment)
    deployment.start(*HOMES)
    for node in HOMES:
        deployment.wait_attached(node, encapsulation=request.param)
    return deployment


def carried(status, count):
    """(tx_packets, rx_packets) of each pair, and what they should be by the bindings' own."""
    of_pairs = [(pair["tx_packets"], pair["rx_packets"]) for pair in status["workers"]]
    by_home = {binding["home_address"]: binding for binding in status["bindings"]}
    bindings = {SHARD[node]: by_home[home] for node, home in HOMES.items()}
    return of_pairs, [(bindings[shard]["tx_packets"], bindings[shard]["rx_packets"]) for shard in range(count)]


def test_each_mobile_node_is_carried_by_its_own_pair(three):
    flows = {node: Datagrams(three.topology, home, CORRESPONDENT, node) for node, home in HOMES.items()}
    for flow in flows.values():
        flow.wait_both_ways(0, 20 * SLOWNESS)
    settle(2)
    for flow in flows.values():
        flow.stop()
    for node, flow in flows.items():
        assert min(len(flow.received("up")), len(flow.received("down"))) > 50, node
        assert (flow.overtaken(), flow.doubled()) == (0, 0), node

    def add_up(status):
        of_pairs, of_bindings = carried(status, WORKERS)
        return of_pairs == of_bindings and all(min(pair) > 50 for pair in of_pairs)
    status = three.wait("ha", add_up)
    assert "unknown-spi" not in status["drops"]
    assert status["health"] == []


def test_offloads_are_as_with_one_pair(three):
    """They are tried by the first queue of the TUN device."""
    at_home_agent, at_mobile_node = (three.status(node)["offloads"] for node in ("ha", "mn"))
    assert at_home_agent == at_mobile_node


def test_mobile_nodes_of_different_pairs_reach_each_other(three):
    for node in HOMES:
        for other, home in HOMES.items():
            if node != other:
                text = three.topology.run(node, f"ping -n -c 3 -i 0.02 -W 10 {home}")
                assert " 0% packet loss" in text, f"{node} to {other}"


def test_downloads_are_whole_while_a_mobile_node_moves(three):
    downloads = {node: Download(three.topology, home, CORRESPONDENT, node) for node, home in HOMES.items()}
    for download in downloads.values():
        download.wait_for_more(20 * SLOWNESS)
    pinger = Pinger(three.topology, "mn2").under_way()
    for link in ("B", "A"):
        moved = three.move(link)
        for download in downloads.values():
            download.wait_for_more(20 * SLOWNESS)
        silent = pinger.longest(moved["lost"], moved["served"])
        assert silent < 1000 * SLOWNESS, f"mn2 heard nothing for {silent:.0f} ms while mn moved"
    for node, download in downloads.items():
        assert download.stop() > 0, node


def test_the_right_to_load_programs_is_given_up(three):
    for task in pathlib.Path(f"/proc/{three.daemons['ha'].pid}/task").iterdir():
        permitted = int(re.search(r"^CapPrm:\s*(\w+)", (task / "status").read_text(), re.M)[1], 16)
        assert not permitted >> CAP_BPF & 1


def test_ipv4_and_ipv6_go_on_from_network_to_network(deploy_roaming):
    deployment = deploy_roaming(("native", "nat44"), home_agent={"workers": WORKERS})
    wants_several(deployment)
    ipv4 = deployment.wait("mn", lambda status: status.get("ipv4_home_address"))["ipv4_home_address"]
    downloads = [Download(deployment.topology, HOME_ADDRESS, CORRESPONDENT),
                 Download(deployment.topology, ipv4, CORRESPONDENT_IP4)]
    for network in ("nat44", "native", "nat44"):
        deployment.move(network)
        for download in downloads:
            download.wait_for_more(20 * SLOWNESS)
    for download in downloads:
        assert download.stop() > 0
    status = deployment.status("ha")
    assert len([pair for pair in status["workers"] if pair["tx_packets"]]) == 1, "one home address, one pair"


def test_without_the_right_there_is_one_pair_and_it_says_so(deploy):
    deployment = deploy(home_agent={"workers": WORKERS})
    deployment.topology.plug("A")
    deployment.launch("ha", within="setpriv --bounding-set -bpf,-sys_admin")
    status = deployment.wait("ha", lambda status: True)
    assert len(status["workers"]) == 1
    assert any("divides packets" in problem and "CAP_BPF" in problem for problem in status["health"])
    deployment.start("mn")
    deployment.wait_registered(deployment.topology.care_of_address("A"))


def test_without_a_number_it_is_half_of_the_processors(deploy):
    deployment = deploy()
    deployment.launch("ha", within="taskset -c 0")
    status = deployment.wait("ha", lambda status: True)
    assert (len(status["workers"]), status["health"]) == (1, [])
