"""Two links of IPv4 alone. The router of the better one falls silent while its carrier stays, and comes back: until it
is asked nobody hears of that, for in IPv4 a router does not advertise itself."""
import pytest
from access_networks import CORRESPONDENT
from deployment import settle

BETTER, OTHER = "uplink", "uplink2"
GATEWAY = "192.168.3.1"


def wait_by(deployment, interface):
    return deployment.wait("mn", lambda status: status["state"] == "registered" and status["path"]
                           and status["path"]["interface"] == interface)


@pytest.fixture
def double(deploy_roaming):
    deployment = deploy_roaming(("nat44", "double-nat"), access={"uplinks": (BETTER, OTHER)})
    topology = deployment.topology
    topology.plug("double-nat", uplink=OTHER)
    topology.ip("mn", f"addr add 192.168.4.50/24 dev {OTHER}", f"route add default via 192.168.4.1 dev {OTHER} metric 500")
    # The kernel finds out within seconds.
    topology.run("mn", f"cd /proc/sys/net/ipv4/neigh/{BETTER}; echo 1000 > base_reachable_time_ms; "
                       f"echo 1 > delay_first_probe_time; ip neigh flush dev {BETTER}")
    wait_by(deployment, BETTER)
    return deployment


def test_a_gateway_that_was_silent_is_used_again(double):
    topology = double.topology
    topology.ip("gw-3", "link set lan arp off")
    topology.run("mn", f"ping -n -c 4 -i 1 -W 1 -I {BETTER} {GATEWAY}", check=False)  # makes the kernel ask
    wait_by(double, OTHER)
    double.wait("mn", lambda _: "FAILED" in topology.run("mn", f"ip neigh show {GATEWAY} dev {BETTER}"))
    moves = wait_by(double, OTHER)["handovers"]["count"]
    settle(4)  # the gateway is asked meanwhile, in vain
    assert wait_by(double, OTHER)["handovers"]["count"] == moves, "a question is no answer"
    topology.ip("gw-3", "link set lan arp on")
    wait_by(double, BETTER)
    assert " 0% packet loss" in topology.run("mn", f"ping -n -c 3 -i 0.1 -W 5 {CORRESPONDENT}")
