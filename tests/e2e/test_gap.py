"""How long a move is felt: ping at 100 Hz."""
import pytest
from deployment import settle
from silence import Pinger
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

JOURNEY = ("A", "B", "A", "home", "B", "home")
LIMIT = 1000 * SLOWNESS  # ms after the new address: what a lost binding update would cost at the least


@pytest.mark.parametrize("node, target", [("mn", CORRESPONDENT), ("cn", HOME_ADDRESS)], ids=["up", "down"])
def test_ping_at_100_hz_goes_on_after_each_move(at_home, report, node, target):
    pinger = Pinger(at_home.topology, node, target).under_way()
    for link in JOURNEY:
        before = at_home.topology.at["mn", "uplink"]
        gone, late = pinger.gap(at_home.move(link))
        report(f"{before} -> {link}: silent for {gone:.0f} ms, of them {late:.0f} ms with the new address")
        assert late < LIMIT
    pinger.stop()


def test_the_gap_over_links_with_a_delay_of_20_ms(deploy, report):
    deployment = deploy(topology={"impair": {"A": "--delay 20", "B": "--delay 20"}})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    settle(1)  # three binding updates a second: registering along several paths may have taken them
    pinger = Pinger(deployment.topology).under_way()
    for link in ("B", "A") * 3:
        moved = deployment.move(link)
        gone, late = pinger.gap(moved)
        report(f"to {link}: silent for {gone:.0f} ms, of them {late:.0f} ms with the new address; the daemon says "
               f"{moved['status']['handovers']['last']['gap_ms']:.1f} ms")
        assert late < LIMIT


def test_every_move_is_told_with_its_cause_and_gap(at_home):
    count = at_home.status()["handovers"]["count"]
    for link in ("A", "B"):
        moved = at_home.move(link)
        told = at_home.status()["handovers"]
        count += 1
        assert told["count"] == count
        assert told["last"]["to"] == moved["address"]
        assert 0 <= told["last"]["gap_ms"] < LIMIT
