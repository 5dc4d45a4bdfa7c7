"""What a node's network consists of, to compare before and after."""
import json

TIMES = ("expires", "valid_life_time", "preferred_life_time", "age", "used", "cache")  # pass by themselves
COUNTERS = ("stats", "stats64")
QUESTIONS = {
    "links": "ip -j link show", "addresses": "ip -j address show",
    "routes": "ip -j -6 route show table all", "IPv4 routes": "ip -j -4 route show table all",
    "rules": "ip -j -6 rule show", "IPv4 rules": "ip -j -4 rule show",
    "proxies": "ip -j -6 neigh show proxy", "multicast": "ip -j maddress show", "tunnels": "ip -j tuntap show",
    "nftables": "nft list ruleset",
    "sysctls": "cd /proc/sys/net && grep -r . ipv6 ipv4 core netfilter 2>/dev/null | sort",
}
# The kernel's own ups and downs: allocated numbers and autotuned values.
UNSTEADY = ("ipv6/conf/all/stable_secret", "netfilter/nf_conntrack_count", "ipv6/route/flush", "ipv4/route/flush")


def snapshot(topology, node):
    """Everything of QUESTIONS as comparable lines."""
    return {name: lines(topology.run(node, command, check=False)) for name, command in QUESTIONS.items()}


def changes(before, after):
    """Lines that are new (+) or missing (-)."""
    return [f"{name}: {sign} {line}" for name in before
            for sign, one, other in (("-", before, after), ("+", after, before))
            for line in one[name] if line not in other[name]]


def lines(text):
    try:
        return sorted(json.dumps(steady(entry), sort_keys=True) for entry in json.loads(text or "[]"))
    except json.JSONDecodeError:
        return [line for line in text.splitlines() if not line.startswith(UNSTEADY)]


def steady(value):
    if isinstance(value, dict):
        return {key: sorted(part, key=json.dumps) if key == "maddr" else steady(part)
                for key, part in value.items() if key not in TIMES + COUNTERS}
    return [steady(part) for part in value] if isinstance(value, list) else value
