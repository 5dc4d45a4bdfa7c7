#!/usr/bin/env python3
"""A DNS server of one access network: answers A and AAAA for the names it is told, over UDP.

    dns_server.py [--nat64 PREFIX [--synthesize-all]] ADDRESS[,ADDRESS...] NAME=ADDRESS[,ADDRESS...] ...

It listens at the first list of addresses. With a NAT64 prefix (a /96) it makes AAAA records of A records where a name
has no AAAA (RFC 6147), with --synthesize-all in place of those it has, as where nothing but the NAT64 is reachable;
and answers for ipv4only.arpa (RFC 7050). Prints "ready" when it listens."""
import argparse
import contextlib
import errno
import ipaddress
import selectors
import socket
import struct
import time

A, AAAA, IN = 1, 28, 1
NO_SUCH_NAME, LIFE = 3, 60  # of the answers, seconds
WELL_KNOWN = {"ipv4only.arpa": ("192.0.0.170", "192.0.0.171")}


class Zone:
    def __init__(self, names, nat64=None, synthesize_all=False):
        texts = {name.lower(): addresses for name, addresses in names.items()} | WELL_KNOWN
        self.names = {name: [ipaddress.ip_address(text) for text in addresses] for name, addresses in texts.items()}
        self.nat64 = int(ipaddress.IPv6Network(nat64).network_address) if nat64 else None
        self.synthesize_all = synthesize_all

    def records(self, name, kind):
        """The packed addresses, or None if there is no such name."""
        if name not in self.names:
            return None
        ip4 = [address for address in self.names[name] if address.version == 4]
        ip6 = [address for address in self.names[name] if address.version == 6]
        if self.nat64 is not None and (self.synthesize_all or not ip6):
            ip6 = [ipaddress.IPv6Address(self.nat64 | int(address)) for address in ip4]
        return [address.packed for address in {A: ip4, AAAA: ip6}.get(kind, [])]

    def answer(self, query):
        """The reply to a query of one question."""
        name, end = name_at(query, 12)
        kind, _ = struct.unpack_from("!HH", query, end)
        records = self.records(name, kind)
        flags = 0x8580 | (NO_SUCH_NAME if records is None else 0)  # a reply, authoritative, recursion available
        header = query[:2] + struct.pack("!HHHHH", flags, 1, len(records or ()), 0, 0)
        return header + query[12:end + 4] + b"".join(
            struct.pack("!HHHIH", 0xc00c, kind, IN, LIFE, len(record)) + record for record in records or ())


def name_at(message, at):
    """The name there, in lower case, and where it ends."""
    labels = []
    while length := message[at]:
        labels.append(message[at + 1:at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def listen(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_DGRAM)
    for patience in range(50, -1, -1):
        try:
            listening.bind((address, 53))
            break
        except OSError as error:  # the address may have been configured just now
            if error.errno != errno.EADDRNOTAVAIL or not patience:
                raise
            time.sleep(0.1)
    return listening


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nat64")
    parser.add_argument("--synthesize-all", action="store_true")
    parser.add_argument("addresses")
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    names = {name: addresses.split(",") for name, _, addresses in (text.partition("=") for text in given.names)}
    zone, selector = Zone(names, given.nat64, given.synthesize_all), selectors.DefaultSelector()
    for address in given.addresses.split(","):
        selector.register(listen(address), selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            query, client = key.fileobj.recvfrom(4096)
            try:
                reply = zone.answer(query)
            except (IndexError, struct.error, UnicodeDecodeError):
                continue
            with contextlib.suppress(OSError):  # whoever asks may be nowhere, by an address of where it was before
                key.fileobj.sendto(reply, client)


if __name__ == "__main__":
    main()
