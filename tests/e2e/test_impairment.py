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


@pytest.mark.parametrize("percent", [0, 10])
def test_as_many_frames_are_let_past_as_asked_for(percent):
    """Echo requests each 5 ms: one that waits for 20 ms comes after some that were sent later."""
    text = between(f"--reorder {percent} --reorder-delay 20", lambda topology: topology.run(
        "mn", f"ping -n -c 300 -i 0.005 -W 1 {CORRESPONDENT}"))
    numbers = [int(number) for number in re.findall(r"icmp_seq=(\d+)", text)]
    overtaken = sum(number < max(numbers[:place]) for place, number in enumerate(numbers) if place)
    assert sorted(numbers) == list(range(1, 301)), "none is lost or doubled"
    assert 30 < overtaken < 90 if percent else overtaken == 0  # 300 * (1 - 0.9 * 0.9) = 57 expected, deviation 7


@pytest.fixture
def impaired():
    with Topology(impair={"A": ""}) as topology:
        topology.move("A")
        assert answered(topology) == 3
        yield topology


def answered(topology, options="", target=CORRESPONDENT):
    """How many of three echo requests are."""
    return topology.run("mn", f"ping -n -c 3 -i 0.01 -W 0.3 {options} {target}", check=False).count("time=")


def test_the_mtu_shrinks_and_grows_in_use(impaired):
    for mtu, longest in ((1280, 1232), (1400, 1352)):
        impaired.change("A", f"mtu {mtu}")
        assert (answered(impaired, f"-M dont -s {longest}"), answered(impaired, f"-M dont -s {longest + 1}")) == (3, 0)
    impaired.change("A", "mtu 0")
    assert answered(impaired, "-M dont -s 1452") == 3


def test_loss_and_black_hole_come_and_go_in_use(impaired):
    for command, count in (("loss 100", 0), ("loss 0", 3), ("blackhole on", 0), ("blackhole off", 3)):
        impaired.change("A", command)
        assert answered(impaired) == count, command
    assert "LOWER_UP" in impaired.run("mn", "ip link show uplink")


def test_the_delay_changes_in_use(impaired):
    impaired.change("A", "delay 30")
    assert round_trips(impaired, 5)[0] >= 60
    impaired.change("A", "delay 0")
    assert round_trips(impaired, 5)[0] < 60


def test_the_rate_changes_in_use(impaired):
    impaired.change("A", "rate 20")
    assert 10 / SLOWNESS < throughput(impaired) <= 20


def test_icmp_errors_disappear_and_echoes_pass(impaired):
    nowhere = "2001:db8:dead::1"
    told = "ping: connect"  # nothing was sent
    for command, expected in (("drop-icmp off", True), ("drop-icmp on", False)):
        impaired.change("A", command)
        text = impaired.run("mn", f"ping -n -c 1 -W 0.5 {nowhere}", check=False)
        assert told not in text and ("Unreachable" in text or "unreachable" in text) == expected, text
        impaired.ip("mn", "neigh flush dev uplink")
        assert answered(impaired) == 3, "neighbour discovery and echoes pass"


def test_a_command_that_is_none_is_refused(impaired):
    with pytest.raises(RuntimeError, match="not understood: mtu small"):
        impaired.change("A", "mtu small")
    assert answered(impaired) == 3
