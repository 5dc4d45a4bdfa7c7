"""What tests of congestion need: datagrams whose traffic classes both ends say and hear, and a router that marks."""
import contextlib
import itertools
import socket
import struct
import sys

from access_networks import HOME_AGENT, HOME_AGENT_IP4, HOME_AGENT_IP6
from network import SLOWNESS

NOT_ECT, ECT_1, ECT_0, CE = range(4)
EXPEDITED = 46 << 2  # the DSCP of a call, in its place
PORT, TRIES = 7100, 30
IP_RECVTOS = 13
NUMBER = struct.Struct("!Q")
# The tunnel as a router tells it from the rest.
TUNNEL = {"ip6": ("meta l4proto { 4, 41, 50 }",), "udp": ("udp dport 4191", "udp sport 4191")}
FILTERS = {"ip6": "esp || ipv6.nxt == 41 || ipv6.nxt == 4", "udp": "udp.port == 4191"}


class Conversation:
    """Datagrams between addresses of the mobile node and the correspondent, of the same IP version."""

    def __init__(self, topology, home_address, correspondent):
        self.is_ipv4, self.numbers, self.heard = ":" not in correspondent, itertools.count(1), set()
        self.near, self.far = self._socket(topology, "mn", home_address), self._socket(topology, "cn", correspondent)
        self.to = {"up": (correspondent, PORT), "down": (home_address, PORT)}

    def send(self, direction, traffic_class):
        """The number of the datagram."""
        number, sender = next(self.numbers), self.near if direction == "up" else self.far
        sender.sendmsg([NUMBER.pack(number)], [(*self._class_field(), struct.pack("=i", traffic_class))], 0,
                       self.to[direction])
        return number

    def carry(self, direction, traffic_class):
        """The traffic class with which the other end hears what goes with this one."""
        hearer = self.far if direction == "up" else self.near
        for _ in range(TRIES):
            number = self.send(direction, traffic_class)
            with contextlib.suppress(TimeoutError):
                while True:
                    data, ancillary, _, sender = hearer.recvmsg(64, 256)
                    self.heard.add(NUMBER.unpack(data)[0])
                    if direction == "up":  # behind a home agent that masquerades it is another address
                        self.to["down"] = sender
                    if NUMBER.unpack(data)[0] == number:
                        return int.from_bytes(ancillary[0][2], sys.byteorder)
        raise TimeoutError(f"nothing goes {direction}")

    def close(self):
        self.near.close()
        self.far.close()

    def _class_field(self):
        return (socket.IPPROTO_IP, socket.IP_TOS) if self.is_ipv4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)

    def _socket(self, topology, node, address):
        made = topology.socket(node, socket.AF_INET if self.is_ipv4 else socket.AF_INET6, socket.SOCK_DGRAM)
        asked = (socket.IPPROTO_IP, IP_RECVTOS) if self.is_ipv4 else (socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS)
        made.setsockopt(*asked, 1)
        made.bind((address, PORT))
        made.settimeout(SLOWNESS)
        return made


@contextlib.contextmanager
def router(topology, encapsulation, rule, node="rt"):
    """Meanwhile the router does that to the tunnel's packets, of either outer IP version: "ecn != not-ect ip ecn set
    ce", where `ip` is written for both."""
    rules = "\n".join(f"{tunnel} {version} {rule.replace(' ip ', f' {version} ')}"
                      for tunnel in TUNNEL[encapsulation] for version in ("ip6", "ip"))
    topology.run(node, f"nft -f - <<END\ntable inet congested {{\nchain forward {{\n"
                       f"type filter hook forward priority mangle\n{rules}\n}}\n}}\nEND")
    try:
        yield
    finally:
        topology.run(node, "nft delete table inet congested")


def outer_traffic_classes(capture, encapsulation, is_ipv4, direction):
    """Of the tunnel's packets in this direction: what stands in the outer header, the first of a packet's."""
    version, field = ("ip", "ip.dsfield") if is_ipv4 else ("ipv6", "ipv6.tclass")
    rows = capture.tshark(FILTERS[encapsulation], f"{version}.dst", field)
    outer = [[column.split(",")[0] for column in row] for row in rows]
    return {int(value, 0) for destination, value in outer
            if (destination in (HOME_AGENT, HOME_AGENT_IP6, HOME_AGENT_IP4)) == (direction == "up")}
