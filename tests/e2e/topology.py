"""Network namespaces for the tests and the show: a correspondent, a core router with two access networks, a home
agent with its home link, mobile nodes, and a box of switches in which the mobile nodes' cables are plugged.

                                      +----------+
                 2001:db8:c::/64      |    rt    |      2001:db8:e::/64
    cn ---wan------------------- cn --|   core   |-- ha -------------------wan--- ha
    ::2                           ::1 |  router  | ::1                        ::2 | home  ::1
                                      +----------+                                |
                                   A |            | B                             |
                    2001:db8:a::/64  |            |  2001:db8:b::/64              |  2001:db8:f::/64
                              ::1    |            |    ::1                        |
    +----- net -------------------- rt-A ------ rt-B -------------------------- ha-home -----+
    |                               [A]          [B]                             [home]      |
    |  a switch (bridge) for each link;          ^                                           |
    |  [impair] between router and switch        | mn-uplink, plugged into any of the three  |
    +--------------------------------------------|-------------------------------------------+
                                                 |
                                          uplink mn    (uplink2 likewise; more mobile nodes likewise)

rt routes the home prefix by ha. Both routers of mobile nodes answer router solicitations at once and advertise
once a second (advertise.py), so mobile nodes get their addresses by SLAAC, home link included.
"""
import ipaddress
import json
import sys

from address_watch import SLOWNESS  # noqa: F401
from network import HERE, Network, own_run_directory  # noqa: F401

PREFIX = {"A": "2001:db8:a::", "B": "2001:db8:b::", "home": "2001:db8:f::", "cn": "2001:db8:c::", "ha": "2001:db8:e::"}
CORRESPONDENT, HOME_AGENT, HOME_ADDRESS = "2001:db8:c::2", "2001:db8:f::1", "2001:db8:f::9"
LINKS = ("home", "A", "B")  # what a cable can be plugged into


class Topology(Network):
    """`advertise` gives further words for advertise.py about a link: {"A": "interval=0.1,tells-interval"}."""

    nodes, routers = ("cn", "rt", "ha", "net"), ("rt", "ha")

    def __init__(self, *arguments, advertise=None, **options):
        super().__init__(*arguments, **options)
        self.advertise = advertise or {}

    @staticmethod
    def prefixes(link):
        return [PREFIX[link] + "/64"]

    def care_of_address(self, link, node="mn", uplink="uplink"):
        """The address that an uplink makes for itself on a link, by SLAAC with a modified EUI-64."""
        mac = bytes.fromhex(json.loads(self.run(node, f"ip -j link show {uplink}"))[0]["address"].replace(":", ""))
        identifier = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
        return str(ipaddress.IPv6Address(ipaddress.IPv6Address(PREFIX[link]).packed[:8] + identifier))

    def _build(self):
        self._wire(("cn", "wan"), ("rt", "cn"))
        self._wire(("rt", "ha"), ("ha", "wan"))
        for link, router in (("home", "ha"), ("A", "rt"), ("B", "rt")):
            self._switch(link, router)
        self._make_uplinks()
        self.ip("cn", f"addr add {CORRESPONDENT}/64 dev wan", "route add default via 2001:db8:c::1")
        self.ip("rt", *(f"addr add {PREFIX[net]}1/64 dev {net}" for net in ("cn", "ha", "A", "B")),
                "route add 2001:db8:f::/64 via 2001:db8:e::2")
        self.ip("ha", "addr add 2001:db8:e::2/64 dev wan", f"addr add {HOME_AGENT}/64 dev home",
                "route add default via 2001:db8:e::1")
        for node, links in (("ha", ("home",)), ("rt", ("A", "B"))):
            words = (",".join([f"{link}={PREFIX[link]}", *(["home-agent"] if link == "home" else []),
                               *([self.advertise[link]] if link in self.advertise else [])]) for link in links)
            self._ready(self.start(node, f"{sys.executable} {HERE}/advertise.py {' '.join(words)}"))
