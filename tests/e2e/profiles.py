"""Two home agents, and laptops that have an /etc, a /run and a /var/lib of their own: they join as people do, without
naming a file.

`ha` has the home prefix 2001:db8:f::/64; the second home agent runs on `cn`, and rt routes 2001:db8:99::/64 there.
"""
import json
import pathlib
import shutil

from deployment import GODWIT, GODWIT_HA, toml
from enrolled import Enrolled
from names import ETC
from topology import CORRESPONDENT, Topology

SECOND_PREFIX = "2001:db8:99::/64"
OWN = ("etc", "run", "var/lib")


class LaptopTopology(Topology):
    def within(self, node):
        if node not in self.mobile_nodes:
            return super().within(node)
        mounts = " && ".join(f"mount --bind {self.directory}/{node}/{folder} /{folder}" for folder in OWN)
        return [*super().within(node), "sh", "-c", f'{mounts} && exec "$@"', "sh"]

    def _make_nodes(self):
        for node in self.mobile_nodes:
            for folder in (*OWN, "etc/godwit", "run/godwit", "var/lib/godwit"):
                (self.directory / node / folder).mkdir(parents=True, exist_ok=True)
            (self.directory / node / "var/lib/godwit").chmod(0o700)  # as the package makes it
            for name in ETC:
                if pathlib.Path("/etc", name).exists():
                    shutil.copy(f"/etc/{name}", self.directory / node / "etc")
        super()._make_nodes()

    def _build(self):
        super()._build()
        self.ip("rt", f"route add {SECOND_PREFIX} via {CORRESPONDENT}")


class TwoHomeAgents(Enrolled):
    def __init__(self, topology):
        super().__init__(topology)
        self.keygen("cn")
        self.write("cn.toml", toml({"address": CORRESPONDENT, "private_key_file": "cn.key", "home_prefix": SECOND_PREFIX,
                                    "status_socket": str(self.socket("cn")), "state_directory": "state-cn"}))
        self.daemons["cn"] = topology.start("cn", f"{GODWIT_HA} serve --config {self.directory}/cn.toml", log="cn.log")
        self.start("ha")
        self.wait("cn", lambda status: True)

    def socket(self, node):
        return self.directory / node / "run/godwit/status.sock" if node in self.topology.mobile_nodes else super().socket(node)

    def configurations(self, node="mn"):
        """What is in /etc/godwit: the names of the files."""
        return sorted(path.name for path in (self.directory / node / "etc/godwit").iterdir())

    def state(self, node="mn"):
        return sorted(path.name for path in (self.directory / node / "var/lib/godwit").iterdir())

    def invite_at(self, agent, name):
        """(the line, the home address)"""
        status, said, complaint = self.command("invite", name, "--json", "--socket", self.socket(agent), program=GODWIT_HA,
                                               node=agent)
        assert status == 0, complaint
        issued = json.loads(said)
        return issued["invite"], issued["home_address"]

    def godwit(self, *arguments, node="mn"):
        """What a command printed that succeeded."""
        status, said, complaint = self.command(*arguments, program=GODWIT, node=node)
        assert status == 0, (arguments, said, complaint, self.log(node))
        return said

    def refused(self, *arguments, node="mn"):
        """(exit status, the one line on standard error) of a command that did not."""
        status, _, complaint = self.command(*arguments, program=GODWIT, node=node)
        assert status != 0 and len(complaint.strip().splitlines()) == 1, (arguments, status, complaint)
        return status, complaint

    def launch_laptop(self, node="mn", before=""):
        """The daemon, as the service starts it."""
        self.daemons[node] = self.topology.start(node, f"sh -c '{before} exec {GODWIT} daemon'", log=f"{node}.log")
        self.wait(node, lambda status: True)

    def wait_served(self, home_address, node="mn"):
        return self.wait(node, lambda status: status["state"] == "registered" and status["home_address"] == home_address)

    def bindings(self, agent):
        return [binding["home_address"] for binding in self.status(agent)["bindings"]]

    def reaches(self, home_address, seconds=5):
        """Whether the router in the middle reaches a home address within that time."""
        return " 0% packet loss" in self.topology.run("rt", f"ping -n -c 1 -W {seconds} {home_address} || true")
