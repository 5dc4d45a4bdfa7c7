#!/usr/bin/env python3
"""A program that talks to a correspondent without a pause, over IPv6 and IPv4, by UDP, TCP, ICMP and DNS, by whatever
way there is; also one that insists on an interface. Prints "ready" once it has begun.

    restless.py INTERFACE ADDRESS..."""
import contextlib
import socket
import struct
import sys
import time

PAUSE = 0.01  # seconds
QUESTION = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"\x07example\x03org\x00" + struct.pack("!HH", 1, 1)


def echo_request(is_ipv6):
    """Of ICMPv6 the kernel fills the checksum in."""
    return struct.pack("!BBHHH", 128, 0, 0, 7, 7) if is_ipv6 else struct.pack("!BBHHH", 8, 0, 0xf7f0, 7, 1)


def say(address, kind, protocol, port, payload, interface=None):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind, protocol) as sender:
        if interface:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        sender.setblocking(False)
        sender.connect((address, port))
        if payload:
            sender.send(payload)


def say_everything(address, interface):
    icmp = socket.IPPROTO_ICMPV6 if ":" in address else socket.IPPROTO_ICMP
    for by in (None, interface):
        for kind, protocol, port, payload in (
                (socket.SOCK_DGRAM, 0, 9, b"x"), (socket.SOCK_DGRAM, 0, 53, QUESTION), (socket.SOCK_STREAM, 0, 80, b""),
                (socket.SOCK_STREAM, 0, 53, b""), (socket.SOCK_RAW, icmp, 0, echo_request(":" in address))):
            with contextlib.suppress(OSError):  # no way there, or held back
                say(address, kind, protocol, port, payload, by)


def main(interface, *addresses):
    print("ready", flush=True)
    while True:
        for address in addresses:
            say_everything(address, interface)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
