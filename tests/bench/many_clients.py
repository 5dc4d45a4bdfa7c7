#!/usr/bin/python3
"""Many clients with little traffic and some with much, through one godwit-ha over UDP: whether the large ones are fair
to each other, and what the small ones notice of them. The small ones are one process (tests/bench/many_clients.cpp),
each with an echo request now and then to the correspondent; each large one is a godwit of its own, with one TCP
connection. All of them, and the network, share the machine's processors with the home agent. Prints a line of JSON.

    many_clients.py                          1,000 small ones, 10 large ones, three rounds of 10 s
    many_clients.py --smoke                  whether it works at all: 20, 2, one round of 2 s
    many_clients.py --rate-limit 20M         each client may have so much, either way

A round is the small ones alone first, then all. throughput_mbit: of each large one, and jain, its fairness (R. Jain
1984: 1 if all have the same, 1/n if one has all). loss_percent and round_trip_ms: of the small ones' requests."""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from deployment import Deployment  # noqa: E402
from topology import CORRESPONDENT, HERE, HOME_AGENT, SLOWNESS, Topology  # noqa: E402

GENERATOR = os.environ.get("GODWIT_MANY_CLIENTS", str(HERE.parents[1] / "build/release/tests/bench/many_clients"))
PLACES = "2001:db8:100::/40"  # all addresses in it are the small clients'
FIRST_PORT = 5201


class Small:
    """The clients with little traffic, from the core router: any address could come from there."""

    def __init__(self, deployment, clients, each_second):
        topology = deployment.topology
        topology.run("rt", f"ip -6 route add local {PLACES} dev lo")
        entries = topology.directory / "entries.toml"
        words = [GENERATOR, HOME_AGENT, deployment.public["ha"], str(clients), str(each_second), CORRESPONDENT, entries]
        self.process = subprocess.Popen([*topology.within("rt"), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        topology.processes.append(self.process)
        self.expect("ready")
        with (topology.directory / "ha.toml").open("a") as configuration:
            configuration.write(entries.read_text())

    def expect(self, word):
        line = self.process.stdout.readline().strip()
        assert line == word, f"many_clients: {line or 'has ended'}"

    def tell(self, line):
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def register(self):
        self.tell("register")
        self.expect("registered")

    def figures(self):
        """Of the round that it was told to begin."""
        told = json.loads(self.process.stdout.readline())
        lost = told["sent"] - told["received"]
        return {"sent": told["sent"], "loss_percent": round(100 * lost / told["sent"], 3),
                "round_trip_ms": told["round_trip_ms"]}


def transfers(topology, nodes, seconds, options):
    """Mbit/s that one TCP connection of each node got, all at once."""
    servers, clients = [], []
    for number, node in enumerate(nodes):
        port = FIRST_PORT + number
        server = topology.start("cn", f"iperf3 -s -1 --forceflush -p {port}")
        while "listening" not in server.stdout.readline().lower():
            assert server.poll() is None, "iperf3 does not listen"
        servers.append(server)
        clients.append((node, port))
    running = [topology.start(node, f"iperf3 -J -c {CORRESPONDENT} -p {port} -t {seconds} {options}")
               for node, port in clients]
    reports = [json.loads(client.communicate(timeout=(seconds + 60) * SLOWNESS)[0]) for client in running]
    for server in servers:
        server.communicate(timeout=60 * SLOWNESS)
    return [report["end"]["sum_received"]["bits_per_second"] / 1e6 for report in reports]


def jain(shares):
    return sum(shares) ** 2 / (len(shares) * sum(share * share for share in shares)) if any(shares) else 0.0


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def alone(deployment, small, seconds):
    pid = deployment.daemons["ha"].pid
    began = processor_seconds(pid)
    small.tell(seconds)
    return small.figures() | {"home_agent_processor_s": round(processor_seconds(pid) - began, 2)}


def together(deployment, small, nodes, seconds, options):
    """The small ones send for as long as the large ones do; these need a moment to begin."""
    pid = deployment.daemons["ha"].pid
    began = processor_seconds(pid)
    small.tell(seconds)
    shares = transfers(deployment.topology, nodes, seconds, options)
    figures = small.figures() | {"home_agent_processor_s": round(processor_seconds(pid) - began, 2)}
    return figures | {"throughput_mbit": [round(share, 1) for share in shares], "total_mbit": round(sum(shares), 1),
                      "jain": round(jain(shares), 4)}


@contextlib.contextmanager
def crowd(clients, bulk, each_second, rate_limit=None):
    """A home agent, `clients` small ones, registered with it, and `bulk` large ones: (deployment, small, nodes)."""
    nodes = tuple(f"mn{number}" for number in range(bulk))
    homes = {node: f"2001:db8:f::b{number:x}" for number, node in enumerate(nodes)}
    with Topology(mobile_nodes=nodes) as topology:
        deployment = Deployment(topology, home_addresses=homes,
                                mobile_node={"encapsulation": "udp", "log_level": "warning"},
                                home_agent={"log_level": "warning", "rate_limit": rate_limit})
        small = Small(deployment, clients, each_second)
        for number, node in enumerate(nodes):
            topology.plug("AB"[number % 2], node)
        deployment.start("ha").start(*nodes)
        for node in nodes:
            deployment.wait_attached(node, encapsulation="udp")
        small.register()
        yield deployment, small, nodes
        deployment.stop(*nodes, "ha")


def measure(clients=1000, bulk=10, each_second=10, seconds=10, rounds=3, up=False, rate_limit=None):
    options = "" if up else "-R"
    with crowd(clients, bulk, each_second, rate_limit) as (deployment, small, nodes):
        figures = [{"alone": alone(deployment, small, seconds),
                    "together": together(deployment, small, nodes, seconds, options)} for _ in range(rounds)]
        status = deployment.status("ha")
    return {"clients": clients, "each_second": each_second, "bulk": bulk, "direction": "up" if up else "down",
            "seconds": seconds, "rate_limit": rate_limit, "rounds": figures, "bindings": len(status["bindings"]),
            "drops": status["drops"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1000, help="with little traffic")
    parser.add_argument("--each-second", type=float, default=10, help="requests of each of them")
    parser.add_argument("--bulk", type=int, default=10, help="clients with much traffic")
    parser.add_argument("--seconds", type=int, default=10, help="of each half of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--up", action="store_true", help="the large ones send; else they receive")
    parser.add_argument("--rate-limit", help="of each client, as ha.toml has it: 20M")
    parser.add_argument("--smoke", action="store_true", help="20 and 2 clients, one round of 2 s")
    asked = vars(parser.parse_args())
    if asked.pop("smoke"):
        asked |= {"clients": 20, "bulk": 2, "seconds": 2, "rounds": 1}
    print(json.dumps(measure(**asked)))


if __name__ == "__main__":
    main()
