"""A machine behind a mobile node, with an address of a prefix that the home agent routes to it (RFC 3963)."""
import subprocess

from topology import SLOWNESS

NETWORK, OTHER_NETWORK = "2001:db8:1:100::/64", "2001:db8:2:200::/64"
MACHINE, GATEWAY = "2001:db8:1:100::5", "2001:db8:1:100::1"  # it, and the mobile node on that side
TO_THE_HOME_AGENT = "2001:db8:e::2"  # from the core router


def put_behind(topology, node="mn", name="vm", address=MACHINE, gateway=GATEWAY):
    """Another namespace `name`, which knows nothing of mobility: its interface `eth` leads to the node's `behind`."""
    subprocess.run(["ip", "netns", "add", topology.ns(name)], check=True, timeout=60 * SLOWNESS)
    topology.namespaces.append(topology.ns(name))
    topology._configure(name)
    topology.ip(name, "link set lo up")
    topology._wire((node, "behind"), (name, "eth"))
    topology.ip(node, f"addr add {gateway}/64 dev behind")
    topology.ip(name, f"addr add {address}/64 dev eth", f"route add default via {gateway}")


def route_networks(topology):
    """What whoever runs the router upstream of the home agent has to do, once."""
    topology.ip("rt", *(f"route add {prefix} via {TO_THE_HOME_AGENT}" for prefix in (NETWORK, OTHER_NETWORK)))


def pings(topology, node, address, words="", count=3):
    """Whether any of some pings is answered."""
    said = topology.run(node, f"ping -n -c {count} -i 0.2 -W 2 {words} {address}", check=False)
    return " 100% packet loss" not in said and "received" in said
