#!/usr/bin/env python3
"""Sends one message of ICMPv6 and prints what comes back of one type, in hexadecimal, a line for each; the source first.

    icmpv6_ask.py DESTINATION TYPE IDENTIFIER ANSWER-TYPE SECONDS [SOURCE]"""
import socket
import struct
import sys
import time

ICMP6_FILTER = 1


def main(destination, kind, identifier, answer, seconds, source="::"):
    asking = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    only_answers = bytearray(b"\xff" * 32)
    struct.pack_into("=I", only_answers, int(answer) // 32 * 4, 0xffffffff & ~(1 << int(answer) % 32))
    asking.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, bytes(only_answers))
    asking.bind((source, 0))
    asking.sendto(struct.pack("!BBHHH", int(kind), 0, 0, int(identifier), 0), (destination, 0))
    until = time.monotonic() + float(seconds)
    while (left := until - time.monotonic()) > 0:
        asking.settimeout(left)
        try:
            octets, sender = asking.recvfrom(2048)
        except TimeoutError:
            return
        print(sender[0], octets.hex(), flush=True)


main(*sys.argv[1:])
