"""Faults that the kernel or the machine might have, made for one process: by strace(1), which ends it at a chosen system call,
or has system calls fail; and the limits that a process may run into."""
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

from topology import SLOWNESS

# What a daemon does to the world, from its start on: messages, devices, files.
STEPS = "sendto,sendmsg,ioctl,connect,bind,fsync,fdatasync,rename,pwrite64,write,mkdir,unlink"


def counting(log):
    """Runs a command line with its steps written down, a line for each; for `within` and `command_within`."""
    return f"strace -qq -o {log} -e trace={STEPS} -e signal=none"


def killed_at(step):
    """Ends the command by SIGKILL at this step of its main thread, one of `steps_in`."""
    call, number = step
    return f"strace -qq -o /dev/null -e trace={call} -e signal=none -e inject={call}:signal=KILL:when={number}"


def steps_in(log):
    """(system call, how many of it there have been), of each."""
    found, counts = [], {}
    for call in re.findall(r"^(\w+)\(", pathlib.Path(log).read_text(errors="replace"), re.M):
        counts[call] = counts.get(call, 0) + 1
        found.append((call, counts[call]))
    return found


def spread(steps, most):
    """`most` of them at most, evenly apart, the first and the last among them."""
    return [steps[index] for index in sorted({round(index * (len(steps) - 1) / (most - 1)) for index in range(most)})]


class Failing:
    """System calls of a node's daemon, all its threads, fail from here to the end of `with`; as `inject` says:
    "sendmmsg:error=ENOBUFS:when=1+3". Leaving it tells how many did (`count`)."""

    def __init__(self, deployment, node, *injections):
        self.pid, self.injections, self.count = deployment.daemons[node].pid, injections, 0
        deployment.is_traced = True

    def __enter__(self):
        calls = ",".join(injection.split(":")[0] for injection in self.injections)
        self.log = pathlib.Path(f"/tmp/godwit-strace-{os.getpid()}-{time.monotonic_ns()}")
        words = [word for injection in self.injections for word in ("-e", f"inject={injection}")]
        self.process = subprocess.Popen(["strace", "-f", "-qq", "-o", self.log, "-e", f"trace={calls}", "-e", "signal=none", *words,
                                         "-p", str(self.pid)])
        deadline = time.monotonic() + 10 * SLOWNESS
        while tracers(self.pid) != {self.process.pid}:
            assert self.process.poll() is None and time.monotonic() < deadline, "strace does not trace"
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.count = self.log.read_text(errors="replace").count("(INJECTED)")
        self.log.unlink()


def tracers(pid):
    """Who traces the threads of a process; 0 is nobody."""
    found = set()
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text()
        found.add(int(re.search(r"^TracerPid:\s*(\d+)", status, re.M)[1]))
    return found


def daemon_pid(process):
    """The process that a launch has ended up as: the innermost child, where strace or faketime stands in between."""
    pid = process.pid
    while children := pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        pid = int(children[0])
    return pid


def end_traced(process):
    """Asks a daemon that strace runs to end, and waits for that: strace itself would not."""
    os.kill(daemon_pid(process), signal.SIGTERM)
    process.wait(30 * SLOWNESS)


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident(pid):
    """KiB."""
    return int(re.search(r"^VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def limit(pid, what, most):
    """Sets the soft limit of a running process; the one before."""
    before, hard = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (most, hard))
    return before
