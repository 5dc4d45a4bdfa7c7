"""A VPS and a laptop that is locked, and what is seen of the laptop while something is done to either."""
import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import sys
import time

from machines import CORRESPONDENT, HERE, VPS, VPS_IPV4, Machine, Provider  # and with it the folder of these
from leaks import leaks
from silence import Pinger
from system import snapshot
from wire import Capture, ethernet_address

IPV4_CORRESPONDENT = "203.0.113.9"
SETTLED = 0.3  # seconds; what was sent has arrived by then


@dataclasses.dataclass
class Pair:
    network: Provider
    vps: Machine
    laptop: Machine
    before: dict  # of the laptop, before Godwit was there: see `footprint`
    home: str

    def reaches_home(self):
        """Once the laptop is registered and its packets go both ways."""
        self.laptop.wait("godwit", "status")
        self.laptop.wait("ping", "-n", "-c", "1", "-W", "1", "-I", self.home, CORRESPONDENT)

    @contextlib.contextmanager
    def watched(self):
        """While programs of the laptop talk to everybody, its wire is captured, and an echo request goes through the
        tunnel each 10 ms."""
        own = ethernet_address(self.network, "laptop", "eth0")
        with Capture(self.network, "rt", "laptop") as capture:
            talker = self.network.start("laptop", f"{sys.executable} {HERE.parent}/e2e/restless.py eth0 {CORRESPONDENT} "
                                                  f"{IPV4_CORRESPONDENT}")
            assert talker.stdout.readline() == "ready\n"
            pinger = Pinger(self.network, "laptop", source=self.home).under_way()
            watch = Watch(pinger, capture, own, time.time())
            try:
                yield watch
                self.reaches_home()
                time.sleep(SETTLED)
                watch.end = time.time()
            finally:
                self.network.stop(talker, pinger.process)
                time.sleep(SETTLED)


@dataclasses.dataclass
class Watch:
    pinger: Pinger
    capture: Capture
    own: bytes  # the laptop's Ethernet address
    begin: float
    end: float = 0

    def gap(self):
        """ms of the longest silence."""
        return self.pinger.longest(self.begin, self.end)

    def leaks(self):
        return leaks(self.capture, self.own, (VPS, VPS_IPV4))


def footprint(machine):
    """What Godwit may change of a machine's network, as comparable lines."""
    resolver = machine.run("sh", "-c", "stat -c '%F %a %U' /etc/resolv.conf; cat /etc/resolv.conf; ls -d /etc/resolv*")
    return snapshot(machine.network, machine.node) | {"DNS": resolver.splitlines()}


def of_version(package, version, folder):
    """The same package under another version, which an upgrade takes for another one."""
    tree, made = pathlib.Path(folder) / "tree", pathlib.Path(folder) / package.name.replace("_0.1.0_", f"_{version}_")
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text("".join(f"Version: {version}\n" if line.startswith("Version:") else line
                               for line in control.read_text().splitlines(keepends=True)))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, made], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return made
