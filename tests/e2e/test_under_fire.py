"""A flood of forged handshakes whose mac1 is right, from ever other addresses of one /64: those who are registered do
not notice, others can still register, and the home agent keeps its size (docs/security.md, "Under load").

The flood takes processor time of its own, on the same machine: so what a flow keeps is compared with the same flood
at a port of the home agent's where nobody listens."""
import json
import os
import pathlib
import statistics
import time

import pytest
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT, PREFIX, SLOWNESS

FORGER = os.environ.get("GODWIT_FORGER", str(HERE.parents[1] / "build/release/tests/bench/forged_handshakes"))
STRANGERS = "2001:db8:66::"  # the /64 that it all comes from
OTHER = "2001:db8:f::a"
RATE = 100_000 // SLOWNESS  # packets a second
FLOW = 50  # Mbit/s that the registered client takes, while nothing else goes on
DSMIP, DEAD = 4191, 4199  # UDP ports


class Flood:
    """From the core router: any address could come from there."""

    def __init__(self, deployment, port, seconds, rate=RATE, source=STRANGERS):
        words = [HOME_AGENT, source, rate, seconds, *([port] if port else [])]
        self.process = deployment.topology.start("rt", f"{FORGER} {deployment.public['ha']} {' '.join(map(str, words))}",
                                                 log="flood.log")
        self.log = deployment.directory / "flood.log"

    def end(self):
        """How many left a second."""
        self.process.wait()
        return json.loads(self.log.read_text().splitlines()[-1])["per_second"]


def throughput(topology, seconds):
    """Mbit/s of a paced TCP flow from the correspondent to the client."""
    server = topology.start("cn", "iperf3 -s -1 --forceflush", log="iperf3.log")
    time.sleep(0.3)
    report = json.loads(topology.run("mn", f"iperf3 -J -R -c {CORRESPONDENT} -t {seconds} -b {FLOW}M"))
    server.wait()
    return report["end"]["sum_received"]["bits_per_second"] / 1e6


def resident(deployment):
    """KiB of the home agent's memory."""
    text = pathlib.Path(f"/proc/{deployment.daemons['ha'].pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1])


@pytest.fixture(params=["ip6", "udp"])
def registered(deploy, request):
    """mn registered on A, natively or in UDP; mn2 plugged into B, not started."""
    if not pathlib.Path(FORGER).exists():
        pytest.fail(f"not built: {FORGER}", pytrace=False)
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2")}, home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER},
                        mobile_node={"encapsulation": request.param, "log_level": "info"},
                        home_agent={"log_level": "info"})
    deployment.topology.plug("A")
    deployment.topology.plug("B", "mn2")
    deployment.start("ha").start("mn")
    deployment.wait_attached(encapsulation=request.param)
    deployment.port = DSMIP if request.param == "udp" else 0
    return deployment


def is_kept(figures):
    """What else this machine does takes away from single figures, and a fault from all."""
    return figures["fire"] != [] and max(figures["fire"]) >= 0.9 * statistics.median(figures["dead"])


def test_a_registered_client_keeps_its_throughput(registered, report):
    figures = {"fire": [], "dead": []}
    rates = []
    while not is_kept(figures) and len(rates) < 12:
        for name, port in (("dead", DEAD), ("fire", registered.port)):
            flood = Flood(registered, port, 4)
            time.sleep(0.5)
            figures[name].append(throughput(registered.topology, 2))
            rates.append(flood.end())
    fire, dead = max(figures["fire"]), statistics.median(figures["dead"])
    report(f"{statistics.median(rates):.0f} forged handshakes/s; {fire:.1f} of {FLOW} Mbit/s kept, {dead:.1f} with the "
           "same flood at a dead port")
    assert is_kept(figures)


def test_another_client_registers_within_a_second(registered, report):
    flood = Flood(registered, registered.port, 8)
    time.sleep(1)
    began = time.monotonic()
    registered.launch("mn2")
    registered.wait("mn2", lambda status: status["state"] == "registered")
    took = time.monotonic() - began
    report(f"registered {took * 1000:.0f} ms after its start, amid {flood.end():.0f} forged handshakes/s")
    assert took < 1 * SLOWNESS


def test_a_client_in_the_network_of_the_flood_registers_by_a_cookie(registered):
    """Not more of them than there are cookies for."""
    flood = Flood(registered, registered.port, 8, rate=1000 // SLOWNESS, source=PREFIX["B"])
    time.sleep(1)
    registered.launch("mn2")
    registered.wait("mn2", lambda status: status["state"] == "registered")
    assert flood.process.poll() is None, "it was over by then"
    flood.end()


def test_the_home_agent_keeps_its_size_and_counts_what_it_refuses(registered, report):
    before = resident(registered)
    Flood(registered, registered.port, 3).end()
    grown = resident(registered) - before
    drops = registered.status("ha")["drops"]
    report(f"{grown} KiB more after a flood of 3 s; {drops}")
    assert grown < 32 * 1024
    assert drops["handshake-wants-cookie"] > 0
    assert drops["handshake-under-load"] > 0
