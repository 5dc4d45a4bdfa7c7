#!/usr/bin/env python3
"""Compares ways to send and to receive ESP packets on native IPv6 (raw_paths_bench.cpp): two namespaces, a
veth, rounds in which each way has its turn; medians. Wants root, iproute2, liburing-dev, libxdp-dev.

    tests/bench/raw_paths.py PROGRAM [--rounds 5] [--seconds 1] [--receive-rate 250000]

Send: through a router that is not there, so that the other end drops each packet first thing. Receive: at
a steady rate, and of a flood."""
import argparse
import os
import re
import statistics
import subprocess

SEND = ("raw", "raw-unlabelled", "raw-connected", "header", "header-bound", "header-connected", "packet",
        "ring-v2", "ring-v3", "uring", "uring-thread", "xdp", "udp-segments")
RECEIVE = ("raw", "raw-untold", "ring-v2", "ring-v3", "xdp", "xdp-driver")
LEFT, RIGHT, ROUTER, NOBODY = "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:1::1"
LEFT_HARDWARE, RIGHT_HARDWARE, NO_HARDWARE = (f"02:00:00:00:00:0{n}" for n in (1, 2, 3))


class Network:
    def __init__(self):
        self.left, self.right = (f"raw{os.getpid()}-{end}" for end in ("left", "right"))

    def __enter__(self):
        for name in (self.left, self.right):
            subprocess.run(["ip", "netns", "add", name], check=True)
        self.run(self.left, "ip link add eth0 address", LEFT_HARDWARE, "type veth peer name eth0 address",
                 RIGHT_HARDWARE, "netns", self.right)
        for name, address in ((self.left, LEFT), (self.right, RIGHT)):
            self.run(name, "sysctl -qw net.ipv6.conf.eth0.accept_dad=0")
            self.run(name, "ip addr add", address + "/64", "dev eth0 nodad")
            self.run(name, "ip link set lo up")
            self.run(name, "ip link set eth0 up")
            for neighbor, hardware in ((LEFT, LEFT_HARDWARE), (RIGHT, RIGHT_HARDWARE), (ROUTER, NO_HARDWARE)):
                self.run(name, "ip neigh replace", neighbor, "lladdr", hardware, "dev eth0 nud permanent")
            self.run(name, "ip route add default via", ROUTER)
        return self

    def __exit__(self, *_):
        for name in (self.left, self.right):
            subprocess.run(["ip", "netns", "del", name], check=False)

    @staticmethod
    def run(name, *words):
        subprocess.run(["ip", "netns", "exec", name, *" ".join(words).split()], check=True)


class Bench:
    def __init__(self, network, program, seconds):
        self.network, self.program, self.seconds = network, program, seconds

    def start(self, end, what, way, rate, remote, hardware):
        local = LEFT if end == self.network.left else RIGHT
        cpu = "0" if what == "send" else "1"
        process = subprocess.Popen(
            ["ip", "netns", "exec", end, "taskset", "-c", cpu, self.program, what, way, str(self.seconds), str(rate),
             "eth0", local, remote, hardware], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if process.stdout.readline().strip() != "ready":
            print(what, way, "is not to be had:", process.communicate()[1].strip())
            return None
        return process

    @staticmethod
    def result(process):
        """Packets a second, ns for each."""
        text = process.communicate()[0] if process else ""
        found = re.search(r"packets (\d+) seconds ([\d.]+) ns ([\d.]+)", text)
        return (int(found[1]) / float(found[2]), float(found[3])) if found else None

    def sending(self, way):
        return self.result(self.start(self.network.left, "send", way, 0, NOBODY, NO_HARDWARE))

    def receiving(self, way, rate):
        """Of the receiver, and of who sends to it."""
        receiver = self.start(self.network.right, "receive", way, 0, LEFT, LEFT_HARDWARE)
        if not receiver:
            return None
        sent = self.result(self.start(self.network.left, "send", "packet", rate, RIGHT, RIGHT_HARDWARE))
        received = self.result(receiver)
        return (*received, *sent) if received and sent else None


def median(rounds, column):
    return statistics.median(one[column] for one in rounds)


def show(sent, steady, flood):
    print("send               kpps   ns/packet")
    for way, rounds in sent.items():
        if rounds:
            print(f"{way:16} {median(rounds, 0) / 1e3:6.0f} {median(rounds, 1):10.0f}")
    print("receive          kpps   ns/packet   ns/packet of the sender | of a flood: kpps  ns/packet  kpps sent")
    for way in RECEIVE:
        if steady[way] and flood[way]:
            calm, storm = steady[way], flood[way]
            print(f"{way:14} {median(calm, 0) / 1e3:6.0f} {median(calm, 1):10.0f} {median(calm, 3):20.0f}"
                  f"{median(storm, 0) / 1e3:27.0f} {median(storm, 1):10.0f} {median(storm, 2) / 1e3:10.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--receive-rate", type=int, default=250000)
    options = parser.parse_args()
    sent, steady, flood = ({way: [] for way in ways} for ways in (SEND, RECEIVE, RECEIVE))
    with Network() as network:
        bench = Bench(network, options.program, options.seconds)
        for _ in range(options.rounds):
            for way in SEND:
                sent[way] += filter(None, [bench.sending(way)])
            for way in RECEIVE:
                steady[way] += filter(None, [bench.receiving(way, options.receive_rate)])
                flood[way] += filter(None, [bench.receiving(way, 0)])
    show(sent, steady, flood)


if __name__ == "__main__":
    main()
