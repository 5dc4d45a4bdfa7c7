"""The commands of the mobile node, with the daemons running."""
import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

import pytest
from deployment import GODWIT, PATIENCE, binding, settle
from system import changes, snapshot
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, SLOWNESS

OK, FAILED, USAGE, NOT_REGISTERED, NOT_REACHABLE, REFUSED, NO_ANSWER, TIMED_OUT = range(8)


def godwit(deployment, verb, *arguments):
    """Runs a command that asks the daemon: (exit status, stdout, stderr)."""
    return deployment.command(verb, *arguments, "--socket", deployment.socket("mn"))


def done(deployment, verb, *arguments):
    """What a command printed that succeeded."""
    status, said, complaint = godwit(deployment, verb, *arguments)
    assert status == OK, (said, complaint, deployment.log("mn"))
    return said


def events(deployment, *arguments):
    return [json.loads(line) for line in done(deployment, "events", "--once", "--json", *arguments).splitlines()]


def types(deployment):
    return [event["type"] for event in events(deployment)]


def wait_for_event(deployment, kind):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [event for event in events(deployment) if event["type"] == kind]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise TimeoutError(f"no event {kind}: {events(deployment)}")


def registered_again(deployment, link="A"):
    return deployment.wait_registered(deployment.topology.care_of_address(link))


@pytest.fixture
def before_and_at_a(deploy):
    """at_a, and what the mobile node's network was like before any daemon ran there."""
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.topology.care_of_address("A")
    settle(1)  # what the kernel does with a new link by itself has been done
    before, resolver = snapshot(deployment.topology, "mn"), pathlib.Path("/etc/resolv.conf").read_bytes()
    deployment.start_all()
    registered_again(deployment)
    return deployment, before, resolver


def assert_as_before(deployment, before, resolver):
    left_behind = changes(before, snapshot(deployment.topology, "mn"))
    assert not left_behind, "\n".join(left_behind)
    assert pathlib.Path("/etc/resolv.conf").read_bytes() == resolver


# down, up, restart

def test_sigterm_ends_it_once_the_home_agent_knows(at_a, report):
    began = time.monotonic()
    at_a.stop("mn")
    assert not binding(at_a.status("ha"), HOME_ADDRESS)
    report(f"SIGTERM to the end {(time.monotonic() - began) * 1e3:.0f} ms")


def test_a_silent_home_agent_does_not_hold_up_the_end(at_a, report):
    at_a.daemons["ha"].send_signal(signal.SIGSTOP)
    began = time.monotonic()
    at_a.stop("mn")
    took = time.monotonic() - began
    at_a.crashed.add("mn")  # its kernel hears the answers that come too late
    at_a.daemons["ha"].send_signal(signal.SIGCONT)
    report(f"SIGTERM to the end, with a silent home agent, {took * 1e3:.0f} ms")
    assert took < 2 * SLOWNESS


def test_down_before_the_first_answer_leaves_no_binding(deploy):
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.start("ha")
    deployment.daemons["ha"].send_signal(signal.SIGSTOP)
    deployment.start("mn")
    deployment.wait("mn", lambda status: status["state"] == "registering")
    done(deployment, "down")
    deployment.crashed.add("mn")  # its kernel hears the answers that come too late
    deployment.daemons["ha"].send_signal(signal.SIGCONT)
    deployment.wait("ha", lambda status: "binding-removed" in deployment.log("ha"))
    settle(0.3)
    assert not binding(deployment.status("ha"), HOME_ADDRESS)


def test_down_leaves_everything_as_before_and_up_works_again(before_and_at_a, report):
    deployment, before, resolver = before_and_at_a
    assert changes(before, snapshot(deployment.topology, "mn")), "the comparison sees nothing"
    began = time.monotonic()
    done(deployment, "down")
    report(f"down takes {(time.monotonic() - began) * 1e3:.0f} ms")
    assert_as_before(deployment, before, resolver)
    assert not binding(deployment.status("ha"), HOME_ADDRESS), "the home agent was told before the command ended"
    status = deployment.status()
    assert status["state"] == "down" and status["path"] is None and status["health"] == []
    assert godwit(deployment, "status")[0] == NOT_REGISTERED
    began = time.monotonic()
    done(deployment, "up")
    registered_again(deployment)
    report(f"from up to registered: {(time.monotonic() - began) * 1e3:.0f} ms")
    serve(deployment.topology, "cn", "echo", CORRESPONDENT, 7007)
    assert_echoes(connect(deployment.topology, "mn", CORRESPONDENT, 7007), b"again")


def test_down_and_up_at_home(at_home):
    assert HOME_ADDRESS in at_home.topology.run("mn", "ip -6 address show")
    done(at_home, "down")
    assert HOME_ADDRESS not in at_home.topology.run("mn", "ip -6 address show")
    done(at_home, "up")
    at_home.wait_home()


def test_down_does_not_wait_for_a_home_agent_that_is_gone(at_a, report):
    at_a.crash("ha")
    began = time.monotonic()
    done(at_a, "down")
    took = time.monotonic() - began
    report(f"{took * 1e3:.0f} ms")
    assert at_a.status()["state"] == "down"
    assert took < PATIENCE / 2


def open_files(deployment):
    return len(os.listdir(f"/proc/{deployment.daemons['mn'].pid}/fd"))


def test_down_and_up_twenty_times_opens_no_more_files_than_once(at_a):
    done(at_a, "restart")
    registered_again(at_a)
    once = open_files(at_a)
    for _ in range(20):
        done(at_a, "down")
        done(at_a, "up")
    registered_again(at_a)
    done(at_a, "restart")
    registered_again(at_a)
    deadline = time.monotonic() + PATIENCE
    while open_files(at_a) > once + 3 and time.monotonic() < deadline:  # a few are open only while a way is tried
        time.sleep(0.05)
    assert open_files(at_a) <= once + 3


def test_down_lasts_across_a_restart_of_the_daemon_until_up(at_a):
    done(at_a, "down")
    at_a.stop("mn")
    at_a.start("mn")
    assert at_a.status()["state"] == "down"
    assert "godwit0" not in at_a.topology.run("mn", "ip link show")
    done(at_a, "up")
    registered_again(at_a)
    at_a.stop("mn")
    at_a.start("mn")
    registered_again(at_a)


def test_down_lasts_across_kill_9(at_a):
    done(at_a, "down")
    at_a.crash("mn")
    at_a.start("mn")
    assert at_a.status()["state"] == "down"


def test_down_twice_and_up_twice_are_no_error(at_a):
    for verb in ("down", "down", "up", "up"):
        done(at_a, verb)
    registered_again(at_a)


def test_restart_takes_up_the_configuration_in_the_same_process(at_a):
    pid = at_a.daemons["mn"].pid
    at_a.configure_mobile_node(lifetime=120)
    done(at_a, "restart")
    assert registered_again(at_a)["binding"]["lifetime_s"] == 120
    assert at_a.daemons["mn"].poll() is None and at_a.daemons["mn"].pid == pid


def test_a_wrong_configuration_is_told_and_the_old_one_goes_on(at_a):
    sequence = at_a.status()["binding"]["sequence"]
    path = at_a.directory / "mn.toml"
    right = path.read_text()
    path.write_text(right.replace("lifetime = 600", "lifetime = 1\ncolour = 2"))
    for verb in ("restart", "restart"):
        status, _, complaint = godwit(at_a, verb)
        assert status == USAGE and len(complaint.splitlines()) == 2
        assert "lifetime: " in complaint and "colour: unknown key" in complaint
    assert at_a.status()["state"] == "registered" and at_a.status()["binding"]["sequence"] == sequence
    done(at_a, "down")
    assert godwit(at_a, "up")[0] == USAGE and at_a.status()["state"] == "down"
    path.write_text(right)
    done(at_a, "up")
    registered_again(at_a)


def test_what_cannot_be_taken_up_is_told_and_the_old_one_comes_back(at_a):
    at_a.topology.run("mn", "ip link add taken type veth peer name taker")
    at_a.configure_mobile_node(interface="taken")
    status, _, complaint = godwit(at_a, "restart")
    assert status == FAILED and "taken" in complaint
    registered_again(at_a)


def test_another_socket_takes_a_new_start(at_a):
    at_a.configure_mobile_node(status_socket=str(at_a.directory / "other.sock"))
    status, _, complaint = godwit(at_a, "restart")
    assert status == FAILED and "systemctl restart godwit" in complaint
    assert at_a.status()["state"] == "registered"


# status, wait, events

def test_how_long_status_takes_is_reported(at_a, report):
    times = []
    for _ in range(50):
        began = time.monotonic()
        done(at_a, "status")
        times.append((time.monotonic() - began) * 1e3)
    bare = []
    for _ in range(50):
        began = time.monotonic()
        at_a.command(program="/bin/true")
        bare.append((time.monotonic() - began) * 1e3)
    median = statistics.median(times) - statistics.median(bare)
    report(f"status: {median:.1f} ms, beyond the {statistics.median(bare):.1f} ms of a program that does nothing there")


def test_watch_shows_a_line_each_second_where_there_is_no_terminal(at_a):
    watch = at_a.topology.start("mn", f"{GODWIT} status --watch --socket {at_a.socket('mn')}")
    lines = [watch.stdout.readline() for _ in range(3)]
    at_a.topology.stop(watch)
    assert all(line.startswith("registered, ") for line in lines) and "B/s up" in lines[2]


def test_watch_redraws_on_a_terminal(at_a):
    at_a.move("B")
    shown = at_a.command("-q", "-e", "-c", f"timeout 2 {GODWIT} status --watch --socket {at_a.socket('mn')}", "/dev/null",
                         program="script")[1]
    assert "\x1b[H\x1b[2J" in shown and "care-of address" in shown and "round trip" in shown and "LAST MOVES" in shown


def test_wait_ends_when_the_home_agent_serves_the_machine(deploy):
    deployment = deploy()
    deployment.start_all()
    waiting = deployment.topology.start("mn", f"{GODWIT} wait --timeout 60 --socket {deployment.socket('mn')}")
    assert godwit(deployment, "wait", "--timeout", "0.2")[0] == TIMED_OUT
    assert waiting.poll() is None
    deployment.topology.plug("A")
    assert waiting.wait(PATIENCE) == OK
    assert deployment.status()["state"] == "registered"
    done(deployment, "down")
    status, _, complaint = godwit(deployment, "wait")
    assert status == NOT_REGISTERED and "godwit up" in complaint


def test_events_tell_the_story(at_a):
    at_a.move("B")
    moved = wait_for_event(at_a, "moved")
    network = at_a.topology
    assert (moved["from"], moved["to"]) == (network.care_of_address("A"), network.care_of_address("B"))
    assert moved["gap_ms"] >= 0 and moved["lost"] == 0
    network.unplug()
    wait_for_event(at_a, "unattached")
    at_a.move("home")
    done(at_a, "restart")
    at_a.wait_home()
    told = types(at_a)
    # The move is told of with all that became of it: half a second after the time without a link that it began with.
    place = -1
    for kind in ("up", "path-changed", "registered", "moved", "unattached", "home", "down", "up", "home"):
        assert kind in told[place + 1:], (kind, told)
        place = told.index(kind, place + 1)
    numbers = [event["id"] for event in events(at_a)]
    assert numbers == sorted(set(numbers))
    assert [event["id"] for event in events(at_a, "--since", numbers[2])] == numbers[3:]
    assert len(done(at_a, "events", "--once").splitlines()) == len(numbers)


def test_who_follows_the_events_hears_of_health_at_once(at_a):
    so_far = events(at_a)[-1]["id"]  # it may have had no address when it was started
    follower = at_a.topology.start("mn", f"{GODWIT} events --json --since {so_far} --socket {at_a.socket('mn')}")
    at_a.topology.unplug()
    assert any(json.loads(line).get("added") == "no interface has an address with a route to the home agent" for line in follower.stdout)
    at_a.topology.stop(follower)


# ping

@pytest.mark.parametrize("target", [None, CORRESPONDENT])
def test_ping_goes_through_the_tunnel(at_a, target):
    sent = at_a.status()["tunnel"]["tx_packets"]
    arguments = ["--json", "-c", 2] + ([target] if target else [])
    lines = [json.loads(line) for line in done(at_a, "ping", *arguments).splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    for line in lines:
        assert 0 < line["rtt_ms"] < 1000
        assert line["encapsulation"] in ("ip6", "udp") and line["interface"] == "uplink"
        assert line["care_of_address"] == at_a.topology.care_of_address("A")
    assert at_a.status()["tunnel"]["tx_packets"] >= sent + 2


def test_ping_of_nobody_says_so(at_a):
    status, said, complaint = godwit(at_a, "ping", "-c", 1, "2001:db8:f::dead")
    assert status == NO_ANSWER and "seq 1: no answer" in said and "nothing has answered" in complaint


def test_ping_says_what_is_not_possible(at_a):
    assert godwit(at_a, "ping", "-c", 1, "192.0.2.1")[0] == FAILED, "there is no IPv4 home address"
    assert godwit(at_a, "ping", "-c", 1, "ff02::1")[0] == USAGE
    done(at_a, "down")
    status, _, complaint = godwit(at_a, "ping", "-c", 1)
    assert status == FAILED and "godwit up" in complaint


def echoes_sent(deployment):
    return deployment.status()["tunnel"]["tx_packets"]


@pytest.mark.parametrize("target, code, words", [(CORRESPONDENT, OK, "answered; least"),
                                                 ("2001:db8:f::dead", NO_ANSWER, "0 answered")])
def test_ctrl_c_ends_a_ping_with_its_summary(at_a, target, code, words):
    ping = at_a.topology.start("mn", f"{GODWIT} ping --socket {at_a.socket('mn')} {target}")
    assert ping.stdout.readline().startswith("seq 1: ")
    ping.send_signal(signal.SIGINT)
    assert ping.wait(PATIENCE) == code
    assert words in ping.stdout.read()
    settle(0.5)  # the second may just be on its way
    sent = echoes_sent(at_a)
    settle(1.2)
    assert echoes_sent(at_a) == sent, "the daemon goes on asking for nobody"


def test_a_ping_ends_with_the_presence(at_a):
    ping = at_a.topology.start("mn", f"{GODWIT} ping --socket {at_a.socket('mn')}")
    assert "ms" in ping.stdout.readline()
    done(at_a, "down")
    assert ping.wait(PATIENCE) == OK


# get, set, leave

def test_set_and_restart(at_a):
    configuration = at_a.directory / "mn.toml"
    configuration.write_text("# my own words\n" + configuration.read_text())
    assert at_a.command("get", "lifetime", "--config", configuration)[1] == "600\n"
    said = done(at_a, "set", "lifetime", 300, "--config", configuration)
    assert "godwit restart" in said
    assert at_a.status()["binding"]["lifetime_s"] == 600
    done(at_a, "set", "lifetime", 240, "--restart", "--config", configuration)
    assert registered_again(at_a)["binding"]["lifetime_s"] == 240
    assert configuration.read_text().startswith("# my own words\n")


def test_leave_deregisters_and_removes_what_joining_has_made(before_and_at_a):
    deployment, before, resolver = before_and_at_a
    done(deployment, "leave", "--yes", "--config", deployment.directory / "mn.toml")
    assert not binding(deployment.status("ha"), HOME_ADDRESS)
    assert_as_before(deployment, before, resolver)
    for name in ("mn.toml", "mn.key", "state-mn/down"):
        assert not (deployment.directory / name).exists(), name
    deployment.stop("mn")


# who may what

def test_an_unprivileged_user_reads_but_may_not_change(at_a):
    at_a.directory.chmod(0o755)
    executable = at_a.directory / "godwit"  # where anybody may run it
    executable.write_bytes(pathlib.Path(GODWIT).read_bytes())
    executable.chmod(0o755)

    def as_nobody(verb, *arguments):
        return at_a.command("--reuid=65534", "--regid=65534", "--clear-groups", executable, verb, *arguments, "--socket",
                            at_a.socket("mn"), program="setpriv")

    for command in (["status"], ["wait", "--timeout", "5"], ["events", "--once"], ["ping", "-c", "1", HOME_AGENT]):
        status, said, complaint = as_nobody(*command)
        assert status == OK, (command, said, complaint)
    for verb in ("down", "restart", "up"):
        status, said, complaint = as_nobody(verb)
        assert status == REFUSED and said == "" and len(complaint.splitlines()) == 1, (verb, complaint)
    assert at_a.status()["state"] == "registered"


def test_a_member_of_the_sockets_group_may_change(at_a):
    at_a.directory.chmod(0o755)
    executable = at_a.directory / "godwit"
    executable.write_bytes(pathlib.Path(GODWIT).read_bytes())
    executable.chmod(0o755)
    group = 4242
    subprocess.run(["chgrp", str(group), at_a.socket("mn")], check=True)
    status, _, complaint = at_a.command("--reuid=65534", "--regid=65534", f"--groups={group}", executable, "restart", "--socket",
                                        at_a.socket("mn"), program="setpriv")
    assert status == OK, complaint
    registered_again(at_a)


@pytest.mark.parametrize("arguments", [["wait", "--timeout", "-1"], ["ping", "-c", "0"], ["ping", "-c", "many"], ["set", "lifetime"],
                                       ["events", "--since", "yesterday"], ["up", "now"], ["dance"], []])
def test_a_wrong_command_line_is_told(at_a, arguments):
    status, _, complaint = at_a.command(*arguments)
    assert status == USAGE and complaint.strip()


@pytest.mark.parametrize("verb", ["up", "down", "restart", "status", "events", "ping"])
def test_without_a_daemon_each_command_says_so(deploy, verb):
    deployment = deploy()
    status, said, complaint = godwit(deployment, verb)
    assert status == NOT_REACHABLE and said == "" and len(complaint.strip().splitlines()) == 1
