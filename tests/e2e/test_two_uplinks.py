"""A mobile node with two interfaces: what the user prefers and the route metric say which is used (RFC 6724)."""
import pytest
from topology import CORRESPONDENT


@pytest.fixture
def double(deploy):
    deployment = deploy(topology={"uplinks": ("uplink", "uplink2")})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    return deployment


def reaches_the_correspondent(deployment):
    return " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")


def test_the_second_takes_over_when_the_first_loses_its_link(double):
    double.topology.plug("B", uplink="uplink2")
    other = double.topology.care_of_address("B", uplink="uplink2")
    double.topology.unplug()
    assert double.wait_registered(other)["path"]["interface"] == "uplink2"
    assert reaches_the_correspondent(double)


def test_home_on_the_second_interface_is_home(double):
    double.topology.plug("home", uplink="uplink2")
    double.wait_home()
    assert reaches_the_correspondent(double)


def test_nothing_is_plugged_and_then_the_second(double):
    double.topology.unplug()
    double.wait("mn", lambda status: status["state"] == "unattached")
    double.topology.plug("B", uplink="uplink2")
    double.wait_registered(double.topology.care_of_address("B", uplink="uplink2"))
    assert reaches_the_correspondent(double)


@pytest.mark.parametrize("settings", [{"prefer": ["uplink2", "wired"]}, {"metered": ["uplin?"]}], ids=["name", "cost"])
def test_the_second_is_preferred(deploy, settings):
    deployment = deploy(topology={"uplinks": ("uplink", "uplink2")}, mobile_node=settings)
    deployment.topology.plug("A")
    deployment.start_all()
    first = deployment.topology.care_of_address("A")
    deployment.wait_registered(first)
    deployment.topology.plug("B", uplink="uplink2")
    second = deployment.topology.care_of_address("B", uplink="uplink2")
    status = deployment.wait_registered(second)
    assert (status["path"]["kind"], status["path"]["metered"]) == ("wired", False)
    assert reaches_the_correspondent(deployment)
    deployment.topology.unplug(uplink="uplink2")
    status = deployment.wait_registered(first)
    assert status["path"]["metered"] == ("metered" in settings)
    assert reaches_the_correspondent(deployment)
