"""A home agent and its mobile nodes on a Topology or on AccessNetworks: keys, configuration, the daemons, their
status."""
import http.client
import ipaddress
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from topology import HERE, HOME_ADDRESS, HOME_AGENT, SLOWNESS

RELEASE = HERE.parents[1] / "build/release"
GODWIT = os.environ.get("GODWIT", str(RELEASE / "client/godwit"))
GODWIT_HA = os.environ.get("GODWIT_HA", str(RELEASE / "server/godwit-ha"))
HOME_PREFIX = "2001:db8:f::/64"
PATIENCE = 20 * SLOWNESS  # seconds; what must happen has not happened after them


class Deployment:
    """`protection`, `mobile_node` and `home_agent` change the configuration; `home_addresses` says who is who."""

    def __init__(self, topology, protection="sealed", mobile_node=None, home_agent=None, home_addresses=None):
        self.topology, self.protection, self.directory = topology, protection, topology.directory
        self.home_addresses = {"mn": HOME_ADDRESS} if home_addresses is None else dict(home_addresses)
        self.daemons, self.public = {}, {}
        self.is_traced = False  # by strace, which fails system calls
        self.crashed = set()  # nodes; from then on their kernels may have answered in a daemon's place
        for node in ("ha", *self.home_addresses):
            self.public[node] = self.keygen(node)
        for node in self.home_addresses:
            self.configure_mobile_node(node, **(mobile_node or {}))
        self.configure_home_agent(**(home_agent or {}))

    def keygen(self, node):
        """Makes the key file of a node; its public key."""
        (self.directory / f"{node}.key").unlink(missing_ok=True)
        return subprocess.run([GODWIT_HA if node == "ha" else GODWIT, "keygen", "--output",
                               self.directory / f"{node}.key"], check=True, text=True, capture_output=True).stdout.strip()

    def configure_mobile_node(self, node="mn", agent=None, **settings):
        """Writes the node's configuration file; a setting of None leaves the key out."""
        top = {"home_address": self.home_addresses[node], "home_prefix": HOME_PREFIX, "private_key_file": f"{node}.key",
               "protection": self.protection, "lifetime": 600, "status_socket": str(self.socket(node)),
               "encapsulation": ["ip6", "udp"],  # the same on every kernel
               "state_directory": f"state-{node}", "log_level": "debug"} | settings
        agent = {"address": HOME_AGENT, "public_key": self.public["ha"]} | (agent or {})
        return self.write(f"{node}.toml", toml(top) + "\n[home_agent]\n" + toml(agent))

    def configure_home_agent(self, nodes=None, **settings):
        """`nodes` changes the entries of mobile nodes: {"mn": {"public_key": ...}}."""
        top = {"address": HOME_AGENT, "private_key_file": "ha.key", "home_prefix": HOME_PREFIX, "home_link": "home",
               "max_lifetime": 3600, "status_socket": str(self.socket("ha")), "state_directory": "state-ha",
               "log_level": "debug"} | settings
        text = toml(top)
        for node, home_address in self.home_addresses.items():
            entry = {"name": node, "home_address": home_address, "public_key": self.public[node],
                     "protection": self.protection} | (nodes or {}).get(node, {})
            text += "\n[[mobile_node]]\n" + toml(entry)
        return self.write("ha.toml", text)

    def write(self, name, text):
        (self.directory / name).write_text(text)
        return self.directory / name

    # The daemons

    def start(self, *nodes):
        """Starts daemons; waits until each shows a status."""
        for node in nodes:
            self.launch(node)
        for node in nodes:
            self.wait(node, lambda status: True)
        return self

    def launch(self, node, within=""):
        """`within` runs the daemon's command line: "env NAME=VALUE"."""
        verb = f"{GODWIT_HA} serve" if node == "ha" else f"{GODWIT} daemon"
        self.daemons[node] = self.topology.start(node, f"{within} {verb} --config {self.directory}/{node}.toml", log=f"{node}.log")
        return self.daemons[node]

    def start_all(self):
        """The home agent first: a machine on which none runs yet answers a binding update by ICMPv6."""
        return self.start("ha").start(*self.home_addresses)

    def stop(self, *nodes):
        """Asks the daemons to end; they must, and with exit status 0."""
        for node in nodes:
            daemon = self.daemons.pop(node)
            assert self.topology.stop(daemon), f"{node}: did not end when asked to\n{self.log(node)}"
            assert daemon.returncode == 0, f"{node}: exit status {daemon.returncode}\n{self.log(node)}"

    def crash(self, node):
        """kill -9."""
        daemon = self.daemons.pop(node)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        self.crashed.add(node)

    def socket(self, node):
        return self.directory / f"{node}.sock"

    def log(self, node, lines=40):
        path = self.directory / f"{node}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else "(no log)"

    def status(self, node="mn"):
        connection = UnixConnection(self.socket(node))
        try:
            connection.request("GET", "/v1/status")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def wait(self, node, condition, seconds=PATIENCE):
        """The first status that satisfies the condition."""
        deadline, status = time.monotonic() + seconds, "no answer"
        while time.monotonic() < deadline:
            daemon = self.daemons[node]
            assert daemon.poll() is None, f"{node}: exit status {daemon.returncode}\n{self.log(node)}"
            try:
                status = self.status(node)
                if condition(status):
                    return status
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.01)
        raise TimeoutError(f"{node}: not within {seconds} s; status {json.dumps(status)}\n{self.log(node)}")

    def wait_registered(self, care_of_address, node="mn"):
        """The mobile node's status, once both ends say that it is registered there."""
        home = self.home_addresses[node]
        status = self.wait(node, lambda status: status["state"] == "registered"
                           and status["care_of_address"] == care_of_address)
        self.wait("ha", lambda status: binding(status, home) and
                  binding(status, home)["care_of_address"] == care_of_address)
        return status

    def wait_attached(self, node="mn", **path):
        """The mobile node's status, once it is registered from an address of the link that it is plugged into;
        `path` says what else its path must be: encapsulation="udp"."""
        prefixes = self.topology.prefixes(self.topology.at[node, self.topology.uplinks[0]])
        return self.wait(node, lambda status: status["state"] == "registered" and status["path"]
                         and is_within(status["path"]["local"], prefixes) and path.items() <= status["path"].items())

    def wait_home(self, node="mn"):
        status = self.wait(node, lambda status: status["state"] == "home")
        self.wait("ha", lambda status: not binding(status, self.home_addresses[node]))
        return status

    def move(self, link, node="mn"):
        """Moves the mobile node and waits until it is served there; when what happened, as Network.move."""
        moved = self.topology.move(link, node)
        if link == "home":
            moved["status"] = self.wait_home(node)
        elif self.topology.translates:
            moved["status"] = self.wait_attached(node)
        else:
            moved["status"] = self.wait_registered(moved["address"], node)
        moved["served"] = time.time()
        return moved

    def command(self, *arguments, program=GODWIT, node="mn", check=False):
        """Runs the program itself in a node: (exit status, stdout, stderr)."""
        done = subprocess.run([*self.topology.within(node), program, *map(str, arguments)], capture_output=True,
                              text=True, timeout=60 * SLOWNESS, cwd=self.directory, check=check)
        return done.returncode, done.stdout, done.stderr


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=5 * SLOWNESS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def settle(seconds):
    """After this whatever would have been done in reaction has been done."""
    time.sleep(seconds * SLOWNESS)


def binding(status, home_address):
    """The binding of a home address in the home agent's status, or None."""
    return next((entry for entry in status["bindings"] if entry["home_address"] == home_address), None)


def is_within(address, prefixes):
    """Whether a prefix holds the address; one of IPv4 may be written as IPv6 (::ffff:0:0/96)."""
    address = ipaddress.ip_address(address)
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ipaddress.ip_network(prefix) for prefix in prefixes)


def toml(table):
    """A TOML table of strings, numbers, booleans and lists of strings; JSON writes these the same way."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items() if value is not None)


def sanitizer():
    """AddressSanitizer's library, if the programs are built with it: it wants to be loaded before all others."""
    loaded = subprocess.run(["ldd", GODWIT], capture_output=True, text=True, check=False).stdout
    return next((line.split()[2] for line in loaded.splitlines() if "libasan" in line), "")


def preloading(name):
    """For `within`: loads this library before the programs' own."""
    library = next(pathlib.Path("/usr/lib").glob(f"*/{name}"))
    return "LD_PRELOAD=" + ":".join(filter(None, (sanitizer(), str(library))))


def programs_missing():
    return [path for path in (GODWIT, GODWIT_HA) if not pathlib.Path(path).exists()]
