"""What a mobile node that is away finds out about its home: which home agents there are, how long the home prefix
lives, and that it is to go to another home agent."""
import datetime
import ipaddress
import json
import signal
import socket
import sys
import time

import pytest
from deployment import GODWIT_HA, PATIENCE, binding, settle
from profiles import LaptopTopology, TwoHomeAgents
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT

ANYCAST = "2001:db8:f:0:fdff:ffff:ffff:fffe"
REQUEST, REPLY, SOLICITATION, ADVERTISEMENT = 144, 145, 146, 147
DISCOVERS = {"agent": {"address": None, "discovery": True}}


def ask(topology, node, destination, kind, answer, seconds=2, source="::"):
    """[(who answers, the octets of the ICMPv6 message)] within these seconds."""
    said = topology.run(node, f"{sys.executable} {HERE}/icmpv6_ask.py {destination} {kind} 4660 {answer} {seconds} {source}")
    return [(sender, bytes.fromhex(octets)) for sender, octets in map(str.split, said.splitlines())]


@pytest.fixture
def home_agent(deploy):
    """A home agent that can be found; the mobile node is plugged into A, and its daemon does not run."""
    deployment = deploy(home_agent={"home_agent_discovery": True})
    deployment.topology.move("A")
    return deployment.start("ha")


def test_everybody_who_asks_hears_of_the_home_agent(home_agent):
    for destination in (ANYCAST, HOME_AGENT):
        (sender, octets), = ask(home_agent.topology, "mn", destination, REQUEST, REPLY)
        assert sender == HOME_AGENT and octets[4:6] == b"\x12\x34"
        assert octets[8:] == ipaddress.IPv6Address(HOME_AGENT).packed


def test_the_anycast_address_is_on_the_home_link_too(home_agent):
    home_agent.topology.move("home")
    assert [sender for sender, _ in ask(home_agent.topology, "mn", ANYCAST, REQUEST, REPLY)] == [HOME_AGENT]
    home_agent.topology.run("ha", "ip link set home down && ip link set home up")
    home_agent.topology.ip("ha", f"addr replace {HOME_AGENT}/64 dev home")
    settle(3)
    assert [sender for sender, _ in ask(home_agent.topology, "mn", ANYCAST, REQUEST, REPLY)] == [HOME_AGENT]


def test_nobody_hears_of_a_home_agent_that_is_not_to_be_found(deploy):
    deployment = deploy()
    deployment.topology.move("A")
    deployment.start("ha")
    for destination in (ANYCAST, HOME_AGENT):
        assert ask(deployment.topology, "mn", destination, REQUEST, REPLY) == []


def test_a_mobile_node_finds_its_home_agent_by_the_home_prefix_alone(deploy):
    deployment = deploy(home_agent={"home_agent_discovery": True}, mobile_node=DISCOVERS)
    deployment.topology.move("A")
    deployment.start("mn")
    assert "looking for a home agent of 2001:db8:f::/64" in deployment.status()["health"]
    status, _, complaint = deployment.command("wait", "--timeout", "1", "--socket", deployment.socket("mn"))
    assert status == 7 and "the state is unattached" in complaint
    deployment.start("ha")
    status = deployment.wait("mn", lambda status: status["state"] == "registered", 2 * PATIENCE)
    assert status["home_agent"] == HOME_AGENT
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.move("B")


def lifetime(status, key):
    """Seconds from now on."""
    until = datetime.datetime.fromisoformat(status["home_prefix"][key].replace("Z", "+00:00"))
    return (until - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


def test_a_mobile_node_hears_of_its_home_prefix(deploy):
    deployment = deploy(home_agent={"prefix_valid_lifetime": 7200, "prefix_preferred_lifetime": 500})
    deployment.topology.move("A")
    deployment.start_all()
    status = deployment.wait("mn", lambda status: "home_prefix" in status)
    assert status["home_prefix"]["prefix"] == "2001:db8:f::/64"
    assert 400 < lifetime(status, "preferred_until") <= 501 and 7100 < lifetime(status, "valid_until") <= 7201

    # Renumbering: the home agent starts with other lifetimes, and tells whoever comes back.
    deployment.stop("ha")
    deployment.configure_home_agent(prefix_valid_lifetime=86400, prefix_preferred_lifetime=80000,
                                    min_prefix_advertisement_interval=1, max_prefix_advertisement_interval=2)
    deployment.start("ha")
    status = deployment.wait("mn", lambda status: lifetime(status, "valid_until") > 80000, 2 * PATIENCE)
    assert lifetime(status, "preferred_until") > 70000


def test_a_binding_lasts_no_longer_than_the_home_prefix(deploy):
    deployment = deploy(home_agent={"prefix_valid_lifetime": 100})
    deployment.topology.move("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert binding(deployment.status("ha"), HOME_ADDRESS)["lifetime_s"] == 100


def test_nobody_hears_of_the_home_prefix_but_through_his_tunnel(deploy):
    deployment = deploy()
    deployment.topology.move("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    topology = deployment.topology
    assert ask(topology, "cn", HOME_AGENT, SOLICITATION, ADVERTISEMENT) == []
    topology.ip("cn", f"addr add {HOME_ADDRESS}/128 dev wan nodad")  # a forged source: an answer would go to the mobile node
    assert ask(topology, "cn", HOME_AGENT, SOLICITATION, ADVERTISEMENT, source=HOME_ADDRESS) == []
    assert "home_prefix" not in deployment.status(), "it would have asked on hearing of it unasked"
    answers = ask(topology, "mn", HOME_AGENT, SOLICITATION, ADVERTISEMENT, source=HOME_ADDRESS)
    assert {sender for sender, _ in answers} == {HOME_AGENT} and answers[0][1][4:6] == b"\x12\x34"


def test_nobody_hears_of_a_home_prefix_that_is_not_to_be_told(deploy):
    """RFC 6275 §8.4. The mobile node has no reason to ask, and whoever asks all the same hears nothing."""
    deployment = deploy(home_agent={"prefix_advertisements": False})
    deployment.topology.move("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert ask(deployment.topology, "mn", HOME_AGENT, SOLICITATION, ADVERTISEMENT, source=HOME_ADDRESS) == []
    assert "home_prefix" not in deployment.status()


@pytest.fixture
def laptop(request):
    """A laptop with a profile for each of two home agents, served by the first."""
    with LaptopTopology(mobile_nodes=("mn",)) as topology:
        topology.plug("A")
        topology.care_of_address("A")
        deployment = TwoHomeAgents(topology)
        request.node.deployments = [deployment]
        line, deployment.first = deployment.invite_at("ha", "laptop")
        deployment.godwit("join", line)
        line, deployment.second = deployment.invite_at("cn", "laptop")
        deployment.godwit("join", line, "--profile", "work")
        deployment.launch_laptop()
        deployment.wait_served(deployment.first)
        yield deployment


def switch(deployment, agent, *arguments):
    status, said, complaint = deployment.command("switch", *arguments, "--json", "--socket", deployment.socket(agent),
                                                 program=GODWIT_HA, node=agent)
    assert status == 0, complaint
    return json.loads(said)["asked"]


def test_a_laptop_goes_to_the_home_agent_that_it_is_sent_to(laptop, report):
    began = time.monotonic()
    assert switch(laptop, "ha", "--to", "2001:db8:bad::1", "--to", CORRESPONDENT, "laptop") == 1
    status = laptop.wait_served(laptop.second)
    report(f"from one home agent to the other: {(time.monotonic() - began) * 1e3:.0f} ms")
    assert status["profile"] == "work"
    laptop.wait("ha", lambda status: status["bindings"] == [])
    assert laptop.bindings("cn") == [laptop.second] and laptop.reaches(laptop.second)

    # It is not tossed to and fro: who has sent it away does not get it back so soon.
    assert switch(laptop, "cn", "--to", HOME_AGENT) == 1
    settle(2)
    assert laptop.bindings("cn") == [laptop.second] and laptop.bindings("ha") == []
    assert "no-other-home-agent" in laptop.log("mn", lines=1000)


def test_a_laptop_stays_where_it_knows_no_other_home_agent(laptop):
    assert switch(laptop, "ha", "--to", "2001:db8:bad::1") == 1
    assert switch(laptop, "ha", "--to", HOME_AGENT) == 1
    settle(2)
    assert laptop.bindings("ha") == [laptop.first] and laptop.reaches(laptop.first)
    assert "no-other-home-agent" in laptop.log("mn", lines=1000)


def test_a_laptop_comes_back_where_the_other_home_agent_does_not_take_it(laptop):
    laptop.stop("cn")
    assert switch(laptop, "ha", "--to", CORRESPONDENT) == 1
    laptop.wait("ha", lambda status: status["bindings"] == [])
    laptop.wait("ha", lambda status: [entry["home_address"] for entry in status["bindings"]] == [laptop.first], 3 * PATIENCE)
    assert laptop.wait_served(laptop.first)["profile"] == "mn"


def test_a_laptop_that_ends_goes_to_no_home_agent_that_it_hears_of_meanwhile(laptop):
    topology, daemon = laptop.topology, laptop.daemons["mn"]
    topology.ip("ha", f"addr add {ANYCAST}/128 dev lo")
    with topology.socket("ha", socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as answering:
        answering.settimeout(PATIENCE)
        assert switch(laptop, "ha", "--anywhere") == 1
        while True:
            request, asker = answering.recvfrom(2048)
            if request[0] == REQUEST:
                break
        laptop.daemons["ha"].send_signal(signal.SIGSTOP)  # so that leaving takes a while
        try:
            daemon.send_signal(signal.SIGTERM)
            settle(0.05)
            answering.sendto(bytes([REPLY, 0, 0, 0]) + request[4:6] + bytes(2) + ipaddress.IPv6Address(CORRESPONDENT).packed,
                             asker)
            assert daemon.wait(PATIENCE) == 0, laptop.log("mn")
        finally:
            laptop.daemons["ha"].send_signal(signal.SIGCONT)
    del laptop.daemons["mn"]
    assert laptop.bindings("cn") == [] and "home-agent-tried" not in laptop.log("mn", lines=1000)


def test_only_bound_clients_are_asked(laptop):
    laptop.godwit("down")
    assert switch(laptop, "ha", "--anywhere") == 0
    assert laptop.command("switch", "--socket", laptop.socket("ha"), program=GODWIT_HA, node="ha")[0] == 2, "where to?"
    status, _, complaint = laptop.command("switch", "--to", "nowhere", "--socket", laptop.socket("ha"), program=GODWIT_HA,
                                          node="ha")
    assert status == 1 and '"nowhere" is no IPv6 address' in complaint
