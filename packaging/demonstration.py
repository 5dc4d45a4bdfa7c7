#!/usr/bin/python3
"""The main job, shown: one download, one TCP connection, three moves. Run by packaging/try."""
import concurrent.futures
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from deployment import Deployment, programs_missing  # noqa: E402  (the path comes first)
from silence import Pinger, gap  # noqa: E402
from topology import CORRESPONDENT, HERE, HOME_ADDRESS, HOME_AGENT, Topology  # noqa: E402

MEGABYTES, RATE, PORT = 120, 8, 8080  # of the download; MB/s at the server; TCP
MOVES = (("A", 0.2), ("B", 0.45), ("home", 0.7))  # to which link, at which part of the download

PICTURE = f"""\
   correspondent {CORRESPONDENT}            home agent {HOME_AGENT}
        |                                       |
        +------------ core router --------------+----- home link 2001:db8:f::/64
                       |        |
                  link A        link B
         2001:db8:a::/64        2001:db8:b::/64"""


class Download(threading.Thread):
    """One HTTP transfer in the mobile node's namespace, by this process."""

    def __init__(self, topology):
        super().__init__(daemon=True)
        self.socket = topology.socket("mn", socket.AF_INET6, socket.SOCK_STREAM)
        self.received, self.digest, self.arrivals, self.failure = 0, hashlib.sha256(), [], None

    def run(self):
        try:
            self.socket.connect((CORRESPONDENT, PORT))
            self.socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
            stream = self.socket.makefile("rb")
            while stream.readline() not in (b"\r\n", b""):
                pass
            while data := stream.read1(1 << 18):
                self.digest.update(data)
                self.received += len(data)
                self.arrivals.append(time.time())
        except OSError as error:
            self.failure = str(error)


class View:
    """The live picture on a terminal; elsewhere a line whenever something happens."""

    def __init__(self, plain):
        self.live = sys.stdout.isatty() and not plain
        self.began, self.drawn, self.last = time.monotonic(), 0, None

    def show(self, lines, news, detail):
        """`lines` are drawn over those drawn before. `news` is printed when it changes, with `detail` behind it."""
        if self.live:
            width = shutil.get_terminal_size().columns
            sys.stdout.write(f"\x1b[{self.drawn}F" * bool(self.drawn)
                             + "".join(line[:width - 1] + "\x1b[K\n" for line in lines))
            sys.stdout.flush()
            self.drawn = len(lines)
        elif news != self.last:
            print(f"{time.monotonic() - self.began:5.1f} s  {news}; {detail}", flush=True)
            self.last = news


class Show:
    def __init__(self, topology, plain):
        self.topology, self.view, self.moves = topology, View(plain), []
        self.deployment = Deployment(topology)
        self.content = topology.directory / "download"
        self.content.write_bytes(os.urandom(MEGABYTES * 1_000_000))
        self.speeds = []  # (time, octets so far)

    def run(self):
        print(PICTURE, end="\n\n", flush=True)
        self.topology.plug("home")
        self.deployment.start_all()
        self.deployment.wait_home()
        server = self.topology.start(
            "cn", f"{sys.executable} -B {HERE}/traffic.py serve {CORRESPONDENT} {PORT} {self.content} {RATE}")
        server.stdout.readline()
        self.pinger, self.download = Pinger(self.topology), Download(self.topology)
        self.download.start()
        plan, moving = list(MOVES), None
        with concurrent.futures.ThreadPoolExecutor(1) as mover:
            while self.download.is_alive() or moving:
                if moving and moving.done():
                    self.moves.append(moving.result())
                    moving = None
                if plan and not moving and self.download.received >= plan[0][1] * MEGABYTES * 1e6:
                    moving = mover.submit(self.move, *plan.pop(0))
                self.draw()
                time.sleep(0.1)
        self.draw()
        time.sleep(1)  # a last second of ping
        self.pinger.stop()
        return self.summary()

    def move(self, link, _):
        before = self.topology.at["mn", "uplink"]
        return {"from": before, "to": link} | self.deployment.move(link)

    def throughput(self):
        """MB/s over the last second."""
        now = time.monotonic()
        self.speeds = [(at, octets) for at, octets in self.speeds if at > now - 1] + [(now, self.download.received)]
        (start, first), (end, last) = self.speeds[0], self.speeds[-1]
        return (last - first) / (end - start) / 1e6 if end > start else 0.0

    def draw(self):
        try:
            status = self.deployment.status()
        except OSError:
            status = {"state": "no answer", "care_of_address": None, "tunnel": None}
        done, speed = self.download.received / MEGABYTES / 1e6, self.throughput()
        link = self.topology.at["mn", "uplink"] or "nowhere"
        tunnel = status["tunnel"] or {}
        lines = [f"mobile node      {HOME_ADDRESS}, plugged into {link}",
                 f"state            {status['state']}",
                 f"care-of address  {status['care_of_address'] or '-'}",
                 f"tunnel           {tunnel.get('protection') or '-'} {tunnel.get('suite') or ''}",
                 f"download         [{'#' * int(done * 40):40}] {self.download.received / 1e6:.0f} of {MEGABYTES} MB",
                 f"throughput       {speed:.1f} MB/s", ""]
        lines += [self.told(moved) for moved in self.moves] + [""] * (len(MOVES) - len(self.moves))
        self.view.show(lines, f"plugged into {link}: {status['state']}, care-of {status['care_of_address'] or '-'}",
                       f"{self.download.received / 1e6:.0f} of {MEGABYTES} MB, {speed:.1f} MB/s")

    def told(self, moved):
        try:
            gone, late = gap(self.pinger.arrivals(), moved)
        except AssertionError:
            return f"{moved['from']} -> {moved['to']}: nothing arrives yet"
        return (f"{moved['from']:>4} -> {moved['to']:<4}  silent for {gone:4.0f} ms, "
                f"for {late:4.0f} ms of them with the new address")

    def summary(self):
        with open(self.content, "rb") as file:
            expected = hashlib.file_digest(file, "sha256").hexdigest()
        got, source = self.download.digest.hexdigest(), self.download.socket.getsockname()[0]
        checks = [(not self.download.failure, f"one TCP connection, from {source}"
                   + (f": {self.download.failure}" if self.download.failure else "")),
                  (source == HOME_ADDRESS, f"it used the home address {HOME_ADDRESS}"),
                  (len(self.moves) == len(MOVES), f"{len(self.moves)} moves while it ran"),
                  (self.download.received == MEGABYTES * 10**6, f"{self.download.received} octets arrived"),
                  (got == expected, f"sha256 sent     {expected}\n       sha256 arrived  {got}")]
        print("\nSummary")
        for moved in self.moves:
            print("      ", self.told(moved))
        for good, text in checks:
            print("ok    " if good else "FAILED", text)
        return all(good for good, _ in checks)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))  # exceptions, so that all is removed
    signal.signal(signal.SIGHUP, lambda *_: sys.exit("terminal closed"))
    if lacks := programs_missing():
        sys.exit(f"missing: {', '.join(lacks)}; packaging/try builds them")
    try:
        with Topology() as topology:
            good = Show(topology, "--plain" in sys.argv).run()
    except (AssertionError, TimeoutError, RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"FAILED: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
    print("The connection lived through every move." if good else "Something did not work; see FAILED above.")
    sys.exit(0 if good else 1)


main()
