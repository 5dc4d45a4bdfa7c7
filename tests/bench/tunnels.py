"""What carries the traffic between mobile node and correspondent: Godwit in its kinds, wireguard-go, or nothing.

Each is made on a Line; `start_home_agent` returns when that is ready, `start_mobile_node` when the program has been
started and told what it wants to be told; `daemons` are the processes of both; `confirm` raises an error if the traffic
does not go as the name says, and returns a line about it."""
import functools
import shutil
import subprocess

from deployment import GODWIT, Deployment
from line import INNER_MTU
from peers import WireguardGo
from topology import PREFIX

BASELINE = "wireguard-go"


class Godwit:
    is_open = False

    def __init__(self, topology, encapsulation, protection):
        self.wanted = {"encapsulation": encapsulation, "protection": protection}
        self.deployment = Deployment(
            topology, protection=protection, home_agent={"home_link": None, "log_level": "warning"},
            mobile_node={"mode": "split", "routes": [PREFIX["cn"] + "/64"], "encapsulation": encapsulation,
                         "log_level": "warning"})
        self.daemons = self.deployment.daemons

    def start_home_agent(self):
        self.deployment.start("ha")

    def start_mobile_node(self):
        self.deployment.launch("mn")

    def confirm(self):
        status = self.deployment.wait("mn", lambda status: status["state"] == "registered")
        path, tunnel = status["path"], status["tunnel"]
        found = {"encapsulation": path["encapsulation"], "protection": tunnel["protection"]}
        if found != self.wanted:
            raise RuntimeError(f"{found} instead of {self.wanted}")
        version = subprocess.run([GODWIT, "--version"], capture_output=True, text=True).stdout.strip()
        return f"{version}, {path['encapsulation']}, {tunnel['suite'] or tunnel['protection']}, MTU {tunnel['mtu']}"

    def log(self):
        return " | ".join(f"{node}: {self.deployment.log(node, 3)}" for node in self.daemons)


class Wireguard(WireguardGo):
    is_open = False

    def confirm(self):
        told = self.topology.run("mn", f"wg show {self.device['mn']} endpoints")
        if "]:" not in told:  # [ADDRESS]:PORT
            raise RuntimeError(f"no endpoint: {told}")
        version = subprocess.run([self.program, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        return f"{version}, UDP, ChaCha20-Poly1305, MTU {INNER_MTU}"

    def log(self):
        return " | ".join((self.topology.directory / f"wg-{node}.log").read_text()[-300:] for node in self.daemons)


class Direct:
    """No tunnel: what the machine's network can do."""
    is_open = True

    def __init__(self, _):
        self.daemons = {}

    def start_home_agent(self):
        pass

    def start_mobile_node(self):
        pass

    def confirm(self):
        return "no tunnel, plain routing"

    def log(self):
        return ""


def known(wireguard_go=None):
    """What can be measured here, by name. A name is a CSS class too."""
    program = wireguard_go or shutil.which("wireguard-go")
    there = program and shutil.which("wg")
    kinds = {"godwit-udp": ("udp", "sealed"), "godwit-native": ("ip6", "sealed"), "godwit-udp-plain": ("udp", "plain")}
    return ({"direct": Direct} | ({BASELINE: functools.partial(Wireguard, program=program)} if there else {})
            | {name: functools.partial(Godwit, encapsulation=encapsulation, protection=protection)
               for name, (encapsulation, protection) in kinds.items()})


def is_open(make):
    """Whether the router is to know the way to the correspondent."""
    return getattr(make, "func", make).is_open
