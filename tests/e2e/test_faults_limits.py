"""A daemon that may open no more files, or have no more memory: it does not spin, says so, and goes on once it may."""
import resource
import socket
import time

import pytest
from deployment import PATIENCE, sanitizer, settle
from faults import limit, open_files
from process import Cost
from test_sessions import assert_echoes
from topology import HOME_ADDRESS, SLOWNESS

limits_memory = pytest.mark.skipif(bool(sanitizer()), reason="AddressSanitizer takes terabytes of address space for itself")


def knock_at(path, count):
    """Connections to the status socket that nobody takes."""
    waiting = []
    for _ in range(count):
        asking = socket.socket(socket.AF_UNIX)
        asking.setblocking(False)
        try:
            asking.connect(str(path))
        except BlockingIOError:
            pass
        waiting.append(asking)
    return waiting


@pytest.mark.parametrize("node", ["mn", "ha"])
def test_no_file_may_be_opened_for_a_while(talking, node, report):
    pid = talking.daemons[node].pid
    lines = len(talking.log(node, 100000).splitlines())
    before = limit(pid, resource.RLIMIT_NOFILE, open_files(pid))
    waiting, cost = knock_at(talking.socket(node), 40), Cost(pid)
    settle(3)
    percent = cost.percent()
    assert_echoes(talking.connection, b"meanwhile")
    moved = talking.topology.move("B")
    settle(3)
    limit(pid, resource.RLIMIT_NOFILE, before)
    for asking in waiting:
        asking.close()
    said = len(talking.log(node, 100000).splitlines()) - lines
    report(f"{percent:.1f} % of a processor, {said} lines in the log")
    assert percent < 30 * SLOWNESS
    assert said < 500
    talking.wait_registered(moved["address"])
    assert_echoes(talking.connection, b"after")
    talking.move("A")
    assert_echoes(talking.connection, b"again")


@limits_memory
@pytest.mark.parametrize("node", ["mn", "ha"])
def test_too_little_memory_for_a_start_is_told(deploy, node):
    """The limit is raised until it starts: each end before that is one in order. With the least, it cannot even be loaded."""
    deployment = deploy()
    deployment.topology.move("A")
    deployment.crashed |= {"mn", "ha"}
    refused = 0
    for megabytes in (10, 20, 40, 60, 80, 100, 150, 200):
        (deployment.directory / f"{node}.log").unlink(missing_ok=True)
        daemon = deployment.launch(node, f"prlimit --as={megabytes * 1000000}")
        try:
            code = daemon.wait(2 * SLOWNESS)
        except Exception:
            break
        refused += 1
        said = deployment.log(node)
        is_in_order = code > 0 or "Fatal glibc error" in said  # which ends a process that has no memory for a thread's end
        assert is_in_order and ("memory" in said.lower() or megabytes <= 20), f"{megabytes} MB: exit status {code}: {said}"
    deployment.topology.stop(daemon)
    deployment.daemons.pop(node)
    assert refused, "it never had too little"
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))


@limits_memory
@pytest.mark.parametrize("node", ["mn", "ha"])
def test_no_more_memory_while_it_runs(talking, node, report):
    """It goes on with what it has, or ends in order and is started again, as systemd does; either way the connection lives."""
    pid = talking.daemons[node].pid
    with open(f"/proc/{pid}/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    before = limit(pid, resource.RLIMIT_AS, now)
    flood = talking.topology.start("cn", f"ping -n -i 0.002 -s 1200 {HOME_ADDRESS}", log="flood.log")
    waiting = knock_at(talking.socket(node), 200)
    talking.topology.move("B")
    settle(3)
    for asking in waiting:
        asking.close()
    talking.topology.stop(flood)
    daemon = talking.daemons[node]
    if daemon.poll() is None:
        limit(pid, resource.RLIMIT_AS, before)
        report("it went on")
    else:
        report(f"it ended, status {daemon.returncode}")
        assert daemon.returncode == 1 and "memory" in talking.log(node), talking.log(node)
        talking.daemons.pop(node)
        talking.crashed.add(node)
        talking.start(node)
    talking.wait_registered(talking.topology.care_of_address("B"))
    assert_echoes(talking.connection, b"after")


def test_a_status_socket_that_is_full_hinders_nobody(talking):
    """Connections that say nothing are put out in time."""
    waiting = knock_at(talking.socket("mn"), 300)
    talking.move("B")
    assert_echoes(talking.connection, b"after")
    for asking in waiting:
        asking.close()
    deadline = time.monotonic() + PATIENCE
    while open_files(talking.daemons["mn"].pid) > 100:
        assert time.monotonic() < deadline
        time.sleep(0.1)
