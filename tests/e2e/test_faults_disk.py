"""The state directory is full, read-only, or holds nonsense."""
import contextlib
import os
import subprocess

import pytest
from deployment import binding, settle
from faults import Failing
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS


class Disk:
    """A small file system in a directory, for daemons that are started afterwards."""

    def __init__(self, directory, size="2m"):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.mount("-t", "tmpfs", "-o", f"mode=0700,size={size}", "godwit-small", directory)

    @staticmethod
    def mount(*words):
        subprocess.run(["mount", *map(str, words)], check=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.directory / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    def empty(self):
        (self.directory / "filler").unlink()

    def remove(self):
        subprocess.run(["umount", "-l", self.directory], check=True)


@pytest.fixture
def disk():
    """disk(directory): a small file system there."""
    made = []

    def make(directory):
        made.append(Disk(directory))
        return made[-1]
    yield make
    for small in made:
        small.remove()


@pytest.fixture
def on_disk(deploy, disk):
    """on_disk(node): both configured, mn plugged into A, `disk` under the node's state."""
    def make(node):
        deployment = deploy()
        deployment.topology.plug("A")
        deployment.disk = disk(deployment.directory / f"state-{node}")
        return deployment
    return make


def registered(deployment):
    return deployment.wait_registered(deployment.topology.care_of_address("A"))


def start_talking(deployment):
    deployment.start_all()
    registered(deployment)
    serve(deployment.topology, "cn", "echo", CORRESPONDENT, 7007)
    deployment.connection = connect(deployment.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(deployment.connection, b"before")


def test_the_home_agents_disk_is_full_for_a_while(on_disk):
    """Who is registered moves on; a handshake that could not be put on record is refused, and says why."""
    deployment = on_disk("ha")
    start_talking(deployment)
    deployment.disk.fill()
    deployment.move("B")
    assert_echoes(deployment.connection, b"moved")
    for _ in range(40):  # the database has some pages to spare
        deployment.crash("mn")
        deployment.start("mn")
        deployment.wait("mn", lambda status: status["state"] in ("registered", "registering"))
        settle(0.2)
        if deployment.status("ha")["health"]:
            break
    assert any("full" in line for line in deployment.status("ha")["health"]), deployment.status("ha")["health"]
    deployment.wait("mn", lambda status: any("disk" in line or "write" in line for line in status["health"]))
    deployment.disk.empty()
    deployment.wait_registered(deployment.topology.care_of_address("B"))
    assert_echoes(deployment.connection, b"after")
    deployment.wait("ha", lambda status: not any("written" in line for line in status["health"]))


def test_the_mobile_nodes_disk_is_full(on_disk):
    deployment = on_disk("mn")
    deployment.disk.fill()
    start_talking(deployment)
    assert "handshake-time-not-kept" in deployment.log("mn")
    deployment.crash("mn")
    deployment.start("mn")
    registered(deployment)
    assert_echoes(deployment.connection, b"after")
    deployment.disk.empty()
    deployment.stop("mn")
    deployment.start("mn")
    registered(deployment)


def test_the_mobile_nodes_disk_is_read_only(on_disk):
    deployment = on_disk("mn")
    Disk.mount("-o", "remount,ro", deployment.disk.directory)
    start_talking(deployment)
    assert "handshake-time-not-kept" in deployment.log("mn")
    deployment.move("B")
    assert_echoes(deployment.connection, b"after")


def test_a_home_agent_does_not_start_on_a_disk_that_is_read_only(on_disk):
    deployment = on_disk("ha")
    Disk.mount("-o", "remount,ro", deployment.disk.directory)
    daemon = deployment.launch("ha")
    assert daemon.wait(10 * SLOWNESS) == 1
    assert "state-ha" in deployment.log("ha")
    deployment.daemons.pop("ha")


@pytest.mark.parametrize("error", ["EIO", "EROFS"])
def test_the_home_agents_disk_fails_for_a_while(on_disk, error):
    deployment = on_disk("ha")
    start_talking(deployment)
    calls = ("pwrite64", "fsync", "fdatasync", "ftruncate")
    with Failing(deployment, "ha", *(f"{call}:error={error}" for call in calls)) as failing:
        deployment.move("B")
        assert_echoes(deployment.connection, b"moved")
        deployment.crash("mn")
        deployment.start("mn")
        settle(3)
        assert deployment.status()["state"] != "registered", "a handshake that is on no record"
    assert failing.count > 0
    deployment.wait_registered(deployment.topology.care_of_address("B"))
    assert_echoes(deployment.connection, b"after")


@pytest.mark.parametrize("nonsense", [b"", b"\0" * 4096, os.urandom(5000), b"@4000000"], ids=["nothing", "zeros", "noise", "cut"])
def test_the_mobile_nodes_state_holds_nonsense(deploy, nonsense):
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.start_all()
    registered(deployment)
    deployment.stop("mn")
    state = deployment.directory / "state-mn"
    files = [path for path in state.iterdir() if path.is_file()]
    assert files
    for path in files:
        path.write_bytes(nonsense)
    deployment.start("mn")
    registered(deployment)


@pytest.mark.parametrize("nonsense", [b"\0" * 4096, b"AAAA BBBB\n"], ids=["zeros", "words"])
def test_a_home_agents_key_that_is_nonsense_is_told_with_the_remedy(deploy, nonsense):
    """It is no small thing to go by another key than the one that was told last: nobody does it for the user."""
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.start("ha")
    state = deployment.directory / "state-mn"
    state.mkdir(mode=0o700)
    (state / "home-agent-key").write_bytes(nonsense)
    assert deployment.launch("mn").wait(10 * SLOWNESS) == 1
    assert "home-agent-key" in deployment.log("mn") and "remove it" in deployment.log("mn")
    (state / "home-agent-key").unlink()
    deployment.start("mn")
    registered(deployment)


@pytest.mark.parametrize("damage", ["cut", "noise", "log"])
def test_a_damaged_store_is_told_and_left_alone(deploy, damage):
    """Or, where only a log beside it is, it starts from what the file has."""
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.start_all()
    registered(deployment)
    deployment.stop("ha")
    deployment.crashed.add("ha")
    state = deployment.directory / "state-ha"
    store, log = state / "godwit-ha.sqlite", state / "godwit-ha.sqlite-wal"
    octets = store.read_bytes()
    assert len(octets) > 4096
    if damage == "cut":
        store.write_bytes(octets[:3000])
    elif damage == "noise":
        store.write_bytes(octets[:100] + os.urandom(len(octets) - 100))
    else:
        log.write_bytes(os.urandom(20000))
    before = store.read_bytes()
    daemon = deployment.launch("ha")
    if damage == "log":
        deployment.wait("ha", lambda status: binding(status, HOME_ADDRESS))
        registered(deployment)
        return
    assert daemon.wait(10 * SLOWNESS) == 1
    deployment.daemons.pop("ha")
    assert "godwit-ha.sqlite" in deployment.log("ha")
    assert store.read_bytes() == before
