"""`godwit` with a home agent that is not its own: one in Scapy, bare RFC 6275 (`protection = "none"`)."""
import pytest
from deployment import PATIENCE, Deployment, settle
from scapy_home_agent import UNKNOWN_BINDING, ScapyHomeAgent
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, Topology

NO_LOSS = " 0% packet loss"


@pytest.fixture
def node():
    """The mobile node on A, not started; `agent` is its home agent."""
    with Topology() as network:
        deployment = Deployment(network, protection="none", mobile_node={"encapsulation": ["ip6"], "lifetime": 600})
        network.plug("A")
        with ScapyHomeAgent(network) as deployment.agent:
            yield deployment


def start(node):
    """Registered from A."""
    node.start("mn")
    address = node.topology.care_of_address("A")
    node.wait("mn", lambda status: status["state"] == "registered" and status["care_of_address"] == address)
    return address


def assert_reached_both_ways(node):
    said = node.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 10 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
    assert NO_LOSS in said, said
    said = node.topology.run("cn", f"ping -n -c 3 -i 0.1 -W 10 {HOME_ADDRESS}", check=False)
    assert NO_LOSS in said, said


def test_it_registers_as_rfc_6275_has_it(node):
    address = start(node)
    update = node.agent.updates[-1]
    assert update["checksum_is_right"] and update["has_home_address_option"]
    assert (update["home"], update["care_of"], update["source"]) == (HOME_ADDRESS, address, address)
    assert {"A", "H"} <= set(update["flags"])
    assert update["lifetime"] == 150  # units of 4 s
    assert_reached_both_ways(node)


def test_it_moves_and_comes_home(node):
    start(node)
    before = len(node.agent.updates)
    moved = node.topology.move("B")
    update = node.agent.wait_for_update(lambda update: update["care_of"] == moved["address"], since=before)
    assert 0 < (update["sequence"] - node.agent.updates[before - 1]["sequence"]) % 65536 < 32768
    node.wait("mn", lambda status: status["state"] == "registered" and status["care_of_address"] == moved["address"])
    assert_reached_both_ways(node)
    before = len(node.agent.updates)
    node.topology.move("home")
    update = node.agent.wait_for_update(lambda update: update["lifetime"] == 0, since=before)  # RFC 6275 §11.5.5
    assert (update["source"], update["has_home_address_option"]) == (HOME_ADDRESS, False)
    node.wait("mn", lambda status: status["state"] == "home")
    assert node.agent.bindings == {}
    assert_reached_both_ways(node)


def test_stopping_deregisters(node):
    start(node)
    node.stop("mn")
    assert node.agent.updates[-1]["lifetime"] == 0
    assert node.agent.bindings == {}


def test_nothing_is_sent_through_the_tunnel_of_a_refused_registration(node):
    """RFC 6275 §11.7.3: status 128 and above is no registration; and it is asked again later."""
    node.agent.refuse_with = [129]
    node.start("mn")
    node.agent.wait_for_update()
    settle(0.5)
    status = node.status()
    assert status["state"] != "registered" and status["binding"] is None
    node.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 1 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
    assert len(node.agent.updates) == 1, "it has registered meanwhile: the pings say nothing"
    assert node.agent.tunnelled == 0
    node.wait("mn", lambda status: status["state"] == "registered", 32 + PATIENCE)  # MAX_BINDACK_TIMEOUT
    assert_reached_both_ways(node)
    assert node.agent.tunnelled > 0, "what comes through the tunnel is counted"


def test_a_sequence_number_out_of_window_is_followed(node):
    """RFC 6275 §11.7.3: status 135 tells the last number; the next update is newer than that."""
    node.agent.refuse_with = [135]
    start(node)
    first, second = node.agent.updates[:2]
    assert 0 < (second["sequence"] - (first["sequence"] + 1000)) % 65536 < 32768


def test_that_prefix_discovery_is_necessary_is_an_acceptance(node):
    node.agent.refuse_with = [1]
    start(node)
    assert_reached_both_ways(node)


def test_a_shorter_lifetime_is_refreshed_before_it_ends(node):
    node.agent.grant = 3  # 12 s
    start(node)
    count = len(node.agent.updates)
    update = node.agent.wait_for_update(since=count)
    assert update["at"] - node.agent.updates[count - 1]["at"] < 12


def test_no_answer_is_asked_again_by_a_newer_number(node):
    """RFC 6275 §11.8: 1.5 s after the first registration, then ever later."""
    node.agent.is_silent = True
    node.start("mn")
    node.agent.wait_for_update(lambda update: len(node.agent.updates) >= 3)
    updates = node.agent.updates[:3]
    assert 1.2 < updates[1]["at"] - updates[0]["at"]  # the first takes longer: neighbor discovery
    assert updates[1]["at"] - updates[0]["at"] < updates[2]["at"] - updates[1]["at"]
    assert len({update["sequence"] for update in updates}) == 3
    assert node.status()["state"] == "registering"
    node.agent.is_silent = False
    node.wait("mn", lambda status: status["state"] == "registered")


def test_an_acknowledgement_of_another_update_is_ignored(node):
    """RFC 6275 §11.7.3: the sequence number must match."""
    node.agent.is_silent = True
    node.start("mn")
    update = node.agent.wait_for_update()
    node.agent.acknowledge(HOME_ADDRESS, update["source"], 0, (update["sequence"] + 77) % 65536, 150)
    settle(0.5)
    assert node.status()["state"] == "registering"
    update = node.agent.updates[-1]  # the same in everything but the number
    node.agent.acknowledge(HOME_ADDRESS, update["source"], 0, update["sequence"], 150)
    node.wait("mn", lambda status: status["state"] == "registered")


@pytest.mark.parametrize("how", ["refresh_request", "binding_error"])
def test_it_registers_anew_when_the_home_agent_asks_it_to(node, how):
    """RFC 6275 §11.7.4 and §11.3.6."""
    start(node)
    count = len(node.agent.updates)
    settle(1.5)
    if how == "refresh_request":
        node.agent.refresh_request()
    else:
        node.agent.binding_error(UNKNOWN_BINDING)
    node.agent.wait_for_update(lambda update: update["lifetime"] > 0, since=count)
    node.wait("mn", lambda status: status["state"] == "registered")
    assert_reached_both_ways(node)


def test_what_the_tunnel_brings_for_others_is_dropped(node):
    """RFC 6275 §11.3.2: the inner destination is the home address."""
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    address = start(node)
    before = node.status()["drops"]
    for outer, inner in ((HOME_AGENT, "2001:db8:f::77"), (CORRESPONDENT, HOME_ADDRESS)):
        node.agent.send("wan", IPv6(src=outer, dst=address) / IPv6(src=CORRESPONDENT, dst=inner) / ICMPv6EchoRequest())
    node.wait("mn", lambda status: sum(status["drops"].values()) >= sum(before.values()) + 2)
