"""Nodes that are network namespaces, wires between them, and a box of switches in which the cables of the mobile
nodes are plugged: what the tests' topologies are built of.

A move is break-before-make: the cable leaves one switch, the host forgets what it had there (as network managers do
when the carrier is lost), and the cable enters the other. Duplicate address detection is off everywhere unless asked
for, because a second of waiting for it would hide what is measured.

Works as root, and for everybody else inside `unshare -Urnm`. Namespace names begin with a prefix of this process's
own; leaving the `with` block ends what was started, by process id, and removes what was made.
"""
import concurrent.futures
import contextlib
import ctypes
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from address_watch import SLOWNESS, AddressWatch

HERE = pathlib.Path(__file__).resolve().parent
IMPAIR = os.environ.get("GODWIT_IMPAIR", str(HERE.parents[1] / "build/release/tests/impair/godwit_impair"))
CLONE_NEWNET = 0x40000000


class Network:
    """A subclass says which nodes there are (`nodes`; `net` is the box of switches), which of them forward (`routers`),
    how they are joined (`_build`), and the prefixes of each link's addresses (`prefixes`).

    `impair` gives the options of godwit_impair for a link: {"A": "--delay 20"}. `dad` is "off", "optimistic" or
    "on", for the mobile nodes. `segmentation`: whether the links may carry TCP's 64 KiB packets unsegmented."""

    nodes, routers = ("net",), ()
    translates = False  # whether the home agent may see other addresses than the mobile nodes have
    watched_by = None  # of each network that is built: gives a context that ends before it does
    _number = itertools.count(1)

    def __init__(self, mobile_nodes=("mn",), uplinks=("uplink",), impair=None, dad="off", segmentation=True):
        self.mobile_nodes, self.uplinks, self.impair = mobile_nodes, uplinks, impair or {}
        self.dad, self.segmentation = dad, segmentation
        self.name = f"gw{os.getpid()}-{next(self._number)}"
        self.namespaces, self.processes, self.at, self.impairments = [], [], {}, {}
        self.watch = contextlib.nullcontext()

    def __enter__(self):
        own_run_directory()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="godwit-"))  # keys, configuration, logs, captures
        try:
            self._make_nodes()
            self._build()
            if Network.watched_by:
                self.watch = Network.watched_by(self)
                self.watch.__enter__()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.watch.__exit__(None, None, None)
        self.stop(*self.processes)
        for name in self.namespaces:
            left = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
            for pid in left:  # children of ours that outlived their parent, in a namespace that only we use
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    # Running things in a node

    def ns(self, node):
        return f"{self.name}-{node}"

    def within(self, node):
        """What makes a command line run in a node."""
        return ["ip", "netns", "exec", self.ns(node)]

    def ip(self, node, *lines):
        """Runs several `ip` lines inside one node with one process."""
        subprocess.run(["ip", "-n", self.ns(node), "-batch", "-"], input="\n".join(lines) + "\n", text=True, check=True,
                       timeout=60 * SLOWNESS)

    def run(self, node, command, timeout=60 * SLOWNESS, check=True):
        """The output of a shell line in a node."""
        done = subprocess.run([*self.within(node), "sh", "-c", command], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout)
        if check and done.returncode:
            raise RuntimeError(f"{node}: {command}: status {done.returncode}: {done.stdout.strip()[-800:]}")
        return done.stdout

    def start(self, node, command, **options):
        """Starts a shell line in a node; it stays in the foreground. Output goes to LOG in the directory, if given,
        else to a pipe."""
        options = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True} | options
        if log := options.pop("log", None):
            options["stdout"] = options["stderr"] = open(self.directory / log, "ab")  # closed with the process object
        process = subprocess.Popen([*self.within(node), "sh", "-c", "exec " + command], start_new_session=True,
                                   **options)
        self.processes.append(process)
        return process

    def stop(self, *processes, patience=5 * SLOWNESS):
        """Ends processes of `start`: asks them first. Returns whether all of them went by themselves."""
        gracefully = True
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                gracefully = False
                process.kill()
                process.wait()
        self.processes = [process for process in self.processes if process not in processes]
        return gracefully

    def socket(self, node, *arguments):
        """A socket of this process that lives in a node's namespace."""
        def make():
            with open(f"/run/netns/{self.ns(node)}") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            return socket.socket(*arguments)
        with concurrent.futures.ThreadPoolExecutor(1) as thread:  # only this thread changes its namespace, and it ends
            return thread.submit(make).result()

    # Moving

    def unplug(self, node="mn", uplink="uplink"):
        """Pulls the cable; the host drops the addresses and routes of the interface."""
        self.ip("net", f"link set {node}-{uplink} down", f"link set {node}-{uplink} nomaster")
        self.ip(node, f"link set {uplink} down", f"addr flush dev {uplink}")
        self.at[node, uplink] = None

    def plug(self, link, node="mn", uplink="uplink"):
        """Plugs the cable into a link's switch."""
        self.ip("net", f"link set {node}-{uplink} master {link}", f"link set {node}-{uplink} up")
        self.ip(node, f"link set {uplink} up")
        self.at[node, uplink] = link

    def move(self, link, node="mn", uplink="uplink"):
        """Break before make. Waits for the address that the new link gives; the times of the loss of the old link,
        of the first use of the new cable and of the address being usable, by time.time()."""
        with self.addresses(node) as watch:
            lost = time.time()
            self.unplug(node, uplink)
            plugged = time.time()
            self.plug(link, node, uplink)
            address, usable = watch.wait(*self.prefixes(link))
        return {"lost": lost, "plugged": plugged, "usable": usable, "address": address}

    def reroute_silently(self, link, node="mn", uplink="uplink"):
        """Moves the cable while the host notices no more than a short loss of carrier: nobody flushes anything."""
        port = f"{node}-{uplink}"
        self.ip("net", f"link set {port} down", f"link set {port} master {link}", f"link set {port} up")
        self.at[node, uplink] = link

    def swap_switches(self, link, node="mn", uplink="uplink"):
        """Behind the host's back: its carrier stays, the network at the other end is another."""
        self.ip("net", f"link set {node}-{uplink} master {link}")
        self.at[node, uplink] = link

    def addresses(self, node):
        return AddressWatch(self.socket(node, socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE))

    # Impairing

    def change(self, link, *commands):
        """Changes the impairment of a link that has one, by commands of godwit_impair: "mtu 1280". It holds for every
        frame that comes afterwards."""
        box = self.impairments[link]
        for command in commands:
            box.stdin.write(command + "\n")
            box.stdin.flush()
            answer = box.stdout.readline().strip()
            if answer != "ok":
                raise RuntimeError(f"impairment of {link}: {command}: {answer or 'has ended'}")

    # Building

    def _make_nodes(self):
        for node in (*self.nodes, *self.mobile_nodes):
            subprocess.run(["ip", "netns", "add", self.ns(node)], check=True, timeout=60 * SLOWNESS)
            self.namespaces.append(self.ns(node))
            self._configure(node)
            self.ip(node, "link set lo up")

    def _make_uplinks(self):
        for node in self.mobile_nodes:
            for uplink in self.uplinks:
                self._wire((node, uplink), ("net", f"{node}-{uplink}"))
                self.unplug(node, uplink)

    def _configure(self, node):
        settings = {"forwarding": int(node in self.routers), "accept_dad": 0, "router_solicitation_delay": 0}
        if node == "net":
            settings["disable_ipv6"] = 1
        if node in self.mobile_nodes and self.dad != "off":
            settings |= {"accept_dad": 1, "optimistic_dad": int(self.dad == "optimistic"),
                         "use_optimistic": int(self.dad == "optimistic")}
        self.run(node, "\n".join(f"echo {value} > /proc/sys/net/ipv6/conf/{which}/{name}" for name, value
                                 in settings.items() for which in ("all", "default")))

    def _wire(self, one, other):
        (left, left_port), (right, right_port) = one, other
        self.ip(left, f"link add {left_port} type veth peer name {right_port} netns {self.ns(right)}",
                f"link set {left_port} up")
        self.ip(right, f"link set {right_port} up")
        if not self.segmentation:
            self._no_offload(one, other)

    def _no_offload(self, *ports):
        for node, port in ports:
            self.run(node, f"ethtool -K {port} tso off gso off gro off tx off rx off")

    def _switch(self, link, router, interface=None, port=None):
        """The switch of a link, and its router's interface plugged into it; the switch's port is named too."""
        interface, port = interface or link, port or f"{router}-{link}"
        self._wire((router, interface), ("net", port))
        self.ip("net", f"link add {link} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
                f"link set {link} up")
        if link in self.impair:
            self._wire(("net", f"{port}-in"), ("net", f"{port}-out"))
            self._no_offload((router, interface), ("net", port), ("net", f"{port}-in"), ("net", f"{port}-out"))
            self.impairments[link] = self.start("net", f"{IMPAIR} {self.impair[link]} {port} {port}-in",
                                                stdin=subprocess.PIPE)
            self._ready(self.impairments[link])
            port += "-out"
        self.ip("net", f"link set {port} master {link}")

    @staticmethod
    def _ready(process):
        line = process.stdout.readline()
        if "ready" not in line:
            raise RuntimeError(f"{process.args[-1]}: {line.strip() or f'status {process.wait()}'}")


def own_run_directory():
    """`ip netns` keeps its names in /run/netns: inside a user namespace, on a file system of our own."""
    if pathlib.Path("/proc/self/uid_map").read_text().split() == ["0", "0", "4294967295"]:
        if os.geteuid() != 0:
            raise PermissionError("network namespaces want root, or: unshare -Urnm COMMAND")
        return
    mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    if not any(mount[:3] == ["godwit-run", "/run", "tmpfs"] for mount in mounts):
        subprocess.run(["mount", "-t", "tmpfs", "godwit-run", "/run"], check=True)
