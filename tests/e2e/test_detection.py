"""How long it takes a mobile node to notice that it is elsewhere, and what does not make it move (RFC 6275 §11.5.1)."""
import time

import pytest
from deployment import binding, settle
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS
from wire import BINDING_UPDATE, Capture

RARELY = "interval=600"
OFTEN = "interval=0.1,tells-interval"  # RFC 6275 §7.5 allows 0.07 s


@pytest.fixture
def start(deploy):
    """Makes a deployment whose mobile node is registered from link A: start(advertise={...})."""
    def make(**topology):
        deployment = deploy(topology=topology)
        deployment.topology.plug("A")
        deployment.start_all()
        deployment.wait_registered(deployment.topology.care_of_address("A"))
        return deployment
    return make


def reaches_the_correspondent(deployment):
    return " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")


def time_to_follow(deployment, change, link="B"):
    """Milliseconds from a change to the binding at another link, at the home agent."""
    began = time.monotonic()
    change(link)
    address = deployment.topology.care_of_address(link)
    deployment.wait("ha", lambda status: binding(status, HOME_ADDRESS) and
                    binding(status, HOME_ADDRESS)["care_of_address"] == address)
    return 1000 * (time.monotonic() - began)


def test_a_short_break_leads_to_another_network(start, report):
    deployment = start(advertise={"A": RARELY, "B": RARELY})
    took = time_to_follow(deployment, deployment.topology.reroute_silently)
    report(f"followed {took:.0f} ms after a short loss of carrier")
    assert took < 1500 * SLOWNESS
    assert reaches_the_correspondent(deployment)


def test_the_network_is_swapped_behind_the_nodes_back(start, report):
    """Only the new router's next advertisement tells; the old one is asked whether it is there."""
    deployment = start(advertise={"B": "interval=0.2"})
    took = time_to_follow(deployment, deployment.topology.swap_switches)
    report(f"followed {took:.0f} ms after a swap that nothing tells of but an advertisement each 200 ms")
    assert took < 1000 * SLOWNESS
    assert reaches_the_correspondent(deployment)


def test_home_is_left_and_come_back_to_behind_the_nodes_back(start, report):
    """The home prefix stays valid, and the home agent's address is of it: but it is no neighbor any more."""
    deployment = start(advertise={"B": "interval=0.2", "home": "interval=0.2"})
    for _ in range(2):
        deployment.topology.swap_switches("home")
        deployment.wait_home()
        assert reaches_the_correspondent(deployment)
        took = time_to_follow(deployment, deployment.topology.swap_switches)
        report(f"left home {took:.0f} ms after a swap that nothing tells of but an advertisement each 200 ms")
        assert reaches_the_correspondent(deployment)


def test_advertisements_fail_to_come(start, report):
    """The old router said how often it would be heard; the new one speaks when it is asked."""
    deployment = start(advertise={"A": OFTEN, "B": RARELY})
    settle(0.3)
    took = time_to_follow(deployment, deployment.topology.swap_switches)
    report(f"followed {took:.0f} ms after a swap, by an advertisement that was due each 100 ms and did not come")
    assert took < 1000 * SLOWNESS
    assert reaches_the_correspondent(deployment)


def test_a_second_router_on_the_link_is_no_move(start):
    deployment = start()
    topology = deployment.topology
    topology.ip("net", "link add A-to-B type veth peer name B-to-A", "link set A-to-B master A up",
                "link set B-to-A master B up")
    address = topology.care_of_address("A")
    handovers = deployment.status()["handovers"]
    deployment.wait("mn", lambda _: topology.care_of_address("B") in topology.run("mn", "ip -6 addr show dev uplink"))
    settle(1.5)
    assert deployment.wait_registered(address)["handovers"] == handovers
    assert reaches_the_correspondent(deployment)


def test_the_old_router_is_back_within_a_second(start):
    deployment = start(advertise={"A": "interval=0.2", "B": "interval=0.2"})
    address = deployment.topology.care_of_address("A")
    for away in (0.2, 0.5, 0.9):
        deployment.topology.swap_switches("B")
        settle(away)
        deployment.topology.swap_switches("A")
        assert reaches_the_correspondent(deployment)
        settle(0.5)
    deployment.wait_registered(address)


def test_home_is_known_again_as_soon_as_its_router_answers(at_home, report):
    """The advertisement need not be waited for."""
    topology = at_home.topology
    topology.ip("net", "link set mn-uplink down")
    at_home.wait("mn", lambda status: status["state"] != "home")
    began = time.monotonic()
    topology.ip("net", "link set mn-uplink up")
    at_home.wait_home()
    report(f"home {1000 * (time.monotonic() - began):.0f} ms after the carrier was back")


def test_a_link_that_flaps(start, report):
    """Twenty times in two seconds; it settles, and the home agent is not showered with binding updates."""
    deployment = start(advertise={"A": RARELY, "B": RARELY})
    topology = deployment.topology
    with Capture(topology, "mn", "uplink") as capture:
        for flap in range(20):
            topology.ip("net", "link set mn-uplink down")
            time.sleep(0.03)
            topology.reroute_silently("AB"[flap % 2])
            time.sleep(0.05)
        ended = time.monotonic()
        deployment.wait_registered(topology.care_of_address("B"))
        settled = time.monotonic() - ended
        settle(1.5)
    sent = [float(when) for when, in capture.tshark(f"mip6.mhtype == {BINDING_UPDATE}", "frame.time_epoch")]
    most = max(sum(1 for other in sent if 0 <= other - one < 1) for one in sent)
    report(f"{len(sent)} binding updates in all, {most} within a second at most; settled after {1000 * settled:.0f} ms")
    assert most <= 3
    assert reaches_the_correspondent(deployment)
