"""Flows between the mobile node's home address and the correspondent of which every packet is written down: the
tests' side of godwit_flow (tests/flow). Times are seconds of time.time().

A direction is "up", from the mobile node, or "down". UDP goes both ways at once; TCP has a connection for each."""
import os
import pathlib
import struct
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))
from topology import CORRESPONDENT, SLOWNESS  # noqa: E402

PROGRAM = os.environ.get("GODWIT_FLOW", str(ROOT / "build/release/tests/flow/godwit_flow"))
DIRECTIONS = ("up", "down")
POLL = 0.02  # seconds between two questions to the flows
HEADER, SENT, RECEIVED, PROGRESS = (struct.Struct(form) for form in ("=8sQQQ", "=qIi", "=qqII", "=qQ"))


class Datagram(NamedTuple):
    """One that arrived."""
    at: float
    sent_at: float
    number: int


class Direction(NamedTuple):
    sent: list      # (at, number, error): the error is 0 if the system took it
    received: list  # of Datagram, as they came
    dropped: int    # by the receiver's kernel, for want of room in the socket: the instrument's own loss


class End:
    """A running godwit_flow."""

    def __init__(self, topology, node, kind, name, *options):
        self.path = topology.directory / f"flow-{name}"
        words = map(str, (PROGRAM, kind, "--log", self.path, *options))
        self.process = topology.start(node, " ".join(words), stdin=subprocess.PIPE)
        topology._ready(self.process)

    def tell(self, word):
        """A command's answer: how many have arrived, and when the newest of them was sent (of TCP: arrived)."""
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 4:
            raise RuntimeError(f"{self.path.name} has ended: {' '.join(answer)}")
        return int(answer[1]), int(answer[3]) / 1e9

    def log(self):
        """Ends it. The header's numbers and the rest of the log."""
        self.tell("end")
        if self.process.wait(60 * SLOWNESS):
            raise RuntimeError(f"{self.path.name}: status {self.process.returncode}")
        octets = self.path.read_bytes()
        return HEADER.unpack_from(octets)[1:], octets[HEADER.size:]


class Flows:
    """UDP at `rate` datagrams a second of `size` octets in each direction, or at a rate for each ({"up": 9000, "down":
    100}), and TCP of `tcp` octets a second in each if asked for. `source` is the mobile node's address that the tunnel
    keeps."""

    def __init__(self, topology, source, rate=1000, size=100, tcp=None, port=7100):
        rates = rate if isinstance(rate, dict) else dict.fromkeys(DIRECTIONS, rate)
        both = ("--port", port, "--size", size)
        self.far = End(topology, "cn", "datagrams", "far", "--bind", CORRESPONDENT, "--rate", rates["down"], *both)
        self.near = End(topology, "mn", "datagrams", "near", "--bind", source, "--to", CORRESPONDENT, "--rate",
                        rates["up"], *both)
        self.streams = {direction: self._stream(topology, source, direction, tcp, port + 1 + number)
                        for number, direction in enumerate(DIRECTIONS) if tcp}

    @staticmethod
    def _stream(topology, source, direction, rate, port):
        sender, receiver = ("mn", "cn") if direction == "up" else ("cn", "mn")
        ends = {}
        for node, options in (("cn", ("--bind", CORRESPONDENT)), ("mn", ("--bind", source, "--to", CORRESPONDENT))):
            ends[node] = End(topology, node, "stream", f"tcp-{direction}-{node}", *options, "--port", port,
                             *(("--rate", rate, "--send") if node == sender else ()))
        return ends[sender], ends[receiver]

    def under_way(self, seconds=20 * SLOWNESS):
        """Itself, once packets pass in both directions."""
        if not self.wait_both_ways(time.time(), seconds):
            raise TimeoutError("no packets in both directions")
        return self

    def wait_both_ways(self, since, seconds):
        """Waits until datagrams that were sent since then have arrived at both ends; when that was seen, or None."""
        deadline = time.time() + seconds
        while (now := time.time()) < deadline:
            if all(end.tell("state")[1] >= since for end in (self.near, self.far)):
                return now
            time.sleep(POLL)
        return None

    def wait_streams(self, since, seconds):
        """Waits until TCP has brought something since then in both directions, if there is any TCP."""
        deadline = time.time() + seconds
        while any(receiver.tell("state")[1] < since for _, receiver in self.streams.values()):
            if time.time() > deadline:
                return
            time.sleep(POLL)

    def end(self, drain=1.0):
        """Stops sending, waits for what is still on its way, and reads everything: (UDP by direction, the times of
        TCP's arrivals by direction)."""
        ends = [self.near, self.far, *(sender for sender, _ in self.streams.values())]
        for end in ends:
            end.tell("quiet")
        time.sleep(drain)
        arrivals = {direction: progress(receiver) for direction, (_, receiver) in self.streams.items()}
        for sender, _ in self.streams.values():
            sender.log()
        near, far = (datagrams(end) for end in (self.near, self.far))
        return {"up": Direction(near[0], far[1], far[2]), "down": Direction(far[0], near[1], near[2])}, arrivals


def datagrams(end):
    """What an end sent, what it received, and how many its kernel dropped."""
    (sent, received, dropped), octets = end.log()
    middle = sent * SENT.size
    assert len(octets) == middle + received * RECEIVED.size, f"{end.path} is incomplete"
    return ([(at / 1e9, number, error) for at, number, error in SENT.iter_unpack(octets[:middle])],
            [Datagram(at / 1e9, sent_at / 1e9, number)
             for at, sent_at, number, _ in RECEIVED.iter_unpack(octets[middle:])], dropped)


def progress(end):
    return [at / 1e9 for at, _ in PROGRESS.iter_unpack(end.log()[1])]
