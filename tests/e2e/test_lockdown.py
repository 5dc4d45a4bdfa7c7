"""With lockdown = true nothing leaves but the tunnel and what a link needs to be one, whatever becomes of the daemon.
The wire says so: programs talk all the time, over both families, and every frame that leaves the mobile node counts."""
import contextlib
import pathlib
import subprocess
import sys

import pytest
from deployment import GODWIT, settle
from leaks import ESP, ICMPV6, assert_none
from leaks import leaks as leaks_of
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT, SLOWNESS
from wire import Capture, ethernet_address, last_header

IPV4_CORRESPONDENT, IPV4_ROUTER, IPV4_OWN = "203.0.113.9", "198.51.100.1", "198.51.100.7"
ELSEWHERE = "2001:db8:e::1"  # the core router, by the address on the home agent's side


def locked(deploy, without_home_agent=False, **settings):
    return deploy(home_agent={"ipv4_pool": "10.64.0.0/24"}, mobile_node={"lockdown": True, "interface": "godwit0"} | settings,
                  allow_parameter_problems=("ha",) if without_home_agent else ())


def plug(deployment, link):
    """With IPv4 that leads somewhere, as far as the node can tell: frames to a router leave."""
    deployment.topology.plug(link)
    deployment.topology.ip(
        "mn", f"addr replace {IPV4_OWN}/24 dev uplink",
        f"neigh replace {IPV4_ROUTER} lladdr 02:00:00:00:00:99 nud permanent dev uplink",
        f"route replace default via {IPV4_ROUTER} dev uplink")


def move(deployment, link):
    deployment.topology.unplug()
    plug(deployment, link)


@pytest.fixture
def away(deploy):
    """Registered from A, and locked."""
    deployment = locked(deploy)
    plug(deployment, "A")
    deployment.start_all()
    registered(deployment, "A")
    return deployment


def registered(deployment, link):
    deployment.wait_registered(deployment.topology.care_of_address(link))


@contextlib.contextmanager
def talking(deployment):
    """A capture of the uplink, while programs talk. They fall silent first: a capture ends in a silence."""
    topology = deployment.topology
    with Capture(topology, "mn", "uplink") as capture:
        program = topology.start("mn", f"{sys.executable} {HERE}/restless.py uplink {CORRESPONDENT} {IPV4_CORRESPONDENT}")
        assert program.stdout.readline() == "ready\n"
        try:
            yield capture
            settle(0.3)
        finally:
            topology.stop(program)


def leaks(deployment, capture):
    return leaks_of(capture, ethernet_address(deployment.topology, "mn", "uplink"), (HOME_AGENT,))


def assert_no_leak(deployment, capture):
    assert_none(leaks(deployment, capture))


def assert_reaches(deployment, address, words=""):
    said = deployment.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 5 {words} {address}")
    assert " 0% packet loss" in said


def test_without_it_the_check_sees_what_leaves(deploy):
    deployment = locked(deploy, without_home_agent=True, lockdown=False)
    plug(deployment, "A")
    deployment.start("mn")
    with talking(deployment) as capture:
        settle(1)
    found = " ".join(leaks(deployment, capture))
    for what in ("IPv6 / UDP", "IPv6 / TCP", "Echo Request", "IP / UDP", "IP / TCP", "IP / ICMP"):
        assert what in found, f"{what} is not among what has left: {found[:500]}"


def test_before_the_first_registration(deploy):
    deployment = locked(deploy, without_home_agent=True)
    plug(deployment, "A")
    deployment.start("mn")
    with talking(deployment) as capture:
        settle(2)
    assert deployment.status()["state"] == "registering"
    assert_no_leak(deployment, capture)


def test_while_registered(away):
    with talking(away) as capture:
        assert_reaches(away, CORRESPONDENT, f"-I {HOME_ADDRESS}")
        settle(1)
    assert any(last_header(packet) == ESP for packet in capture.packets()), "no tunnel was seen"
    assert_no_leak(away, capture)


def test_between_links(away):
    with talking(away) as capture:
        away.topology.unplug()
        settle(0.5)
        plug(away, "B")
        registered(away, "B")
        move(away, "A")
        registered(away, "A")
    assert_no_leak(away, capture)


def test_after_kill_9_and_after_the_next_start(away):
    with talking(away) as capture:
        away.crash("mn")
        settle(1)
        move(away, "B")
        settle(1)
        away.start("mn")
        registered(away, "B")
        assert_reaches(away, CORRESPONDENT, f"-I {HOME_ADDRESS}")
    assert_no_leak(away, capture)


def test_while_the_daemon_is_stopped_and_started(away):
    with talking(away) as capture:
        away.stop("mn")
        settle(1)
        away.start("mn")
        registered(away, "A")
    assert_no_leak(away, capture)


def test_loaded_before_the_daemon_of_the_next_boot(away):
    away.stop("mn")
    away.topology.run("mn", "nft flush ruleset")
    status, said, _ = away.command("lockdown", "--load", "--state", away.directory / "state-mn")
    assert status == 0 and "nothing leaves" in said
    with talking(away) as capture:
        settle(1)
    assert_no_leak(away, capture)


def test_its_chains_stay_while_its_rules_change(away):
    """Between a chain that goes and one that comes a packet may slip through."""
    monitor = away.topology.start("mn", "nft monitor", log="nft.log")
    settle(0.3)
    away.stop("mn")
    away.start("mn")
    away.wait("mn", lambda status: status["ipv4_home_address"])
    settle(0.3)
    away.topology.stop(monitor)
    said = (away.directory / "nft.log").read_text()
    assert "add rule inet godwit_lockdown" in said, said
    assert not [line for line in said.splitlines() if line.startswith("delete") and line.split()[1] in ("table", "chain")
                and "godwit_lockdown" in line]


def test_others_flush_the_rules(away):
    wanted = away.topology.run("mn", "nft list table inet godwit_lockdown")
    away.topology.run("mn", "nft flush ruleset")
    away.wait("mn", lambda status: away.topology.run("mn", "nft list table inet godwit_lockdown", check=False) == wanted)
    assert "lockdown-repaired" in away.log("mn")


def at_home(deployment):
    move(deployment, "home")
    deployment.wait_home()


def test_the_home_link_is_inside(away):
    at_home(away)
    with talking(away) as capture:
        assert_reaches(away, CORRESPONDENT, f"-I {HOME_ADDRESS}")
    assert any("UDP" in leak for leak in leaks(away, capture)), "nothing went by the home link"
    with talking(away) as capture:
        away.topology.unplug()
        settle(0.3)
    with talking(away) as capture:
        plug(away, "A")
        registered(away, "A")
        settle(0.5)
    assert_no_leak(away, capture)


def test_killed_at_home(away):
    at_home(away)
    away.crash("mn")
    with talking(away) as capture:
        settle(1)
        move(away, "A")
        settle(1)
    assert_no_leak(away, capture)


def test_down_lifts_it_and_up_brings_it_back(deploy):
    deployment = locked(deploy)
    before = deployment.topology.run("mn", "nft list ruleset")
    plug(deployment, "A")
    deployment.start_all()
    registered(deployment, "A")
    assert "godwit_lockdown" in deployment.topology.run("mn", "nft list ruleset")
    assert deployment.status()["lockdown"] == {"wanted": True, "in_force": True}
    assert deployment.command("down", "--socket", deployment.socket("mn"))[0] == 0
    assert deployment.topology.run("mn", "nft list ruleset") == before
    assert deployment.status()["lockdown"] == {"wanted": True, "in_force": False}
    assert not (deployment.directory / "state-mn/lockdown.nft").exists()
    assert_reaches(deployment, CORRESPONDENT)
    assert deployment.command("up", "--socket", deployment.socket("mn"))[0] == 0
    with talking(deployment) as capture:
        registered(deployment, "A")
    assert_no_leak(deployment, capture)


def test_not_locked_by_an_up_that_fails(away):
    assert away.command("down", "--socket", away.socket("mn"))[0] == 0
    away.topology.ip("mn", "link add godwit0 type bridge")
    status, _, complaint = away.command("up", "--socket", away.socket("mn"))
    assert status == 1 and "godwit0" in complaint
    assert away.topology.run("mn", "nft list ruleset") == ""
    assert away.status()["state"] == "down"
    away.topology.ip("mn", "link del godwit0")
    assert away.command("up", "--socket", away.socket("mn"))[0] == 0
    registered(away, "A")
    assert away.status()["lockdown"]["in_force"]


def test_lifted_where_the_daemon_is_told_to_end_while_it_goes_down(away):
    away.crash("ha")  # whose answer it waits for
    down = away.topology.start("mn", f"{GODWIT} down --socket {away.socket('mn')}")
    away.wait("mn", lambda _: (away.directory / "state-mn/down").exists())
    away.stop("mn")
    down.wait(30 * SLOWNESS)
    assert away.topology.run("mn", "nft list ruleset") == ""
    assert not (away.directory / "state-mn/lockdown.nft").exists()


def test_lifted_by_hand_without_a_daemon(away):
    away.stop("mn")
    assert away.command("lockdown", "--lift", "--state", away.directory / "state-mn")[0] == 0
    assert away.topology.run("mn", "nft list ruleset") == ""
    assert_reaches(away, CORRESPONDENT)


def test_not_lifted_by_hand_beside_a_daemon_that_keeps_it(away):
    status, _, complaint = away.command("lockdown", "--lift", "--state", away.directory / "state-mn", "--socket",
                                        away.socket("mn"))
    assert status == 1 and "godwit down" in complaint
    assert away.status()["lockdown"]["in_force"] and (away.directory / "state-mn/lockdown.nft").exists()


def sources_of_echoes(capture, destination):
    return {packet.src for packet in capture.packets() if packet.nh == ICMPV6 and packet.dst == destination
            and bytes(packet)[40] == 128}


@pytest.mark.parametrize("settings", [{"exclude": ["2001:db8:e::/64"]},
                                      {"mode": "split", "routes": ["2001:db8:c::/64"]}], ids=["exclude", "split"])
def test_what_is_not_meant_goes_outside(deploy, settings):
    deployment = locked(deploy, **settings)
    plug(deployment, "A")
    deployment.start_all()
    registered(deployment, "A")
    with Capture(deployment.topology, "mn", "uplink") as capture:
        assert_reaches(deployment, ELSEWHERE)
        assert_reaches(deployment, CORRESPONDENT)
    assert sources_of_echoes(capture, ELSEWHERE) == {deployment.topology.care_of_address("A")}
    assert not sources_of_echoes(capture, CORRESPONDENT)
    deployment.crash("mn")
    with Capture(deployment.topology, "mn", "uplink") as capture:
        deployment.topology.run("mn", f"ping -n -c 3 -i 0.1 -W 1 {CORRESPONDENT}", check=False)
        assert_reaches(deployment, ELSEWHERE)
    assert not sources_of_echoes(capture, CORRESPONDENT)


@pytest.fixture
def cgroup():
    """The path of a cgroup that is yet to be made, below a hierarchy of version 2."""
    mounts = [line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
    roots = [fields[1] for fields in mounts if fields[2] == "cgroup2"]
    if not roots:
        pytest.skip("no cgroups of version 2 here")
    path = pathlib.Path(roots[0]) / "godwit-e2e"
    yield path
    for directory in (path / "app", path):
        if directory.exists():
            directory.rmdir()


def ping_within(deployment, cgroup, target):
    command = " ".join([*deployment.topology.within("mn"), f"ping -n -c 3 -i 0.1 -W 5 {target}"])
    return subprocess.run(["sh", "-c", f"echo $$ > {cgroup}/cgroup.procs && exec {command}"], text=True,
                          capture_output=True, timeout=60 * SLOWNESS).stdout


def test_programs_of_a_cgroup_go_past_the_tunnel(deploy, cgroup):
    deployment = locked(deploy, exclude_cgroups=["godwit-e2e/app"])
    plug(deployment, "A")
    deployment.start("ha")
    deployment.launch("mn", "unshare -m sh -c 'mount -t cgroup2 none /sys/fs/cgroup && exec \"$0\" \"$@\"'")
    registered(deployment, "A")
    assert any("there is no cgroup godwit-e2e/app" in line for line in deployment.status()["health"])
    (cgroup / "app").mkdir(parents=True)
    deployment.wait("mn", lambda status: not status["health"])
    with Capture(deployment.topology, "mn", "uplink") as capture:
        assert " 0% packet loss" in ping_within(deployment, cgroup / "app", CORRESPONDENT)
        assert_reaches(deployment, CORRESPONDENT)
    assert sources_of_echoes(capture, CORRESPONDENT) == {deployment.topology.care_of_address("A")}


def test_others_flush_what_excluded_programs_go_by(deploy, cgroup):
    deployment = locked(deploy, exclude_cgroups=["godwit-e2e/app"])
    plug(deployment, "A")
    (cgroup / "app").mkdir(parents=True)
    deployment.start("ha")
    deployment.launch("mn", "unshare -m sh -c 'mount -t cgroup2 none /sys/fs/cgroup && exec \"$0\" \"$@\"'")
    registered(deployment, "A")
    tables = "nft list table inet godwit_excluded && nft list table ip6 godwit"
    wanted = deployment.topology.run("mn", tables)
    deployment.topology.run("mn", "nft flush ruleset")
    deployment.wait("mn", lambda status: deployment.topology.run("mn", tables, check=False) == wanted)
    with Capture(deployment.topology, "mn", "uplink") as capture:
        assert " 0% packet loss" in ping_within(deployment, cgroup / "app", CORRESPONDENT)
    assert sources_of_echoes(capture, CORRESPONDENT) == {deployment.topology.care_of_address("A")}
    assert deployment.status()["health"] == []


def test_programs_of_a_cgroup_are_answered_past_a_strict_reverse_path_filter(deploy, cgroup):
    deployment = locked(deploy, exclude_cgroups=["godwit-e2e/app"])
    topology = deployment.topology
    plug(deployment, "A")
    topology.ip("rt", f"addr add {IPV4_ROUTER}/24 dev A", f"addr add {IPV4_CORRESPONDENT}/32 dev lo")
    topology.ip("mn", f"neigh del {IPV4_ROUTER} dev uplink")
    topology.run("mn", "echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter")
    (cgroup / "app").mkdir(parents=True)
    deployment.start("ha")
    deployment.launch("mn", "unshare -m sh -c 'mount -t cgroup2 none /sys/fs/cgroup && exec \"$0\" \"$@\"'")
    deployment.wait("mn", lambda status: status["ipv4_home_address"] and not status["health"])
    assert " 0% packet loss" in ping_within(deployment, cgroup / "app", IPV4_CORRESPONDENT)
    deployment.stop("mn")
    assert topology.run("mn", "cat /proc/sys/net/ipv4/conf/all/src_valid_mark") == "0\n"
