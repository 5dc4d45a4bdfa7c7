"""What is measured of a tunnel: each step gives some figures, and one that fails takes no other with it."""
import itertools
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

from process import processor_time
from topology import CORRESPONDENT, SLOWNESS

FIRST_ANSWER = pathlib.Path(__file__).with_name("first_answer.py")
PACED = 5000  # packets a second


class Measure(NamedTuple):
    title: str
    more_is_better: bool = False

    def __str__(self):
        return f"{self.title} {'↑' if self.more_is_better else '↓'}"


MEASURES = {  # "up" is from the mobile node to the correspondent
    "tcp_up": Measure("TCP up, Mbit/s", True),
    "tcp_down": Measure("TCP down, Mbit/s", True),
    "tcp_up_4": Measure("TCP up, 4 streams, Mbit/s", True),
    "processor_per_gb": Measure("CPU of both daemons, TCP up, s/GB"),
    "udp_64": Measure("UDP 64 octets, flood, kpps received", True),
    "udp_1200": Measure("UDP 1200 octets, flood, Mbit/s received", True),
    "processor_per_packet": Measure("CPU of both daemons at 5 kpps, µs/packet"),
    "ping_idle": Measure("ping idle, median, µs"),
    "ping_loaded_p50": Measure("ping under TCP, median, ms"),
    "ping_loaded_p99": Measure("ping under TCP, p99, ms"),
    "first_answer": Measure("client start to first answer, ms"),
    "resident_idle": Measure("client resident, idle, MiB"),
    "resident_loaded": Measure("client resident, after load, MiB"),
    "resident_rested": Measure("client resident, 3 s later, MiB"),
}
OF_TUNNELS = {"processor_per_gb", "processor_per_packet", "first_answer", "resident_idle", "resident_loaded", "resident_rested"}


class Visit:
    """A tunnel on its Line, with nothing started. `seconds` is how long each measure takes, a whole number;
    `idle_for` how long a client has run when its memory is looked at, before the load."""

    def __init__(self, topology, tunnel, seconds, idle_for=6):
        self.topology, self.tunnel, self.seconds, self.idle_for = topology, tunnel, seconds, idle_for
        self.ports = itertools.count(5201)

    def steps(self):
        """In this order; the first two are what the others need."""
        return (self.start, self.idle, self.tcp_up, self.tcp_down, self.tcp_up_4, self.ping_loaded, self.udp_64,
                self.udp_1200, self.paced, self.memory_after_load)

    def start(self):
        self.tunnel.start_home_agent()
        probe = self.topology.start("mn", f"timeout {20 * SLOWNESS:g} {sys.executable} {FIRST_ANSWER} {CORRESPONDENT}")
        probe.stdout.readline()
        self.began = time.monotonic()
        self.tunnel.start_mobile_node()
        answered = probe.stdout.readline()
        self.topology.stop(probe)
        if not answered:
            raise RuntimeError(f"no answer through the tunnel: {self.tunnel.log()}")
        return {"first_answer": (float(answered) - self.began) * 1e3} if self.tunnel.daemons else {}

    def idle(self):
        times = self._ping(self.seconds)
        time.sleep(max(0.0, self.began + self.idle_for - time.monotonic()) if self.tunnel.daemons else 0)
        return {"ping_idle": statistics.median(times) * 1e3} | self._resident("resident_idle")

    def tcp_up(self):
        report, used, _ = self.iperf("-C cubic")
        received = report["sum_received"]
        found = {"tcp_up": received["bits_per_second"] / 1e6}
        return found | ({"processor_per_gb": used / (received["bytes"] / 1e9)} if self.tunnel.daemons else {})

    def tcp_down(self):
        return {"tcp_down": self.iperf("-C cubic -R")[0]["sum_received"]["bits_per_second"] / 1e6}

    def tcp_up_4(self):
        return {"tcp_up_4": self.iperf("-C cubic -P 4")[0]["sum_received"]["bits_per_second"] / 1e6}

    def ping_loaded(self):
        def ping():
            time.sleep(0.5)  # the stream has got up its speed
            return self._ping(self.seconds)
        times = sorted(self.iperf("-C cubic", self.seconds + 1, ping)[2])
        return {"ping_loaded_p50": statistics.median(times), "ping_loaded_p99": times[int(len(times) * 0.99)]}

    def udp_64(self):
        return {"udp_64": self._datagrams("-b 0 -l 64")[0] / 1e3}

    def udp_1200(self):
        return {"udp_1200": self._datagrams("-b 0 -l 1200")[0] * 1200 * 8 / 1e6}

    def paced(self):
        rate, used = self._datagrams(f"-b {PACED * 64 * 8} -l 64")
        if rate < PACED / 2:
            raise RuntimeError(f"{rate:.0f} packets a second arrived of {PACED}")
        return {"processor_per_packet": used / (rate * self.seconds) * 1e6} if self.tunnel.daemons else {}

    def memory_after_load(self):
        loaded = self._resident("resident_loaded")
        time.sleep(3 if self.tunnel.daemons else 0)
        return loaded | self._resident("resident_rested")

    def _datagrams(self, options):
        """Those received each second, and seconds of processor time of the daemons."""
        report, used, _ = self.iperf(f"-u {options}")
        total = report["sum"]
        return (total["packets"] - total["lost_packets"]) / total["seconds"], used

    def iperf(self, options, seconds=None, meanwhile=None):
        """What iperf3 says at the end, processor time of the daemons, what `meanwhile` gave."""
        port, seconds = next(self.ports), seconds or self.seconds
        server = self.topology.start("cn", f"iperf3 -s -1 --forceflush -p {port}", stderr=subprocess.STDOUT)
        if not any("listening" in text for text in iter(server.stdout.readline, "")):
            raise RuntimeError("iperf3 does not listen")
        before = self._processor()
        client = self.topology.start("mn", f"timeout {(seconds + 15) * SLOWNESS:g} iperf3 -J -c {CORRESPONDENT} -p {port} "
                                           f"-t {seconds} {options}")
        try:
            found = meanwhile() if meanwhile else None
            text = client.communicate()[0]
            used = self._processor() - before
        finally:
            self.topology.stop(client, server)
        report = json.loads(text) if text else {"error": "says nothing"}
        if "error" in report:
            raise RuntimeError(f"iperf3 {options}: {report['error']}")
        return report["end"], used, found

    def _ping(self, seconds):
        """The times of the answers, ms."""
        text = self.topology.run("mn", f"ping -n -i 0.01 -c {seconds * 100} -w {seconds + 2} {CORRESPONDENT}", check=False)
        times = [float(found) for found in re.findall(r"time=([\d.]+)", text)]
        if len(times) < seconds * 20:
            raise RuntimeError(f"{len(times)} answers to {seconds * 100} pings")
        return times

    def _processor(self):
        return sum(processor_time(daemon.pid) for daemon in self.tunnel.daemons.values())

    def _resident(self, name):
        if not self.tunnel.daemons:
            return {}
        status = pathlib.Path(f"/proc/{self.tunnel.daemons['mn'].pid}/status").read_text()
        return {name: int(status.split("VmRSS:")[1].split()[0]) / 1024}
