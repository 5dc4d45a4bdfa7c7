"""From an invite to a binding, and every way out again."""
import json
import re
import time

import pytest
from deployment import PATIENCE, binding, settle
from enrolled import Enrolled
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, SLOWNESS, Topology

REFUSED, USAGE = 1, 2


@pytest.fixture
def agent(request):
    """A running home agent that knows nobody, and mobile nodes with no files, plugged into A and B."""
    with Topology(mobile_nodes=("mn", "mn2")) as topology:
        topology.plug("A")
        topology.plug("B", "mn2")
        deployment = Enrolled(topology)
        request.node.deployments = [deployment]
        deployment.start("ha")
        yield deployment


@pytest.fixture
def joined(agent):
    """mn has joined, and is registered from A."""
    agent.enrol("mn", "--address", HOME_ADDRESS).start("mn")
    agent.wait_registered(agent.topology.care_of_address("A"))
    return agent


def ping(deployment, node="mn", seconds=5):
    """Whether the correspondent reaches the node's home address within that time."""
    address = deployment.home_addresses[node]
    return " 0% packet loss" in deployment.topology.run(
        "cn", f"ping -n -c 1 -W {seconds * SLOWNESS} {address} || true")


def nothing_written(deployment, node="mn2"):
    return [path.name for path in deployment.directory.glob(f"{node}*") if not path.name.endswith(".log")] == []


def test_an_invite_is_all_that_a_laptop_needs(agent, report):
    began = time.monotonic()
    agent.enrol().start("mn")
    agent.wait_registered(agent.topology.care_of_address("A"))
    assert ping(agent)
    report(f"from the invite to the first answer at the home address: {(time.monotonic() - began) * 1e3:.0f} ms")
    client = agent.client()
    assert client["state"] == "enabled" and client["joined"] and not client["invite_expires"]
    assert (agent.directory / "mn.toml").stat().st_mode & 0o077 in (0, 0o44)
    for key in agent.directory.glob("mn*.key"):
        assert key.stat().st_mode & 0o077 == 0


def test_two_clients_get_addresses_of_their_own_and_reach_each_other(joined):
    joined.enrol("mn2").start("mn2")
    joined.wait_registered(joined.topology.care_of_address("B", "mn2"), "mn2")
    assert joined.home_addresses["mn"] != joined.home_addresses["mn2"]
    assert " 0% packet loss" in joined.topology.run("mn", f"ping -n -c 2 -W 5 {joined.home_addresses['mn2']}")


def test_a_spent_invite_serves_nobody_else(agent):
    line = agent.invite()
    assert agent.join(line)[0] == 0
    status, _, complaint = agent.join(line, "mn2")
    assert status != 0 and "has been used already" in complaint
    assert nothing_written(agent)


def test_an_expired_invite_serves_nobody(agent):
    line = agent.invite("mn2", "--expires", "1s")
    settle(2.5)
    status, _, complaint = agent.join(line, "mn2")
    assert status != 0 and "expired" in complaint
    assert nothing_written(agent)


def test_an_invite_that_was_withdrawn_serves_nobody(agent):
    line = agent.invite("mn2")
    agent.ha("remove", "mn2")
    status, _, complaint = agent.join(line, "mn2")
    assert status != 0 and "does not know" in complaint
    assert nothing_written(agent)


@pytest.mark.parametrize("damage", [lambda line: line[:-3], lambda line: line[:-8] + "AAAA" + line[-4:],
                                    lambda line: "nonsense", lambda line: "https://example.org/"])
def test_a_damaged_invite_is_told(agent, damage):
    status, _, complaint = agent.join(damage(agent.invite("mn2")), "mn2")
    assert status == USAGE and "invite" in complaint
    assert nothing_written(agent)


def test_nobody_joins_where_nobody_answers(agent):
    line = agent.invite("mn2")
    agent.stop("ha")
    status, _, complaint = agent.join(line, "mn2")
    assert status != 0 and "answer" in complaint
    assert nothing_written(agent)


def test_joining_again_writes_over_nothing(agent):
    assert agent.join(agent.invite())[0] == 0
    before = (agent.directory / "mn.toml").read_text()
    status, _, complaint = agent.join(agent.invite("another"))
    assert status == USAGE and "exists already" in complaint
    assert (agent.directory / "mn.toml").read_text() == before


@pytest.mark.parametrize("arguments, said", [
    (("invite", "mn"), "already"), (("invite", "MN"), "already"), (("invite", "a b"), "name"), (("invite", "x" * 64), "name"),
    (("invite", "other", "--address", "2001:db8:dead::1"), "not in the home prefix"), (("invite", "other", "--address", "{mn}"), "another client"),
    (("invite", "other", "--address", HOME_AGENT), "home agent"), (("invite", "other", "--address", "2001:db8:f::"), "anycast"),
    (("show", "nobody"), "nobody"), (("revoke", "nobody"), "nobody"), (("rename", "mn", "mn2"), "already")])
def test_what_cannot_be_is_refused_and_changes_nothing(agent, arguments, said):
    agent.invite()
    agent.invite("mn2")
    before = agent.ha("list", "--json")
    arguments = [argument.format(mn=agent.home_addresses["mn"]) for argument in arguments]
    status, _, complaint = agent.ha(*arguments, check=False)
    assert status == REFUSED and said in complaint, complaint
    assert agent.ha("list", "--json") == before


@pytest.mark.parametrize("verb", ["revoke", "disable", "remove"])
def test_a_binding_ends_within_a_second_of_being_revoked(joined, verb, report):
    assert ping(joined)
    began = time.monotonic()
    joined.ha(verb, "mn")
    joined.wait("ha", lambda status: status["bindings"] == [])
    took = time.monotonic() - began
    report(f"{verb}: {took * 1e3:.0f} ms, the command included")
    assert took < 1 * SLOWNESS
    joined.wait("mn", lambda status: status["state"] != "registered")
    settle(2)
    assert joined.status("ha")["bindings"] == [] and not ping(joined, seconds=1)
    assert joined.command("status", "--socket", joined.socket("mn"))[0] == 3, "the daemon lives on, and says so"


def test_a_disabled_client_comes_back_when_it_is_enabled(joined):
    joined.ha("disable", "mn")
    joined.wait("ha", lambda status: status["bindings"] == [])
    joined.ha("enable", "mn")
    joined.wait("mn", lambda status: status["state"] == "registered", 15 + PATIENCE)
    joined.wait_registered(joined.topology.care_of_address("A"))
    assert ping(joined)


def test_a_kicked_client_registers_again(joined):
    sequence = joined.status("mn")["binding"]["sequence"]
    joined.ha("kick", "mn")
    joined.wait("mn", lambda status: status["state"] == "registered" and status["binding"]["sequence"] != sequence)
    joined.wait_registered(joined.topology.care_of_address("A"))
    assert ping(joined)


def test_a_revoked_client_joins_again_at_its_address(joined):
    address = joined.home_addresses["mn"]
    joined.ha("revoke", "mn")
    joined.stop("mn")
    line = json.loads(joined.ha("invite", "mn", "--again", "--json"))["invite"]
    assert joined.join(line, "mn2")[0] == 0
    assert f'home_address = "{address}"' in (joined.directory / "mn2.toml").read_text()


def test_a_renamed_client_stays_connected(joined):
    joined.ha("rename", "mn", "travel")
    assert binding(joined.status("ha"), joined.home_addresses["mn"])["name"] == "travel"
    assert ping(joined) and joined.status("mn")["state"] == "registered"


def test_a_client_that_has_joined_is_back_within_a_second_of_a_restart(joined, report):
    serve(joined.topology, "cn", "echo", CORRESPONDENT, 7007)
    connection = connect(joined.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(connection, b"before")
    address = joined.home_addresses["mn"]
    joined.crash("ha")
    joined.start("ha")
    began = time.monotonic()
    joined.wait("ha", lambda status: binding(status, address))
    took = time.monotonic() - began
    report(f"from the new process being up to the binding: {took * 1e3:.0f} ms")
    assert took < 1 * SLOWNESS
    assert_echoes(connection, b"after")


def test_the_home_agents_key_changes_without_new_invites(joined):
    waiting = joined.invite("mn2")
    old = joined.ha("rotate-key", "--grace", "1h")
    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", old.split()[-1])
    joined.ha("kick", "mn")  # the next handshake
    joined.wait_registered(joined.topology.care_of_address("A"))
    settle(1)
    joined.stop("mn")
    joined.start("mn")
    joined.wait_registered(joined.topology.care_of_address("A"))
    assert ping(joined)
    assert joined.join(waiting, "mn2")[0] == 0, "an invite that was issued before is still good"


def test_a_backup_brings_everybody_back(joined):
    address = joined.home_addresses["mn"]
    file = joined.directory / "backup"
    joined.ha("backup", file)
    assert file.stat().st_mode & 0o077 == 0
    joined.ha("remove", "mn")
    joined.wait("ha", lambda status: status["bindings"] == [])
    joined.ha("restore", file)
    assert joined.client()["home_address"] == address and joined.client()["state"] == "enabled"
    joined.stop("mn")
    joined.start("mn")
    joined.wait_registered(joined.topology.care_of_address("A"))
    assert ping(joined)


def test_a_damaged_backup_changes_nothing(joined):
    file = joined.directory / "backup"
    joined.ha("backup", file)
    octets = bytearray(file.read_bytes())
    octets[len(octets) // 2 - 600:len(octets) // 2] = bytes(600)
    file.write_bytes(octets[:-100])
    status, _, complaint = joined.ha("restore", file, check=False)
    assert status == REFUSED and "backup" in complaint
    assert joined.client()["state"] == "enabled" and ping(joined)


def test_the_events_tell_the_story(joined):
    joined.topology.move("B")
    moved = joined.wait_event("moved")
    assert moved["name"] == "mn" and moved["to"] == joined.topology.care_of_address("B")
    joined.ha("revoke", "mn")
    assert joined.wait_event("revoked", since=moved["id"])["home_address"] == joined.home_addresses["mn"]
