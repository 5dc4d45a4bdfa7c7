"""Routes, rules, addresses, nftables tables, interfaces and sysctls are as before once the daemons have gone."""
import contextlib
import subprocess

import pytest
from system import changes, snapshot


def deployed(deploy, link, **settings):
    deployment = deploy(**settings)
    deployment.topology.move(link)
    return deployment, {node: snapshot(deployment.topology, node) for node in ("mn", "ha")}


def served(deployment, link):
    if link == "home":
        deployment.wait_home()
    else:
        deployment.wait_registered(deployment.topology.care_of_address(link))


def assert_as_before(deployment, before):
    for node in ("mn", "ha"):
        left_behind = changes(before[node], snapshot(deployment.topology, node))
        assert not left_behind, f"{node}: " + "\n".join(left_behind)
        assert not deployment.socket(node).exists(), f"the status socket of {node} is still there"


@pytest.mark.parametrize("protection", ["sealed", "plain"])
@pytest.mark.parametrize("link", ["home", "A"])
def test_after_stop(deploy, link, protection):
    deployment, before = deployed(deploy, link, protection=protection)
    deployment.start_all()
    served(deployment, link)
    assert changes(before["mn"], snapshot(deployment.topology, "mn")), "the comparison sees nothing"
    deployment.stop("mn", "ha")
    assert_as_before(deployment, before)


def test_after_a_journey_and_stop(deploy):
    deployment, before = deployed(deploy, "A")
    deployment.start_all()
    served(deployment, "A")
    for link in ("home", "B", "home", "A"):
        deployment.move(link)
    deployment.stop("mn", "ha")
    assert_as_before(deployment, before)


def test_after_stop_while_unplugged(deploy):
    deployment, before = deployed(deploy, "A")
    deployment.start_all()
    served(deployment, "A")
    deployment.topology.unplug()
    deployment.wait("mn", lambda status: status["state"] == "unattached")
    deployment.stop("mn", "ha")
    deployment.topology.move("A")
    assert_as_before(deployment, before)


@pytest.mark.parametrize("link", ["home", "A"])
@pytest.mark.parametrize("victim", ["mn", "ha"])
def test_after_kill_9_start_and_stop(deploy, victim, link):
    deployment, before = deployed(deploy, link)
    deployment.start_all()
    served(deployment, link)
    deployment.crash(victim)
    deployment.start(victim)
    served(deployment, link)
    deployment.stop("mn", "ha")
    assert_as_before(deployment, before)


def test_after_kill_9_of_both_moving_start_and_stop(deploy):
    """What the first life left is found although the node has moved meanwhile."""
    deployment, before = deployed(deploy, "B")
    deployment.topology.move("home")
    deployment.start_all()
    served(deployment, "home")
    deployment.crash("mn")
    deployment.crash("ha")
    deployment.topology.move("B")
    deployment.start_all()
    served(deployment, "B")
    deployment.stop("mn", "ha")
    assert_as_before(deployment, before)


def test_a_daemon_that_cannot_start_leaves_nothing(deploy):
    """The home link is not there: it says so and ends, or waits for it until it is stopped."""
    deployment, before = deployed(deploy, "A", home_agent={"home_link": "nosuchlink"})
    daemon = deployment.launch("ha")
    with contextlib.suppress(subprocess.TimeoutExpired):
        daemon.wait(3)
    deployment.topology.stop(daemon)
    assert "nosuchlink" in deployment.log("ha")
    assert_as_before(deployment, before)
