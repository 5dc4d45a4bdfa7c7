"""The impairment of links, measured with other programs than itself."""
import json
import re
import statistics

import pytest
from topology import CORRESPONDENT, SLOWNESS, Topology


def between(impair, measure):
    with Topology(impair={"A": impair}) as topology:
        topology.move("A")
        topology.run("mn", f"ping -n -c 1 -W 10 {CORRESPONDENT}")
        return measure(topology)


def round_trips(topology, count=300, options=""):
    text = topology.run("mn", f"ping -n -c {count} -i 0.005 -W 1 {options} {CORRESPONDENT}", check=False)
    return sorted(float(time) for time in re.findall(r"time=([\d.]+)", text))


def throughput(topology, options=""):
    server = topology.start("cn", "iperf3 -s -1 --forceflush")
    while "listening" not in server.stdout.readline():
        pass
    report = json.loads(topology.run("mn", f"iperf3 -J -c {CORRESPONDENT} -t 3 {options}"))
    return report["end"]["sum_received"]["bits_per_second"] / 1e6


def test_the_delay_is_precise(report):
    bare = statistics.median(between("", round_trips))
    for delay in (1, 20):
        times = between(f"--delay {delay}", round_trips)
        late = [time - bare - 2 * delay for time in times]
        report(f"delay of {delay} ms each way, round trips late by: median {statistics.median(late):.3f} ms, "
               f"p95 {late[len(late) * 95 // 100]:.3f} ms, p99 {late[len(late) * 99 // 100]:.3f} ms")
        assert times[0] >= 2 * delay
        assert statistics.median(late) < SLOWNESS


def test_no_impairment_costs_little_throughput(report):
    rate = between("", throughput)
    report(f"TCP through an unimpaired box: {rate:.0f} Mbit/s")
    assert rate > 100 / SLOWNESS


def test_the_rate_is_kept(report):
    rate = between("--rate 20 --queue 50", throughput)
    report(f"TCP through 20 Mbit/s: {rate:.1f} Mbit/s")
    assert 15 / SLOWNESS < rate <= 20


def test_losses_are_as_many_as_asked_for():
    answered = len(between("--loss 10 --seed 7", lambda topology: round_trips(topology, 500)))
    assert 350 < answered < 450  # 500 * 0.9 * 0.9 = 405 expected, with a deviation of 9


@pytest.mark.parametrize("size, passes", [(1352, True), (1353, False)])  # 1400 less 40 of IPv6, 8 of ICMPv6
def test_a_silent_mtu_drops_what_is_longer(size, passes):
    times = between("--mtu 1400", lambda topology: round_trips(topology, 3, f"-M dont -s {size}"))
    assert len(times) == (3 if passes else 0)
