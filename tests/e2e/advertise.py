#!/usr/bin/env python3
"""Router advertisements on the links of a router: at once for who solicits one, and each second for all.

    advertise.py INTERFACE=PREFIX[,home-agent][,resolver=ADDRESS][,portal=URI][,interval=SECONDS][,tells-interval] ...

Every PREFIX is a /64. `home-agent` sets the H bit (RFC 6275 §7.1), `resolver` names a DNS server (RFC 8106), `portal`
a captive portal (RFC 8910 §2.3), `tells-interval` adds the Advertisement Interval option (RFC 6275 §7.3). Prints
"ready" when it listens."""
import selectors
import socket
import struct
import sys
import time

ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT = 133, 134
SO_BINDTODEVICE, ICMP6_FILTER = 25, 1


def captive_portal(uri):
    units = (2 + len(uri) + 7) // 8
    return (bytes([37, units]) + uri).ljust(8 * units, b"\0")


class Link:
    def __init__(self, text):
        self.name, _, rest = text.partition("=")
        prefix, *flags = rest.split(",")
        self.interval = next((float(flag[9:]) for flag in flags if flag.startswith("interval=")), 1.0)
        self.index, self.next = socket.if_nametoindex(self.name), 0.0
        with open(f"/sys/class/net/{self.name}/address") as file:
            link_layer_address = bytes.fromhex(file.read().strip().replace(":", ""))
        self.advertisement = (
            struct.pack("!BBHBBHII", ROUTER_ADVERTISEMENT, 0, 0, 64, 0x20 * ("home-agent" in flags), 1800, 0, 0)
            + struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 1800, 0) + socket.inet_pton(socket.AF_INET6, prefix)
            + struct.pack("!BB", 1, 1) + link_layer_address
            + b"".join(struct.pack("!BBHI", 25, 3, 0, 1800) + socket.inet_pton(socket.AF_INET6, flag[9:])
                       for flag in flags if flag.startswith("resolver="))
            + b"".join(captive_portal(flag[7:].encode()) for flag in flags if flag.startswith("portal="))
            + (struct.pack("!BBHI", 7, 1, 0, int(1000 * self.interval)) if "tells-interval" in flags else b""))
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, self.name.encode())
        only_solicitations = bytearray(b"\xff" * 32)
        struct.pack_into("=I", only_solicitations, ROUTER_SOLICITATION // 32 * 4,
                         0xffffffff & ~(1 << ROUTER_SOLICITATION % 32))
        self.socket.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, bytes(only_solicitations))
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, self.index)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                               socket.inet_pton(socket.AF_INET6, ALL_ROUTERS) + struct.pack("@I", self.index))

    def advertise(self):
        self.next = time.monotonic() + self.interval
        try:
            self.socket.sendto(self.advertisement, (ALL_NODES, 0, 0, self.index))
        except OSError:  # the link is down at this moment, or has no link-local address yet
            self.next = time.monotonic() + 0.01

    def solicited(self):
        self.socket.recv(2048)
        self.advertise()


def main():
    links, selector = [Link(text) for text in sys.argv[1:]], selectors.DefaultSelector()
    for link in links:
        selector.register(link.socket, selectors.EVENT_READ, link)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select(max(0, min(link.next for link in links) - time.monotonic())):
            key.data.solicited()
        for link in links:
            if link.next <= time.monotonic():
                link.advertise()


main()
