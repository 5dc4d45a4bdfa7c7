"""The flows whose every packet is written down, without the programs under test: they tell what a link does to them."""
import pathlib
import sys
import time

import pytest
from topology import SLOWNESS, Topology

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "handover"))
import condition  # noqa: E402
import figures  # noqa: E402
from instrument import DIRECTIONS, Datagram, Direction, Flows  # noqa: E402


def test_nothing_is_lost_and_nothing_is_silent_where_nothing_moves(report):
    result = condition.run("direct", "unmoved", 0, 0, 1)
    for direction in DIRECTIONS:
        sums = result["total"][direction]
        assert (sums["refused"], sums["lost"], sums["duplicated"], sums["dropped_by_receiver"]) == (0, 0, 0, 0)
        longest = max(sample[direction]["silence"] for sample in result["samples"])
        report(f"{direction}: {sums['sent']} datagrams, longest silence {longest:.1f} ms")
        assert longest < 100 * SLOWNESS
        assert sums["sent"] > 1000 / SLOWNESS


@pytest.fixture
def linked():
    """A topology, and flows on its link A."""
    with Topology(impair={"A": "--delay 5"}) as topology:
        yield topology, Flows(topology, topology.move("A")["address"], tcp=500_000).under_way()


def figures_of(datagrams, moved):
    return {direction: figures.of_direction(datagrams[direction], [moved], 0.005, 0.3)[0][0]
            for direction in DIRECTIONS}


def test_a_dead_link_loses_what_was_sent_meanwhile(linked):
    topology, flows = linked
    time.sleep(0.3)
    topology.change("A", "blackhole on")
    lost = time.time()
    time.sleep(0.3)
    topology.change("A", "blackhole off")
    moved = {"lost": lost, "usable": time.time()}
    moved["recovered"] = flows.wait_both_ways(moved["usable"], 10 * SLOWNESS)
    datagrams, streams = flows.end()
    dead = (moved["usable"] - lost) * 1e3
    for direction, found in figures_of(datagrams, moved).items():
        assert abs(found["lost"] - dead) < 20 * SLOWNESS, "at 1000 datagrams a second"
        assert dead - 20 * SLOWNESS < found["silence"] < dead + 100 * SLOWNESS
        assert found["from_usable"] < 100 * SLOWNESS and found["refused"] == 0
        stall, = figures.of_stream(streams[direction], [moved], datagrams["up"].sent[-1][0])
        assert stall > dead - 20 * SLOWNESS


def test_what_the_system_refuses_is_not_lost(linked):
    topology, flows = linked
    time.sleep(0.2)
    lost = time.time()
    topology.unplug()
    time.sleep(0.3)
    moved = topology.move("A") | {"lost": lost}
    moved["recovered"] = flows.wait_both_ways(moved["usable"], 10 * SLOWNESS)
    found = figures_of(flows.end()[0], moved)
    assert found["up"]["refused"] > 150 / SLOWNESS and found["down"]["refused"] == 0


def test_duplicates_and_reordering_are_told():
    sent = [(number / 1e3, number, 0) for number in range(10)]
    arrived = [Datagram(number / 1e3 + 0.01, number / 1e3, number) for number in (0, 1, 3, 2, 4, 4, 5, 9, 7, 8)]
    direction = Direction(sent, arrived, dropped=0)
    moved = {"lost": 0.0045, "usable": 0.0045, "recovered": 0.006}
    total = figures.of_direction(direction, [moved], 0, 0)[1]
    assert total == {"sent": 10, "refused": 0, "lost": 1, "duplicated": 1, "reordered": 3, "dropped_by_receiver": 0}
