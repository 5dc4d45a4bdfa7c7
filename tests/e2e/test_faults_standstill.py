"""A daemon stands still for longer than the lifetime, its machine's clock is set while it runs: no connection ends."""
import datetime
import os
import signal
import time

import pytest
from deployment import PATIENCE, binding, preloading
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

LIFETIME = 40  # seconds, the least that the home agent grants
HOUR, YEARS = 3600, 10 * 365 * 86400


def talk(deployment):
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    serve(deployment.topology, "cn", "echo", CORRESPONDENT, 7007)
    deployment.connection = connect(deployment.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(deployment.connection, b"before")
    return deployment


@pytest.mark.slow
@pytest.mark.parametrize("still", [("mn",), ("ha",), ("mn", "ha")], ids=["mn", "ha", "both"])
def test_longer_than_the_lifetime_under_traffic(deploy, still, report):
    deployment = deploy(mobile_node={"lifetime": LIFETIME})
    deployment.topology.plug("A")
    talk(deployment.start_all())
    traffic = [deployment.topology.start("cn", f"ping -n -i 0.05 {HOME_ADDRESS}", log="down.log"),
               deployment.topology.start("mn", f"ping -n -i 0.05 -I {HOME_ADDRESS} {CORRESPONDENT}", log="up.log")]
    for node in still:
        os.kill(deployment.daemons[node].pid, signal.SIGSTOP)
    time.sleep(LIFETIME + 5)
    if still == ("mn",):
        assert not binding(deployment.status("ha"), HOME_ADDRESS), "the binding has not expired"
    began = time.monotonic()
    for node in still:
        os.kill(deployment.daemons[node].pid, signal.SIGCONT)
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    report(f"registered {(time.monotonic() - began) * 1e3:.0f} ms after SIGCONT")
    deployment.topology.stop(*traffic)
    deployment.connection.settimeout(120 * SLOWNESS)  # the peers' TCP tries again ever more rarely
    assert_echoes(deployment.connection, b"after")


class Clock:
    """The time of day of a daemon that is launched within it; it can be set while that runs."""

    def __init__(self, directory, node):
        self.file = directory / f"{node}.clock"
        self.set(0)

    def set(self, seconds):
        """So far from the real time."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{seconds:+d}\n")
        fresh.rename(self.file)

    @property
    def within(self):
        return (f"env FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1 FAKETIME_NO_CACHE=1 "
                f"FAKETIME_TIMESTAMP_FILE={self.file} {preloading('faketime/libfaketimeMT.so.1')}")


def said_at(deployment, node, step):
    """Whether the daemon's last word is of the time that it is to have."""
    said = datetime.datetime.fromisoformat(deployment.log(node, 1).split()[0])
    return abs(said.timestamp() - time.time() - step) < 60 * SLOWNESS


@pytest.mark.parametrize("step", [-HOUR, HOUR, YEARS, -YEARS], ids=["hour-back", "hour-ahead", "years-ahead", "years-back"])
@pytest.mark.parametrize("node", ["mn", "ha"])
def test_the_clock_is_set_while_it_runs(deploy, node, step):
    """It takes part in handshakes alone: another one is made right after the step, since the home agent is started anew."""
    deployment = deploy()
    deployment.topology.plug("A")
    clock = Clock(deployment.directory, node)
    deployment.launch("ha", clock.within if node == "ha" else "")
    deployment.wait("ha", lambda status: True)
    deployment.launch("mn", clock.within if node == "mn" else "")
    talk(deployment)
    clock.set(step)
    deployment.move("B")
    assert_echoes(deployment.connection, b"moved")
    assert said_at(deployment, node, step), "the clock is not that of the daemon"
    deployment.crashed.add("ha")
    deployment.stop("ha")
    deployment.launch("ha", clock.within if node == "ha" else "")
    deployment.wait("ha", lambda status: True)
    deployment.wait_registered(deployment.topology.care_of_address("B"))
    assert_echoes(deployment.connection, b"by handshake")
    clock.set(0)
    deployment.move("A")
    deployment.stop("ha")
    deployment.start("ha")
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert_echoes(deployment.connection, b"right again")
    assert deployment.wait("mn", lambda status: status["binding"]["remaining_s"] <= 600, PATIENCE)
