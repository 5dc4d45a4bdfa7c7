"""Two mobile nodes at one home agent."""
import pytest
from deployment import binding, settle
from silence import Pinger
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

OTHER = "2001:db8:f::a"


@pytest.fixture
def pair(deploy):
    """mn on A and mn2 on B, both registered."""
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2")}, home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER})
    deployment.topology.plug("A")
    deployment.topology.plug("B", "mn2")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.wait_registered(deployment.topology.care_of_address("B", "mn2"), "mn2")
    return deployment


def reaches(deployment, node, target):
    return " 0% packet loss" in deployment.topology.run(node, f"ping -n -c 3 -i 0.02 -W 10 {target}")


def test_both_are_served_and_told_apart(pair):
    entries = {entry["name"]: entry for entry in pair.status("ha")["bindings"]}
    assert {name: entry["home_address"] for name, entry in entries.items()} == {"mn": HOME_ADDRESS, "mn2": OTHER}
    for node, own, other in (("mn", HOME_ADDRESS, OTHER), ("mn2", OTHER, HOME_ADDRESS)):
        assert reaches(pair, node, CORRESPONDENT)
        assert reaches(pair, "cn", own)
        assert reaches(pair, node, other), "one tunnel into the other"


def test_one_moves_and_the_other_does_not_notice(pair):
    pinger = Pinger(pair.topology, "mn2").under_way()
    before = binding(pair.status("ha"), OTHER)
    for link in ("B", "home", "A"):
        moved = pair.move(link)
        settle(1)
        silent = pinger.longest(moved["lost"], moved["served"] + 0.8)
        assert silent < 500 * SLOWNESS, f"mn2 heard nothing for {silent:.0f} ms while mn moved"
    after = binding(pair.status("ha"), OTHER)
    assert (after["care_of_address"], after["sequence"]) == (before["care_of_address"], before["sequence"])


def test_both_move_at_once_to_the_same_link(pair):
    pair.topology.move("home")
    pair.topology.move("home", "mn2")
    pair.wait_home()
    pair.wait_home("mn2")
    pair.topology.move("A")
    pair.topology.move("A", "mn2")
    for node in ("mn", "mn2"):
        pair.wait_registered(pair.topology.care_of_address("A", node), node)
        assert reaches(pair, node, CORRESPONDENT)
    assert reaches(pair, "mn", OTHER)


def test_one_at_home_reaches_one_away(pair):
    pair.move("home")
    assert reaches(pair, "mn", OTHER)
    assert reaches(pair, "mn2", HOME_ADDRESS)


def test_one_is_killed_and_the_other_goes_on(pair):
    pair.crash("mn2")
    assert reaches(pair, "mn", CORRESPONDENT)
    pair.move("B")
    assert reaches(pair, "mn", CORRESPONDENT)
