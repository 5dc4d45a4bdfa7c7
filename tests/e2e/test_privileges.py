"""What the daemons may still do once they have started: two capabilities, and the system calls of a list. strace
writes down every call of every thread while a mobile node registers, moves, carries packets, is taken down and up."""
import os
import pathlib
import re

import pytest
from deployment import sanitizer, settle
from test_client_commands import done
from topology import CORRESPONDENT, HERE, SLOWNESS

NETWORK_ALONE = 1 << 12 | 1 << 13  # CAP_NET_ADMIN, CAP_NET_RAW
FILES_OF_OTHERS = 1 << 0 | 1 << 1 | 1 << 3  # CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER
FILTERED = 2  # "Seccomp:" of proc(5)
NOBODY = 65534
SOURCES = HERE.parents[1] / "shared/platform"
PROCESSES = re.compile(r"\b(?:execve|execveat|fork|vfork)\(|\bclone3?\((?!.*CLONE_THREAD)")
filtered = pytest.mark.skipif(bool(sanitizer()), reason="AddressSanitizer makes calls of its own: there is no filter then")
CALL = re.compile(r"^(?:\d+ +)?(?:<\.\.\. )?(\w+)(?:\(| resumed>)")


def threads_of(process):
    """What /proc says of each thread: {"CapEff": 12288, "Seccomp": 2, ...}."""
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        try:
            lines = (task / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # one of a start that has done its work has ended meanwhile
        words = dict(line.split(":", 1) for line in lines if ":" in line)
        yield {name: int(words[name], 16 if name.startswith("Cap") else 10)
               for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")}


def assert_confined(process, capabilities=NETWORK_ALONE):
    threads = list(threads_of(process))
    assert len(threads) >= 3, "the control thread, and a pair of workers"
    for thread in threads:
        assert thread == {"CapInh": 0, "CapPrm": capabilities, "CapEff": capabilities, "CapBnd": 0, "CapAmb": 0,
                          "NoNewPrivs": 1, "Seccomp": FILTERED}


def journey(deployment):
    """Registered, moved, home, with packets, down and up again."""
    topology = deployment.topology
    for link in ("A", "B", "home", "A"):
        deployment.move(link)
        topology.run("mn", f"ping -n -c 5 -i 0.05 -W {10 * SLOWNESS} {CORRESPONDENT}")
    done(deployment, "down")
    done(deployment, "up")
    deployment.wait_registered(topology.care_of_address("A"))


def allowed_calls():
    """Those of the list, and those that the filter allows by their arguments."""
    names = (SOURCES / "allowed_system_calls.cpp").read_text().split("forbidden{")[0]
    by_arguments = (SOURCES / "system_call_filter.cpp").read_text()
    return {*re.findall(r'"(\w+)"', names.split("allowed{")[1]),
            *re.findall(r'\b(?:allow|add)\((?:SCMP_ACT_ALLOW, )?"(\w+)"', by_arguments), "clone3"}


def calls_after_the_start(trace):
    """Names of all calls since the filter has been there."""
    begun = next(place for place, line in enumerate(trace) if "seccomp(SECCOMP_SET_MODE_FILTER" in line)
    return {match[1] for line in trace[begun + 1:] if (match := CALL.match(line))} - {"seccomp"}


@filtered
def test_no_thread_keeps_what_it_does_not_need(at_a):
    for node in ("ha", "mn"):
        assert_confined(at_a.daemons[node])
    journey(at_a)
    for node in ("ha", "mn"):
        assert_confined(at_a.daemons[node])
        assert at_a.status(node)["system_calls"] == {"filtered": True, "reason": None, "refused": []}
        assert at_a.status(node)["health"] == []


@filtered
def test_a_journey_takes_no_program_no_process_and_no_call_beside_the_list(deploy, report):
    deployment = deploy()
    deployment.topology.plug("home")
    traces = {node: deployment.directory / f"{node}.strace" for node in ("ha", "mn")}
    for node, trace in traces.items():
        deployment.launch(node, within=f"strace -D -f -qq -s 0 -o {trace}")
        deployment.wait(node, lambda status: status["system_calls"]["filtered"])
    deployment.wait_home()
    journey(deployment)
    deployment.stop("mn", "ha")
    settle(1)  # strace writes what it has
    for node, trace in traces.items():
        lines = trace.read_text(errors="replace").splitlines()
        assert [line for line in lines[1:] if PROCESSES.search(line)] == [], node
        assert [line for line in lines if "--- SIGSYS" in line] == [], node
        made = calls_after_the_start(lines)
        assert made - allowed_calls() == set(), node
        assert {"recvmsg", "recvmmsg"} & made and "read" in made, "the trace has the data path in it"
        report(f"{node}: {len(made)} different calls after the start")


def test_root_keeps_the_right_to_files_of_others_only_where_it_uses_them(deploy):
    deployment = deploy()
    for node in ("ha", "mn"):
        state = deployment.directory / f"state-{node}"
        state.mkdir(mode=0o700)
        try:
            os.chown(state, NOBODY, NOBODY)
        except OSError:
            pytest.skip("there is one user in this name space")
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    for node in ("ha", "mn"):
        for thread in threads_of(deployment.daemons[node]):
            assert thread["CapEff"] & ~FILES_OF_OTHERS == NETWORK_ALONE
        assert any(thread["CapEff"] & FILES_OF_OTHERS == FILES_OF_OTHERS
                   for thread in threads_of(deployment.daemons[node]))
        assert deployment.status(node)["health"] == []


@filtered
def test_the_doctor_says_whether_calls_are_filtered(at_a):
    _, text, _ = at_a.command("doctor", "--config", at_a.directory / "mn.toml")
    assert "system calls: the daemon may make only those that it needs" in text
    at_a.stop("mn")
    at_a.launch("mn", within="env GODWIT_SYSTEM_CALL_FILTER=off")
    at_a.wait_registered(at_a.topology.care_of_address("A"))
    _, text, _ = at_a.command("doctor", "--config", at_a.directory / "mn.toml")
    assert "system calls: the daemon may make any: GODWIT_SYSTEM_CALL_FILTER is off" in text
    assert at_a.status()["health"] == []
