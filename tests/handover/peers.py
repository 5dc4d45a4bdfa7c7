"""What carries the flows: Godwit, wireguard-go, or nothing. A peer is made on a topology whose mobile node is plugged
in already; `source` is its address that the flows use."""
import itertools
import os
import shutil
import subprocess
import sys
import time

from instrument import ROOT

sys.path.insert(0, str(ROOT / "tests/e2e"))
from deployment import Deployment, settle  # noqa: E402
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, PREFIX, SLOWNESS  # noqa: E402

PATIENCE = 10 * SLOWNESS


class Godwit:
    name, source = "godwit", HOME_ADDRESS

    def __init__(self, topology):
        self.topology = topology
        self.deployment = Deployment(topology, mobile_node={"log_level": "warning"},
                                     home_agent={"log_level": "warning"})

    def start(self):
        self.deployment.start_all()
        self.deployment.wait_attached()
        settle(1)  # three binding updates a second: registering along several paths may have taken them

    def stop(self):
        self.deployment.stop("mn", "ha")

    def processes(self):
        return list(self.deployment.daemons.values())

    def uplink_in_use(self):
        path = self.deployment.status()["path"]
        return path["interface"] if path else None

    def wait_warm(self):
        """Until the other uplink is known to carry too."""
        self.deployment.wait("mn", lambda status: status["warm_path"])


class WireguardGo:
    """The client roams by its next packet from a new address, and has a keepalive interval of 25 s."""
    name, source = "wireguard-go", HOME_ADDRESS
    packages = ("wireguard-go", "wireguard-tools")
    _number = itertools.count()

    @classmethod
    def missing(cls):
        """Installs what it wants, if we may. Why it can't run, or None."""
        if shutil.which("wireguard-go") and shutil.which("wg"):
            return None
        if os.geteuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *cls.packages],
                           env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL)
            if shutil.which("wireguard-go") and shutil.which("wg"):
                return None
        return f"wireguard-go is not here: as root, apt-get install {' '.join(cls.packages)}"

    def __init__(self, topology, program="wireguard-go"):
        self.topology, self.program, self.daemons = topology, program, {}
        number = next(self._number)  # the names of its control sockets are the devices', and known in every namespace
        self.device = {node: f"wg{os.getpid()}.{number}{node[0]}" for node in ("mn", "ha")}
        self.public = {node: self._keygen(node) for node in self.device}

    def start_home_agent(self):
        self._launch("ha")
        self.topology.run("ha", f"wg set {self.device['ha']} listen-port 51820 private-key {self._key('ha')} "
                                f"peer {self.public['mn']} allowed-ips {HOME_ADDRESS}/128")
        self.topology.ip("ha", f"link set {self.device['ha']} mtu 1420 up",
                         f"route add {HOME_ADDRESS}/128 dev {self.device['ha']}")

    def start_mobile_node(self):
        self._launch("mn")
        self.topology.run("mn", f"wg set {self.device['mn']} private-key {self._key('mn')} peer {self.public['ha']} "
                                f"endpoint [{HOME_AGENT}]:51820 allowed-ips ::/0 persistent-keepalive 25")
        self.topology.ip("mn", f"addr add {HOME_ADDRESS}/128 dev {self.device['mn']}",
                         f"link set {self.device['mn']} mtu 1420 up",
                         f"route add {PREFIX['cn']}/64 dev {self.device['mn']}")

    def start(self):
        self.start_home_agent()
        self.start_mobile_node()
        self.topology.run("mn", f"ping -n -c 1 -i 0.2 -w 20 -I {HOME_ADDRESS} {CORRESPONDENT}")

    def _key(self, node):
        return self.topology.directory / f"wg-{node}.key"

    def _keygen(self, node):
        private = subprocess.run(["wg", "genkey"], check=True, capture_output=True, text=True).stdout
        self._key(node).touch(mode=0o600)
        self._key(node).write_text(private)
        return subprocess.run(["wg", "pubkey"], check=True, capture_output=True, text=True,
                              input=private).stdout.strip()

    def _launch(self, node):
        self.daemons[node] = self.topology.start(node, f"{self.program} -f {self.device[node]}", log=f"wg-{node}.log")
        deadline = time.monotonic() + PATIENCE
        while "listening port" not in self.topology.run(node, f"wg show {self.device[node]} 2>&1", check=False):
            if time.monotonic() > deadline or self.daemons[node].poll() is not None:
                raise RuntimeError((self.topology.directory / f"wg-{node}.log").read_text()[-800:])
            time.sleep(0.002)

    def stop(self):
        self.topology.stop(*self.daemons.values())

    def processes(self):
        return list(self.daemons.values())

    def uplink_in_use(self):
        """That of the best default route: it looks for no other."""
        return None


class Direct:
    """No tunnel, and so no moves: what the links and the instrument do by themselves."""
    name = "direct"

    def __init__(self, topology):
        self.source = topology.care_of_address("A")

    def start(self):
        settle(1)

    def stop(self):
        pass

    def processes(self):
        return []

    def uplink_in_use(self):
        return None


PEERS = {peer.name: peer for peer in (Godwit, WireguardGo, Direct)}
