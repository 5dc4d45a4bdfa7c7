#!/usr/bin/env python3
"""What a network manager does for one interface of a host, no more: when the carrier comes it asks by DHCP for an IPv4
address, a route and a resolver, and takes resolvers that router advertisements name (RFC 8106); when the carrier goes
it forgets them.

    network_manager.py INTERFACE RESOLVER_CONFIGURATION      prints "ready" when it watches

RESOLVER_CONFIGURATION is written in place, so it may be mounted over /etc/resolv.conf."""
import contextlib
import ipaddress
import pathlib
import signal
import socket
import struct
import subprocess
import sys

NETLINK_ADD_MEMBERSHIP, SOL_NETLINK, GROUP_LINK, GROUP_ND_USEROPT = 1, 270, 1, 20
NEW_LINK, NEW_ND_USEROPT, RDNSS = 16, 68, 25
UP_WITH_CARRIER = 0x1 | 0x10000  # IFF_UP, IFF_LOWER_UP
EVENT = pathlib.Path(__file__).resolve().parent / "dhcp_event"


class Manager:
    def __init__(self, interface, configuration):
        self.interface, self.configuration = interface, pathlib.Path(configuration)
        self.index, self.attached, self.client = socket.if_nametoindex(interface), False, None

    def link(self, flags):
        attached = flags & UP_WITH_CARRIER == UP_WITH_CARRIER
        if attached == self.attached:
            return
        self.attached = attached
        self.forget()
        if attached:
            self.client = subprocess.Popen(
                ["udhcpc", "-f", "-i", self.interface, "-t", "3", "-T", "1", "-A", "1", "-s", EVENT],
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "RESOLVER_CONFIGURATION": str(self.configuration)},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def forget(self):
        if self.client:
            self.client.kill()
            self.client.wait()
            self.client = None
        subprocess.run(["ip", "-4", "addr", "flush", "dev", self.interface], check=False)
        self.configuration.write_text("")

    def resolver(self, address):
        line = f"nameserver {address}\n"
        if self.attached and line not in self.configuration.read_text():
            with self.configuration.open("a") as file:
                file.write(line)

    def news(self, messages):
        while len(messages) >= 16:
            length, kind = struct.unpack_from("=IH", messages)
            body = messages[16:length]
            if kind == NEW_LINK and struct.unpack_from("=i", body, 4)[0] == self.index:
                self.link(struct.unpack_from("=I", body, 8)[0])
            elif kind == NEW_ND_USEROPT and struct.unpack_from("=i", body, 4)[0] == self.index and body[16] == RDNSS:
                self.resolver(ipaddress.IPv6Address(body[24:40]))
            messages = messages[(length + 3) & ~3:]


def main(interface, configuration):
    manager = Manager(interface, configuration)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    netlink.bind((0, 0))
    for group in (GROUP_LINK, GROUP_ND_USEROPT):
        netlink.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
    print("ready", flush=True)
    with contextlib.ExitStack() as stack:
        stack.callback(manager.forget)
        while True:
            manager.news(netlink.recv(65536))


if __name__ == "__main__":
    main(*sys.argv[1:])
