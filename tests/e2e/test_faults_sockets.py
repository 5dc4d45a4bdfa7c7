"""System calls of a running daemon fail, as they do when memory is short, a firewall refuses, a route is gone, or the kernel
has more to tell than a socket holds: connections go on, and all is as it was once they do not fail any more."""
import pytest
from deployment import PATIENCE, settle
from faults import Failing
from test_sessions import assert_echoes
from topology import CORRESPONDENT, HOME_ADDRESS

SENDING, RECEIVING = ("sendmmsg", "sendmsg", "sendto"), ("recvmmsg", "recvmsg", "recvfrom")


def assert_goes_on(deployment):
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert_echoes(deployment.connection, b"after" * 1000)
    deployment.move("B")
    assert_echoes(deployment.connection, b"elsewhere" * 1000)
    assert " 0% packet loss" in deployment.topology.run("cn", f"ping -n -c 5 -i 0.05 -W {PATIENCE} {HOME_ADDRESS}")


@pytest.mark.parametrize("node", ["mn", "ha"])
@pytest.mark.parametrize("error", ["ENOBUFS", "EPERM", "EINVAL", "ENETUNREACH"])
def test_what_the_system_refuses_to_send_is_no_end(talking, node, error, report):
    with Failing(talking, node, *(f"{call}:error={error}:when=1..30" for call in SENDING)) as failing:
        for _ in range(3):
            talking.topology.run("mn", f"ping -n -c 10 -i 0.02 -W 1 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
        assert_echoes(talking.connection, b"meanwhile" * 1000)
    report(f"{failing.count} calls have failed")
    assert failing.count > 0
    assert_goes_on(talking)


@pytest.mark.parametrize("node", ["mn", "ha"])
@pytest.mark.parametrize("error", ["ENOBUFS", "ENOMEM", "ECONNREFUSED", "ENETDOWN"])
def test_what_the_system_refuses_to_receive_is_no_end(talking, node, error, report):
    with Failing(talking, node, *(f"{call}:error={error}:when=1..8" for call in RECEIVING)) as failing:
        talking.topology.run("mn", f"ping -n -c 20 -i 0.02 -W 1 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
        assert_echoes(talking.connection, b"meanwhile" * 1000)
    report(f"{failing.count} calls have failed")
    assert failing.count > 0
    assert_goes_on(talking)


def test_news_of_the_network_that_got_lost_are_asked_for(talking):
    """ENOBUFS of a netlink socket: it had too much to tell (netlink(7))."""
    with Failing(talking, "mn", "recvmsg:error=ENOBUFS:when=1..3") as failing:
        moved = talking.topology.move("B")
        settle(1)
    assert failing.count > 0
    talking.wait_registered(moved["address"])
    assert_echoes(talking.connection, b"after")


@pytest.mark.parametrize("error", ["ENOBUFS", "EPERM", "ENETUNREACH"])
def test_a_move_while_nothing_can_be_sent(talking, error):
    """Neither a binding update nor a word to the kernel about routes."""
    with Failing(talking, "mn", *(f"{call}:error={error}:when=1..12" for call in SENDING)) as failing:
        moved = talking.topology.move("B")
        settle(2)
    assert failing.count > 0
    talking.wait_registered(moved["address"])
    assert_echoes(talking.connection, b"after")
    assert " 0% packet loss" in talking.topology.run("cn", f"ping -n -c 5 -i 0.05 -W {PATIENCE} {HOME_ADDRESS}")


@pytest.mark.parametrize("node", ["mn", "ha"])
@pytest.mark.parametrize("verdict", ["drop", "reject"])
def test_a_firewall_on_the_machine_itself(talking, node, verdict):
    """nftables in `output`: sendmsg(2) says EPERM to `drop`, and the rest comes by ICMP."""
    for words in ("table ip6 firewall", "chain ip6 firewall out '{ type filter hook output priority 0; }'",
                  f"rule ip6 firewall out meta l4proto '{{ esp, 135, udp, ipv6 }}' {verdict}"):
        talking.topology.run(node, f"nft add {words}")
    settle(3)
    talking.topology.run(node, "nft delete table ip6 firewall")
    assert_goes_on(talking)
