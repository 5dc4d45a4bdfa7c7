"""Behind NATs: reboots, short memories, several mobile nodes behind one, and a home agent that has only IPv4."""
import re

import pytest
from access_networks import CORRESPONDENT, CORRESPONDENT_IP4, HOME_AGENT_IP4
from deployment import PATIENCE, settle
from flows import Datagrams
from network import SLOWNESS
from topology import HOME_ADDRESS

OTHER = "2001:db8:f::a"
KEEPALIVE = 5  # seconds


def reaches(deployment, node, target, options=""):
    command = f"ping -n -c 3 -i 0.1 -W 5 {options} {target}"
    return " 0% packet loss" in deployment.topology.run(node, command, check=False)


def first_answer(deployment, target, seconds):
    """Seconds until the correspondent's echo requests, one each 100 ms, are first answered. None if none is."""
    text = deployment.topology.run("cn", f"ping -n -i 0.1 -c 1 -w {seconds:.0f} {target}", check=False)
    answer = re.search(r"bytes from .*icmp_seq=(\d+)", text)
    return answer and int(answer[1]) / 10


@pytest.mark.parametrize("network", ["nat44", "double-nat"])
def test_traffic_goes_on_within_3_s_of_a_nats_reboot(deploy_roaming, report, network):
    deployment = deploy_roaming((network,))
    datagrams = Datagrams(deployment.topology, HOME_ADDRESS, CORRESPONDENT)
    begin = datagrams.wait_both_ways(0, PATIENCE)
    before = deployment.topology.mappings(network, 4191)
    deployment.topology.reboot_nat(network)
    settle(4)
    silent = datagrams.silence(begin, datagrams.sent("down")[-1][0])
    report(f"silent for {silent * 1e3:.0f} ms")
    assert silent < 3 * SLOWNESS
    assert deployment.topology.mappings(network, 4191) != before


def test_an_idle_mobile_node_is_reachable_within_a_keepalive_of_a_nats_reboot(deploy_roaming, report):
    deployment = deploy_roaming(("nat44",), home_agent={"nat_keepalive": KEEPALIVE})
    assert reaches(deployment, "cn", HOME_ADDRESS)
    before = deployment.topology.mappings("nat44", 4191)
    deployment.topology.reboot_nat("nat44")
    seconds = first_answer(deployment, HOME_ADDRESS, 4 * KEEPALIVE * SLOWNESS)
    report(f"reachable again after {seconds} s, with a keepalive each {KEEPALIVE} s")
    assert seconds and seconds <= (KEEPALIVE + 3) * SLOWNESS
    assert deployment.topology.mappings("nat44", 4191) != before, "the NAT has forgotten nothing"


@pytest.mark.slow
def test_an_idle_mobile_node_stays_reachable_behind_a_nat_that_forgets_after_30_s(deploy_roaming):
    deployment = deploy_roaming(("nat44",), access={"mapping_life": {"nat44": 30}})
    settle(70)
    assert reaches(deployment, "cn", HOME_ADDRESS)


def test_two_mobile_nodes_behind_one_nat_are_told_apart(deploy_roaming):
    deployment = deploy_roaming(("nat44",), access={"mobile_nodes": ("mn", "mn2")},
                                home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER})
    deployment.topology.move("nat44", "mn2")
    deployment.wait_attached("mn2")
    for node, own, other in (("mn", HOME_ADDRESS, OTHER), ("mn2", OTHER, HOME_ADDRESS)):
        assert reaches(deployment, node, CORRESPONDENT)
        assert reaches(deployment, "cn", own)
        assert reaches(deployment, node, other), "one tunnel into the other, back through the same NAT"
    assert len(deployment.topology.mappings("nat44", 4191)) >= 2


@pytest.mark.parametrize("network", ["nat44", "double-nat", "nat64"])
def test_a_home_agent_with_only_ipv4_serves_both_ip_versions(deploy_roaming, network):
    deployment = deploy_roaming((network,), access={"ha_families": ("ip4",)}, home_agent={"home_link": None})
    status = deployment.wait("mn", lambda status: status.get("ipv4_home_address"))
    assert status["path"]["encapsulation"] == "udp"
    assert reaches(deployment, "mn", CORRESPONDENT_IP4, f"-I {status['ipv4_home_address']}")
    assert reaches(deployment, "cn", status["ipv4_home_address"])
    assert reaches(deployment, "ha", HOME_ADDRESS)


def test_the_home_agent_may_be_named_by_an_address(deploy_roaming):
    """Behind a NAT64 the mobile node finds the prefix by itself (RFC 7050)."""
    for network in ("nat44", "nat64"):
        deployment = deploy_roaming((network,), mobile_node={"agent": {"endpoints": [HOME_AGENT_IP4]}})
        assert reaches(deployment, "mn", CORRESPONDENT)
