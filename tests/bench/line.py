"""Four nodes in a row, with fixed addresses and nobody who talks by himself: what two ends of a tunnel are measured on.

    mobile node         router               home agent           correspondent
    mn --uplink----- A -- rt -- ha ----- wan -- ha -- lan ----- wan -- cn
      2001:db8:a::2  ::1    2001:db8:e::1  ::2    2001:db8:c::1  ::2

The links carry 1500 octets, and the correspondent says and sends 1420 at most, whatever a tunnel has room for, so that
all carry TCP of the same length. The router knows no way to the correspondent, so nothing can go round a tunnel, unless
it is `open`: for what is measured without one."""
from network import Network
from topology import CORRESPONDENT, HOME_AGENT, PREFIX

INNER_MTU = 1420  # WireGuard's; every tunnel's packets fit 1500 octets of IPv6 with it


class Line(Network):
    nodes, routers = ("mn", "rt", "ha", "cn"), ("rt", "ha")

    def __init__(self, is_open=False, **options):
        super().__init__(mobile_nodes=(), **options)
        self.is_open = is_open

    def _build(self):
        for one, other in ((("mn", "uplink"), ("rt", "A")), (("rt", "ha"), ("ha", "wan")), (("ha", "lan"), ("cn", "wan"))):
            self._wire(one, other)
        a, e, c = (PREFIX[link] for link in ("A", "ha", "cn"))
        self.ip("mn", f"addr add {a}2/64 dev uplink", f"route add default via {a}1")
        self.ip("rt", f"addr add {a}1/64 dev A", f"addr add {e}1/64 dev ha", f"route add {PREFIX['home']}/64 via {e}2",
                *([f"route add {c}/64 via {e}2"] if self.is_open else []))
        self.ip("ha", f"addr add {HOME_AGENT}/128 dev lo", f"addr add {e}2/64 dev wan", f"addr add {c}1/64 dev lan",
                f"route add default via {e}1")
        self.ip("cn", f"addr add {CORRESPONDENT}/64 dev wan", f"route add default via {c}1 mtu {INNER_MTU}")

    def _no_offload(self, *ports):
        """Every packet alone, but checksums as before: that is what an interface without segmentation is like."""
        for node, port in ports:
            self.run(node, f"ethtool -K {port} tso off gso off gro off")
