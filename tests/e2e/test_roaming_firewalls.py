"""Behind firewalls that let a part of IPv6 disappear: the mobile node goes by UDP."""
import pytest
from access_networks import CORRESPONDENT
from deployment import PATIENCE, settle
from flows import Datagrams
from network import SLOWNESS
from topology import HOME_ADDRESS


@pytest.mark.parametrize("network", ["native-no-esp", "native-no-mh", "udp-only"])
def test_where_ip6_does_not_pass_all_goes_by_udp(deploy_roaming, network):
    deployment = deploy_roaming((network,))
    deployment.wait_attached(encapsulation="udp")
    for node, target in (("mn", CORRESPONDENT), ("cn", HOME_ADDRESS)):
        assert " 0% packet loss" in deployment.topology.run(node, f"ping -n -c 3 -i 0.1 -W 5 {target}")


@pytest.mark.parametrize("encapsulation", ["ip6", "udp", ["udp"], ["udp", "ip6"]], ids=str)
def test_the_configuration_may_say_how_packets_travel(deploy_roaming, encapsulation):
    deployment = deploy_roaming(("native",), mobile_node={"encapsulation": encapsulation})
    deployment.wait_attached(encapsulation=encapsulation if isinstance(encapsulation, str) else encapsulation[0])
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 5 {CORRESPONDENT}")


def test_udp_goes_first_where_it_is_cheaper_and_native_ip6_where_udp_does_not_pass(deploy_roaming):
    deployment = deploy_roaming(("native",), mobile_node={"encapsulation": "auto"})
    status = deployment.wait_attached(encapsulation="udp")  # of Linux since 4.18
    assert ":" in status["path"]["remote"]
    Datagrams(deployment.topology, HOME_ADDRESS, CORRESPONDENT).wait_both_ways(0, PATIENCE)
    deployment.topology.run("rt", "nft 'add table inet cut; add chain inet cut forward { type filter hook forward priority 0; }; "
                                  "add rule inet cut forward udp dport { 443, 4191 } drop; add rule inet cut forward udp sport { 443, 4191 } drop'")
    deployment.wait_attached(encapsulation="ip6")
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 5 {CORRESPONDENT}")


def test_where_only_one_port_passes_the_other_is_tried(deploy_roaming):
    deployment = deploy_roaming(("udp-only", "native"), home_agent={"udp_ports": [4191, 443]})
    deployment.topology.run("gw-2", "nft add rule inet filter forward udp dport 4191 drop")
    deployment.topology.move("udp-only")
    assert deployment.wait_attached(encapsulation="udp", remote_port=443)
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 5 {CORRESPONDENT}")


def test_a_path_that_falls_silent_under_traffic_is_left_within_a_second(deploy_roaming, report):
    deployment = deploy_roaming(("native",))
    assert deployment.wait_attached(encapsulation="ip6")
    datagrams = Datagrams(deployment.topology, HOME_ADDRESS, CORRESPONDENT)
    begin = datagrams.wait_both_ways(0, PATIENCE)
    deployment.topology.run("rt", "nft 'add table inet cut; add chain inet cut forward { type filter hook forward priority 0; }; "
                                  "add rule inet cut forward meta l4proto { 41, 50, 135 } drop'")
    status = deployment.wait_attached(encapsulation="udp")
    settle(1)
    silent = datagrams.silence(begin, datagrams.sent("down")[-1][0])
    report(f"silent for {silent * 1e3:.0f} ms")
    assert silent < 1 * SLOWNESS
    assert status["handovers"]["count"] == 0, "the care-of address has stayed"
