"""Other programs remove what the mobile node has added to its machine; it puts it back."""
import datetime
import re
import threading
import time

import pytest
from deployment import settle
from networkd import networkd
from process import Cost
from system import changes, snapshot
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

# The system's own rules are not the mobile node's to restore.
RESTORE = {"-6": "ip -6 rule add from all lookup main priority 32766",
           "-4": "ip -4 rule add from all lookup main priority 32766; ip -4 rule add from all lookup default priority 32767"}
MEDDLING = {
    "ip -6 rule flush": f"ip -6 rule flush; {RESTORE['-6']}",
    "ip -4 rule flush": f"ip -4 rule flush; {RESTORE['-4']}",
    "routes of both tables": "ip -6 route flush table 4191; ip -6 route flush table 4192",
    "routes of IPv4": "ip -4 route flush table 4191; ip -4 route flush table 4192",
    "the home address": f"ip addr del {HOME_ADDRESS}/128 dev godwit0",
    "all addresses": "ip addr flush dev godwit0 scope global",
    "the interface is set down": "ip link set godwit0 down",
    "the MTU is made longer": "ip link set godwit0 mtu 9000",
    "the MTU is made too short for IPv6": "ip link set godwit0 mtu 1000",
}


@pytest.fixture
def away(deploy):
    """Registered from A, with an IPv4 home address and full tunnels of both families."""
    deployment = deploy(home_agent={"ipv4_pool": "10.64.0.0/24"},
                        mobile_node={"interface": "godwit0"})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.wait("mn", lambda status: status["ipv4_home_address"])
    settle(0.2)
    return deployment


def state(deployment):
    """What godwit has added, as the kernel shows it; with the MTU, which `ip address` tells. Without the link-local address
    of the tunnel, which the kernel makes another time where IPv6 went from the interface."""
    return {name: sorted(re.sub(r"fe80:[0-9a-f:]+", "fe80::*", line) for line in lines) for name, lines in snapshot(deployment.topology, "mn").items()
            if name in ("addresses", "routes", "IPv4 routes", "rules", "IPv4 rules")}


def time_to_repair(deployment, wanted, meddling):
    """Seconds; the meddling must have changed something."""
    deployment.topology.run("mn", meddling)
    began = time.monotonic()
    while changes(wanted, state(deployment)):
        assert time.monotonic() < began + 5 * SLOWNESS, changes(wanted, state(deployment))
        time.sleep(0.02)
    return time.monotonic() - began


def repairs(deployment):
    return deployment.log("mn", lines=100000).count("system-repaired")


def assert_reaches_the_correspondent(deployment):
    said = deployment.topology.run("mn", f"ping -n -c 3 -i 0.05 -W 5 -I {HOME_ADDRESS} {CORRESPONDENT}")
    assert " 0% packet loss" in said


@pytest.mark.parametrize("what", MEDDLING)
def test_what_was_removed_is_there_again_within_a_second(away, report, what):
    wanted = state(away)
    took = time_to_repair(away, wanted, MEDDLING[what])
    report(f"repaired after {took * 1e3:.0f} ms")
    assert took < 1 * SLOWNESS
    assert 1 <= repairs(away) <= 2
    assert_reaches_the_correspondent(away)
    assert not away.status()["health"]


def test_at_home_the_home_address_stays_on_the_home_link(at_home):
    wanted = state(at_home)
    took = time_to_repair(at_home, wanted, f"ip addr del {HOME_ADDRESS}/128 dev uplink")
    assert took < 1 * SLOWNESS
    assert_reaches_the_correspondent(at_home)


def test_who_removes_it_again_and_again_is_told_of(away, report):
    over, removed = threading.Event(), []

    def remove():
        while not over.is_set():
            away.topology.run("mn", "ip -6 rule del priority 4194", check=False)
            removed.append(time.monotonic())

    thread = threading.Thread(target=remove)
    cost = Cost(away.daemons["mn"].pid)
    thread.start()
    settle(4)
    status, percent = away.status(), cost.percent()
    over.set()
    thread.join()
    complaint = next(line for line in status["health"] if "put back" in line)
    times = int(complaint.split("put back ")[1].split()[0])
    report(f"{len(removed)} removals in 4 s: {times} repairs, {percent:.1f} % of a processor")
    assert 3 <= times <= 5 * 4 * SLOWNESS + 4
    assert away.log("mn", lines=100000).count("system-repaired") <= 3, "it does not fill the log"
    away.wait("mn", lambda status: "4194:" in away.topology.run("mn", "ip -6 rule"))


def flap(deployment, seconds):
    """Changes of addresses and links that are nobody's, as fast as `ip` makes them; how many there were."""
    lines = "\n".join(line for _ in range(100) for line in (
        "addr add 192.0.2.77/32 dev flap", "addr del 192.0.2.77/32 dev flap",
        "link set flap down", "link set flap up"))
    deployment.topology.ip("mn", "link add flap type veth peer name flap2", "link set flap2 up")
    (deployment.topology.directory / "flap").write_text(lines + "\n")
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        deployment.topology.run("mn", f"ip -batch {deployment.topology.directory}/flap")
        count += 400
    return count


def test_a_storm_of_events_costs_little(away, report):
    before = away.status()["binding"]["sequence"]
    cost, began = Cost(away.daemons["mn"].pid), time.monotonic()
    count = flap(away, 5)
    took = time.monotonic() - began
    percent = cost.percent()
    updates = (away.status()["binding"]["sequence"] - before) % 65536
    report(f"{count / took:.0f} changes a second for {took:.1f} s: {percent:.1f} % of a processor, {updates} updates")
    assert updates <= 3 * took
    assert percent < 50 * SLOWNESS
    assert_reaches_the_correspondent(away)


def seconds_without(monitor, what):
    """The longest time from when it was removed to when it was there again, by the kernel's own account."""
    longest, since = 0, None
    for when, deleted in re.findall(rf"^\[(\S+)\] (Deleted )?.*{what}", monitor, re.M):
        now = datetime.datetime.fromisoformat(when)
        if deleted:
            since = since or now
        elif since:
            longest, since = max(longest, (now - since).total_seconds()), None
    assert not since, f"{what} has not come back"
    return longest


@pytest.mark.parametrize("command", ["reconfigure", "restart"])
def test_systemd_networkd_does_its_work(away, report, command):
    topology, address = away.topology, away.topology.care_of_address("A")
    with networkd(topology) as manager:
        away.wait_registered(address)
        settle(2)
        wanted = {name: [line for line in lines if '"protocol": "191"' in line or "4194" in line]
                  for name, lines in state(away).items()}
        assert wanted["rules"]
        monitors = {what: topology.start("mn", f"ip -ts monitor {what}", log=f"{what}.log") for what in ("rule", "address")}
        settle(0.3)
        manager.do(command)
        settle(2)
        topology.stop(*monitors.values())
        away.wait_registered(address)
        assert all(line in state(away)[name] for name, lines in wanted.items() for line in lines)
        ours = seconds_without((topology.directory / "rule.log").read_text(), r"\b4194:")
        theirs = seconds_without((topology.directory / "address.log").read_text(), f"{address}/")
        report(f"networkd's {command}: {ours * 1e3:.0f} ms without the rules, {theirs * 1e3:.0f} ms without an address")
        assert ours < 1 * SLOWNESS
        if command == "reconfigure":
            assert manager.has_removed("routing policy rule"), "it left everything alone"
            assert ours > 0
        assert_reaches_the_correspondent(away)


def test_a_deleted_device_ends_the_daemon(away):
    away.topology.run("mn", "ip link del godwit0")
    daemon = away.daemons.pop("mn")
    assert daemon.wait(5 * SLOWNESS) != 0
