#!/usr/bin/python3
"""Binding updates a second that godwit-ha takes through its sockets, over UDP: refreshes, and moves whose mobile nodes
answer where they are (tests/bench/moving_clients.cpp). Prints a line of JSON.  moves.py [CLIENTS] [SECONDS]"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from deployment import Deployment  # noqa: E402
from topology import HERE, HOME_AGENT, Topology  # noqa: E402

CLIENTS = HERE.parents[1] / "build/release/tests/bench/moving_clients"
PLACES = "2001:db8:100::/40"  # all addresses in it are the clients'


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(clients, seconds):
    with Topology() as topology:
        deployment = Deployment(topology, home_addresses={}, home_agent={"log_level": "warning"})
        topology.run("rt", f"ip -6 route add local {PLACES} dev lo")
        entries = topology.directory / "entries.toml"
        generator = subprocess.Popen([*topology.within("rt"), CLIENTS, HOME_AGENT, deployment.public["ha"], str(clients),
                                      str(seconds), entries], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert generator.stdout.readline() == "ready\n"
        with (topology.directory / "ha.toml").open("a") as configuration:
            configuration.write(entries.read_text())
        deployment.start("ha")
        began = processor_seconds(deployment.daemons["ha"].pid)
        figures = json.loads(generator.communicate("go\n")[0])
        figures["home_agent_processor_s"] = round(processor_seconds(deployment.daemons["ha"].pid) - began, 1)
        figures["drops"] = deployment.status("ha")["drops"]
        deployment.stop("ha")
    print(json.dumps({"clients": clients, "seconds": seconds} | figures))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000, float(sys.argv[2]) if len(sys.argv) > 2 else 5)
