"""Sleep, standing still, and clocks that are set."""
import os
import signal
import time

import pytest
from deployment import binding, preloading, settle
from private_bus import FakeLogind, private_bus
from process import Cost
from topology import HOME_ADDRESS, SLOWNESS


@pytest.fixture
def registered(deploy):
    """Registered from A; registered(within="env ...") runs the mobile node's daemon within that."""
    def make(within="", **settings):
        deployment = deploy(**settings)
        deployment.topology.plug("A")
        deployment.start("ha")
        deployment.launch("mn", within)
        deployment.wait_registered(deployment.topology.care_of_address("A"))
        return deployment
    return make


def sequence(deployment):
    return binding(deployment.status("ha"), HOME_ADDRESS)["sequence"]


def test_logind_tells_of_a_resume_and_the_path_is_asked(registered, tmp_path, report):
    with private_bus(tmp_path) as address:
        logind = FakeLogind(address)
        deployment = registered(within=f"env DBUS_SYSTEM_BUS_ADDRESS={address}")
        settle(1)
        before = sequence(deployment)
        logind.prepare_for_sleep(True)
        settle(1)
        assert sequence(deployment) == before, "nothing is to be asked before the sleep"
        began = time.monotonic()
        logind.prepare_for_sleep(False)
        deployment.wait("ha", lambda status: binding(status, HOME_ADDRESS)["sequence"] != before)
        took = time.monotonic() - began
        report(f"bound again {took * 1e3:.0f} ms after logind's word")
        assert took < 1 * SLOWNESS
        deployment.wait_registered(deployment.topology.care_of_address("A"))


def test_the_home_agent_may_have_forgotten_the_session(registered, tmp_path, report):
    with private_bus(tmp_path) as address:
        logind = FakeLogind(address)
        deployment = registered(within=f"env DBUS_SYSTEM_BUS_ADDRESS={address}")
        settle(1)
        daemon = deployment.daemons["mn"]
        os.kill(daemon.pid, signal.SIGSTOP)
        deployment.stop("ha")
        deployment.start("ha")
        logind.prepare_for_sleep(False)
        began = time.monotonic()
        os.kill(daemon.pid, signal.SIGCONT)
        deployment.wait_registered(deployment.topology.care_of_address("A"))
        report(f"bound again {(time.monotonic() - began) * 1e3:.0f} ms after the resume")
        assert time.monotonic() - began < 1 * SLOWNESS


def test_a_daemon_that_stood_still_finds_itself_elsewhere(registered, report):
    deployment = registered()
    daemon = deployment.daemons["mn"]
    os.kill(daemon.pid, signal.SIGSTOP)
    moved = deployment.topology.move("B")
    settle(2)
    began = time.monotonic()
    os.kill(daemon.pid, signal.SIGCONT)
    deployment.wait_registered(moved["address"])
    report(f"registered from B {(time.monotonic() - began) * 1e3:.0f} ms after SIGCONT")
    assert time.monotonic() - began < 1 * SLOWNESS


@pytest.mark.skipif(not os.path.exists("/proc/self/ns/time"), reason="this kernel has no time namespaces")
def test_a_machine_that_has_slept_for_weeks_in_all_is_like_any_other(registered):
    """Its CLOCK_BOOTTIME is far ahead of its CLOCK_MONOTONIC from the start: that is no resume."""
    deployment = registered(within="unshare --time --boottime 3000000")
    deployment.move("B")
    assert "resumed" not in deployment.log("mn", lines=100000)


def test_an_idle_mobile_node_sleeps(registered, report):
    deployment = registered()
    settle(3)  # MTU and keepalive searches are over
    costs = {node: Cost(deployment.daemons[node].pid) for node in ("mn", "ha")}
    settle(30)
    for node, cost in costs.items():
        wake_ups = cost.wake_ups()
        report(f"{node}: wake-ups in {30 * SLOWNESS:.0f} s {wake_ups}, {cost.percent():.2f} % of a processor")
    # Router advertisements each second are the link's doing.
    assert sum(costs["mn"].wake_ups().values()) < 100 * SLOWNESS


def with_clock(offset):
    """The time of day alone. faketime(1) itself stays in between, and takes the signals."""
    return f"env FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 FAKETIME={offset} {preloading('faketime/libfaketimeMT.so.1')}"


@pytest.mark.parametrize("offset", ["-1h", "+1h"])
def test_the_clock_is_set_while_the_daemon_does_not_run(registered, report, offset):
    deployment = registered()
    deployment.stop("mn")
    began = time.monotonic()
    deployment.launch("mn", with_clock(offset))
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    report(f"registered {(time.monotonic() - began) * 1e3:.0f} ms after its start with a clock {offset}")
    deployment.stop("mn")
    deployment.launch("mn")
    deployment.wait_registered(deployment.topology.care_of_address("A"))
