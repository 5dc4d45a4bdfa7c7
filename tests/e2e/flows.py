#!/usr/bin/env python3
"""Flows that go on while a mobile node moves, and what became of them: a download over one TCP connection, and UDP
datagrams at 100 Hz in both directions, between the correspondent and a home address of either IP version.

The programs, each in its node; the near end is the mobile node's, and begins. LOG files are records of (time, number),
appended as things happen.

    flows.py serve-stream ADDRESS PORT MB_PER_SECOND                  numbers that count up, paced
    flows.py take-stream SOURCE ADDRESS PORT LOG                      checks them; the number is of octets so far
    flows.py far-datagrams ADDRESS PORT SENT_LOG RECEIVED_LOG         to whoever sent the last one
    flows.py near-datagrams SOURCE ADDRESS PORT SENT_LOG RECEIVED_LOG
"""
import array
import contextlib
import itertools
import os
import select
import signal
import socket
import struct
import sys
import time

RATE = 100  # datagrams a second, in each direction
SO_MAX_PACING_RATE = 47
RECORD, NUMBER = struct.Struct("=dQ"), struct.Struct("!Q")
WORD, BLOCK = 8, 1 << 14  # octets


# The tests' side


class Flow:
    """`target` is the correspondent's address, `source` the mobile node's home address of the same IP version."""
    _ports = itertools.count(7000)

    def __init__(self, topology, source, target, node="mn"):
        self.topology, self.source, self.target, self.node = topology, source, target, node
        self.port = next(self._ports)

    def start(self, node, verb, *arguments):
        """Starts a program and waits until it says that it is ready."""
        log = self.topology.directory / f"{verb}-{self.port}.log"
        words = " ".join(map(str, (sys.executable, os.path.abspath(__file__), verb, *arguments)))
        process = self.topology.start(node, f"{words} 2> {log}")
        if "ready" not in process.stdout.readline():
            raise RuntimeError(f"{node}: {words}: {log.read_text()[-800:]}")
        return process

    def log(self, name):
        path = self.topology.directory / f"{name}-{self.port}"
        path.touch()
        return path


class Download(Flow):
    def __init__(self, topology, source, target, node="mn", megabytes_per_second=2):
        super().__init__(topology, source, target, node)
        self.arrived = self.log("arrived")
        self.server = self.start("cn", "serve-stream", target, self.port, megabytes_per_second)
        self.client = self.start(node, "take-stream", source, target, self.port, self.arrived)

    def arrivals(self):
        """When what came, oldest first: (time, octets so far)."""
        return records(self.arrived)

    def wait_for_more(self, seconds):
        """Waits until the connection carries more than it has by now. Fails if it breaks or is silent for so long."""
        size, deadline = self.arrived.stat().st_size, time.monotonic() + seconds
        while self.arrived.stat().st_size == size:
            assert self.client.poll() is None, "the download's connection has broken"
            assert time.monotonic() < deadline, f"the download has been silent for {seconds} s"
            time.sleep(0.005)

    def stop(self):
        """Ends the flow; how many octets came. Fails unless all came in order and unchanged."""
        broken = self.client.poll()
        self.topology.stop(self.client, self.server)
        status = self.client.returncode
        assert broken is None and status == 0, f"the download ended with status {status}"
        return self.arrivals()[-1][1]


class Datagrams(Flow):
    """Directions are "up", from the mobile node, and "down"."""
    directions = ("up", "down")

    def __init__(self, topology, source, target, node="mn"):
        super().__init__(topology, source, target, node)
        self.logs = {name: self.log(name) for name in ("up-sent", "up-received", "down-sent", "down-received")}
        self.far = self.start("cn", "far-datagrams", target, self.port, self.logs["down-sent"],
                              self.logs["up-received"])
        self.near = self.start(node, "near-datagrams", source, target, self.port, self.logs["up-sent"],
                               self.logs["down-received"])

    def stop(self):
        self.topology.stop(self.near, self.far)

    def sent(self, direction):
        return records(self.logs[direction + "-sent"])

    def received(self, direction):
        return records(self.logs[direction + "-received"])

    def first(self, direction, since):
        """When the first arrived of those that were sent since then, or that arrived since then if sent down: nothing
        sent to the old link arrives after a move, unless somebody kept it. None if none has."""
        if direction == "down":
            return next((when for when, _ in self.received("down") if when >= since), None)
        sent = {number for when, number in self.sent("up") if when >= since}
        return next((when for when, number in self.received("up") if number in sent), None)

    def wait_both_ways(self, since, seconds):
        """Waits until datagrams go through in both directions after a move; when that was so, by time.time()."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            firsts = [self.first(direction, since) for direction in self.directions]
            if None not in firsts:
                return max(firsts)
            time.sleep(0.02)
        raise TimeoutError(f"no datagrams {' and '.join(self.directions)} within {seconds} s")

    def lost(self, begin, end):
        """How many of those sent between two times never arrived, in both directions."""
        return sum(len({number for when, number in self.sent(direction) if begin <= when < end}
                       - {number for _, number in self.received(direction)}) for direction in self.directions)

    def doubled(self):
        """How many arrived again."""
        numbers = [[number for _, number in self.received(direction)] for direction in self.directions]
        return sum(len(one) - len(set(one)) for one in numbers)

    def overtaken(self):
        """How many arrived after one that was sent later."""
        count = 0
        for direction in self.directions:
            newest = -1
            for _, number in self.received(direction):
                count += number < newest
                newest = max(newest, number)
        return count

    def silence(self, begin, end):
        """Seconds of the longest silence between two times, in either direction."""
        longest = 0
        for direction in self.directions:
            times = [begin, *(when for when, _ in self.received(direction) if begin <= when <= end), end]
            longest = max(longest, *(other - one for one, other in zip(times, times[1:])))
        return longest


def records(path):
    octets = path.read_bytes()
    return list(RECORD.iter_unpack(octets[:len(octets) // RECORD.size * RECORD.size]))


# The programs


def bound(kind, address, port=0):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, int(port)))
    return made


def numbers(octet, length):
    """What the stream consists of, from an octet on: 64-bit numbers that count up."""
    first, last = octet // WORD, (octet + length + WORD - 1) // WORD
    return array.array("Q", range(first, last)).tobytes()[octet % WORD:][:length]


def serve_stream(address, port, megabytes_per_second):
    with bound(socket.SOCK_STREAM, address, port) as listening:
        listening.listen()
        print("ready", flush=True)
        connection, _ = listening.accept()
    connection.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, int(float(megabytes_per_second) * 1e6))
    for block in itertools.count():
        connection.sendall(numbers(block * BLOCK, BLOCK))


def take_stream(source, address, port, log):
    connection, octets = bound(socket.SOCK_STREAM, source), 0
    connection.settimeout(20)
    connection.connect((address, int(port)))
    connection.settimeout(None)
    print("ready", flush=True)
    with open(log, "ab", buffering=0) as file:
        while data := connection.recv(1 << 16):
            if data != numbers(octets, len(data)):
                sys.exit(f"after {octets} octets: other ones than were sent")
            octets += len(data)
            file.write(RECORD.pack(time.time(), octets))
    sys.exit(f"after {octets} octets: the other end closed the connection")


def exchange(ours, peer, sent_log, received_log):
    """Sends and receives; without a peer, sends to whoever sent last."""
    learning, number, due = peer is None, 0, time.monotonic()
    with open(sent_log, "ab", buffering=0) as sent, open(received_log, "ab", buffering=0) as received:
        while True:
            if select.select([ours], [], [], max(0.0, due - time.monotonic()))[0]:
                with contextlib.suppress(OSError):  # what ICMP said about one of ours
                    data, source = ours.recvfrom(2048)
                    received.write(RECORD.pack(time.time(), NUMBER.unpack(data)[0]))
                    peer = source if learning else peer
            if time.monotonic() < due:
                continue
            due = max(due + 1 / RATE, time.monotonic() - 1 / RATE)
            if peer:
                sent.write(RECORD.pack(time.time(), number))
                with contextlib.suppress(OSError):  # nowhere to send to at this moment: lost
                    ours.sendto(NUMBER.pack(number), peer)
                number += 1


def far_datagrams(address, port, sent_log, received_log):
    ours = bound(socket.SOCK_DGRAM, address, port)
    print("ready", flush=True)
    exchange(ours, None, sent_log, received_log)


def near_datagrams(source, address, port, sent_log, received_log):
    ours = bound(socket.SOCK_DGRAM, source)
    print("ready", flush=True)
    exchange(ours, (address, int(port)), sent_log, received_log)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    {"serve-stream": serve_stream, "take-stream": take_stream, "far-datagrams": far_datagrams,
     "near-datagrams": near_datagrams}[sys.argv[1]](*sys.argv[2:])
