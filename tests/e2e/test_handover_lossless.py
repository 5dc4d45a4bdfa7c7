"""A handover that loses nothing: the same moves as tests/handover/run makes, a few of each."""
import pathlib
import sys

import pytest
from topology import SLOWNESS

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "handover"))
import condition  # noqa: E402
from figures import percentiles  # noqa: E402
from instrument import DIRECTIONS  # noqa: E402

DELAY = 20  # ms, one way
FAST, LONG = 9400, 1340  # datagrams a second, octets: 100 Mbit/s, and they fit the tunnel's MTU
CHANCES = 3
OTHER = {"up": "down", "down": "up"}


def measure(report, kind, moves, limit, measure="from_usable", **settings):
    """Moves and reports the gaps. None may be longer than the limit in ms, and nothing may be lost or doubled."""
    result = condition.run("godwit", kind, DELAY, 0, moves, **settings)
    assert all(sample["recovered"] for sample in result["samples"])
    for direction in DIRECTIONS:
        gaps = percentiles([sample[direction][measure] for sample in result["samples"]])
        report(f"{direction}: {measure.replace('_', ' ')} {gaps} ms; {result['total'][direction]}")
    assert [fate(result, direction) for direction in DIRECTIONS] == [NOTHING] * 2, result["dropped_before_the_tunnel"]
    assert max(sample[direction][measure] for sample in result["samples"] for direction in DIRECTIONS) < limit


NOTHING = {"lost": 0, "duplicated": 0, "dropped_by_receiver": 0}


def fate(result, direction):
    return {what: result["total"][direction][what] for what in NOTHING}


def test_break_before_make_loses_nothing(report):
    measure(report, "break-before-make", 10, 1000 * SLOWNESS)


def test_make_before_break_loses_nothing_and_is_not_felt(report):
    measure(report, "make-before-break", 6, 100 * SLOWNESS, measure="silence")


def test_a_path_that_falls_silent_loses_nothing_with_a_second_one(report):
    measure(report, "silent", 3, 1000 * SLOWNESS, measure="from_lost")


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_half_a_second_without_a_link_loses_nothing_at_100_mbit(report, direction):
    rate = carried(direction)
    report(f"{rate} datagrams of {LONG} octets a second {direction}, which go through without moves")
    for chance in reversed(range(CHANCES)):
        try:
            return measure(report, "blackout", 2, 1000 * SLOWNESS, rate={direction: rate, OTHER[direction]: 100}, size=LONG, tcp=None)
        except AssertionError:
            # The kernel's queues hold a tenth of a second at this rate: on a busy machine a daemon waits longer for a processor now and then.
            if not chance:
                raise


def carried(direction):
    """100 Mbit/s; or half of it, and so on, if this machine is too slow or too busy for that."""
    for rate in (FAST, FAST // 2, FAST // 4, FAST // 8):
        rates = {direction: rate, OTHER[direction]: 100}
        still = condition.run("godwit", "unmoved", DELAY, 0, 1, rate=rates, size=LONG, tcp=None)
        if not still["total"][direction]["lost"]:
            return rate
    raise AssertionError(f"without moves: {still['total']}, {still['dropped_before_the_tunnel']}")
