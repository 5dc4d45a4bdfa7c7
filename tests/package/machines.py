"""A provider's router, a VPS and a laptop: network namespaces, the latter two with a Debian of their own, booted."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from network import SLOWNESS, Network  # noqa: E402

ROUTER = "fe80::1"
VPS, LAPTOP = "2001:db8:1::5", "2001:db8:a::7"
VPS_IPV4, LAPTOP_IPV4 = "203.0.113.5", "203.0.113.7"
CORRESPONDENT = "2001:db8:c::2"


def ipv4_lines(address):
    return (f"addr add {address}/32 dev eth0", "route add 203.0.113.1/32 dev eth0",
            "route add default via 203.0.113.1 dev eth0")


# What whoever configures the laptop's network tells `ip`.
LAPTOP_LINES = (*ipv4_lines(LAPTOP_IPV4), f"addr add {LAPTOP}/128 dev eth0", f"route add default via {ROUTER} dev eth0")
PATIENCE = 30 * SLOWNESS  # seconds; what must happen has not happened after them


class Provider(Network):
    """`shape` is what the provider gives to the VPS: "routed", "on-link", "single" or "ipv4-only"."""

    nodes, routers = ("rt", "vps", "laptop"), ("rt",)

    def __init__(self, shape):
        super().__init__(mobile_nodes=(), uplinks=())
        self.shape = shape

    def _build(self):
        for node in ("vps", "laptop"):
            self._wire((node, "eth0"), ("rt", node))
            self.ip("rt", f"addr add {ROUTER}/64 dev {node}", f"addr add 203.0.113.1/32 dev {node}")
        self.ip("rt", f"addr add {CORRESPONDENT}/128 dev lo", f"route add {LAPTOP}/128 dev laptop",
                f"route add {VPS_IPV4}/32 dev vps", f"route add {LAPTOP_IPV4}/32 dev laptop")
        self.ip("vps", *ipv4_lines(VPS_IPV4))
        self.ip("laptop", *LAPTOP_LINES)
        if self.shape != "ipv4-only":
            self.ip("vps", f"addr add {VPS}/{128 if self.shape == 'single' else 64} dev eth0",
                    f"route add default via {ROUTER} dev eth0")
            self.ip("vps", "addr add fe80::5/64 dev eth0")
            self.ip("rt", *{"routed": ["route add 2001:db8:1::/64 via fe80::5 dev vps"],
                            "on-link": ["addr add 2001:db8:1::1/64 dev vps"],
                            "single": [f"route add {VPS}/128 dev vps"]}[self.shape])


class Machine:
    """A node with a tree; commands run in it as root."""

    def __init__(self, network, node, tree):
        self.network, self.node, self.tree, self.process, self.init = network, node, tree, None, None
        self.group = cgroup_root() / f"{network.name}-{node}"

    def run(self, *words, check=True, timeout=120 * SLOWNESS, **options):
        options = {"stdin": subprocess.DEVNULL} | options
        inside = ["nsenter", "--target", str(self.init), "--all"]
        done = subprocess.run([*inside, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive",
                               *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout, **options)
        if check and done.returncode:
            journal = self.journal() if words[0] == "systemctl" else ""
            raise RuntimeError(f"{self.node}: {' '.join(map(str, words))}: status {done.returncode}: "
                               f"{done.stdout[-2000:]}{journal}")
        return done.stdout if check else done

    def install(self, package):
        shutil.copy(package, self.tree / "root")
        name = f"/root/{pathlib.Path(package).name}"
        return self.run("apt-get", "-qqy", "--no-install-recommends", "--reinstall", "install", name)

    def wait(self, *words, until=lambda done: done.returncode == 0):
        deadline = time.monotonic() + PATIENCE
        while not until(done := self.run(*words, check=False)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.node}: {' '.join(words)}: {done.stdout[-2000:]}\n{self.journal()}")
            time.sleep(0.1)
        return done.stdout

    def journal(self):
        return self.run("journalctl", "--no-pager", "--quiet", "-n", "40", check=False).stdout

    def write(self, file, text):
        (self.tree / file.lstrip("/")).write_text(text)

    @contextlib.contextmanager
    def booting(self):
        """Boots; it may not be up yet."""
        try:
            self.boot()
            yield self
        finally:
            self.end()

    def boot(self):
        self.group.mkdir()
        self.process = subprocess.Popen(
            ["sh", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', self.group, *self.network.within(self.node), "unshare",
             "--mount", "--pid", "--fork", "--cgroup", "--uts", "--ipc", sys.executable, HERE / "boot.py", self.tree],
            stdin=subprocess.DEVNULL)
        self.init = child_of(self.process)

    def wait_up(self):
        self.wait("systemctl", "is-system-running", until=lambda done: done.stdout.strip() in ("running", "degraded"))

    def shut_down(self):
        """As one does; the node's network stays as it is."""
        self.run("systemctl", "poweroff")
        self.process.wait(PATIENCE)
        self.end()

    def end(self):
        if self.init:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.init, signal.SIGKILL)  # and all of its namespace with it
        if self.process:
            self.process.wait(10)
        self.init = self.process = None
        remove_group(self.group)


def cgroup_root():
    mounts = [line.split() for line in open("/proc/mounts")]
    return next(pathlib.Path(mount[1]) for mount in mounts if mount[2] == "cgroup2")


def remove_group(group):
    deadline = time.monotonic() + 5
    for directory in sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True) + [group]:
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                directory.rmdir()
                break
            time.sleep(0.05)


def child_of(process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for child in children:
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return int(child)
        time.sleep(0.05)
    raise RuntimeError("no systemd came up")
