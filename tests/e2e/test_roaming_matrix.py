"""From each kind of access network to each, its own kind too, in one journey with a download and a UDP flow running.

A move's gap is from the moment that the mobile node has an address (where there are two, the first) to the first
datagram after it, in the direction that waits longer. GODWIT_WRITE_DOCS=1 writes docs/roaming-matrix.md."""
import dataclasses
import os
import pathlib
import platform
import time

import pytest
from access_networks import CORRESPONDENT, CORRESPONDENT_IP4, NETWORKS, ONE_WAY
from deployment import PATIENCE
from flows import Datagrams, Download
from network import HERE, SLOWNESS
from topology import HOME_ADDRESS

FIRST_TRY_WORKS = {"native", "nat44", "double-nat"}  # elsewhere what is tried first leads nowhere
LIMIT = {name: 2 * ONE_WAY + 50 if name in FIRST_TRY_WORKS else 1000 for name in NETWORKS}  # ms of a gap
ALLOWANCE = 3 * SLOWNESS  # for a machine that has other things to do
MARGIN = 0.5  # seconds before a move from which on what is lost is this move's
DOCUMENT = HERE.parents[1] / "docs/roaming-matrix.md"
HEADINGS = {"ip6": "IPv6 connections", "ip4": "IPv4 connections"}


@dataclasses.dataclass
class Move:
    origin: str
    target: str
    gone: float  # the cable; by time.time(), like `usable`
    usable: float
    resumed: float  # in both directions
    lost: int = 0  # datagrams

    @property
    def gap(self):
        """ms"""
        return max(0.0, self.resumed - self.usable) * 1e3

    def __str__(self):
        return f"{self.origin} -> {self.target}: {self.gap:.0f} ms, {self.lost} datagrams lost"


def every_move(networks):
    """A circuit that goes from each network to each, its own kind too, once (Hierholzer)."""
    left, stack, circuit = {name: list(networks) for name in networks}, [networks[0]], []
    while stack:
        if left[stack[-1]]:
            stack.append(left[stack[-1]].pop())
        else:
            circuit.append(stack.pop())
    return circuit[::-1]


def test_the_journey_goes_from_each_network_to_each_once():
    journey = every_move(NETWORKS)
    moves = list(zip(journey, journey[1:]))
    assert len(moves) == len(set(moves)) == len(NETWORKS) ** 2


def travel(topology, journey, download, datagrams):
    """Makes the moves, each once traffic flows after the one before; the download must go on after each."""
    moves = []
    for origin, target in zip(journey, journey[1:]):
        moved = topology.move(target)
        try:
            resumed = datagrams.wait_both_ways(moved["plugged"], PATIENCE)
            download.wait_for_more(PATIENCE)
        except (TimeoutError, AssertionError) as failure:
            raise AssertionError(f"{origin} -> {target}: {failure}") from failure
        moves.append(Move(origin, target, moved["lost"], moved["usable"], resumed))
        time.sleep(MARGIN + 0.2)  # whatever is on its way arrives, and the next move's losses are its own
    return moves


def count_losses(moves, datagrams):
    ends = [move.gone - MARGIN for move in moves[1:]] + [moves[-1].resumed + 0.1]
    for move, end in zip(moves, ends):
        move.lost = datagrams.lost(move.gone - MARGIN, end)


def home_address(deployment, version):
    if version == "ip6":
        return HOME_ADDRESS
    return deployment.wait("mn", lambda status: status.get("ipv4_home_address"))["ipv4_home_address"]


@pytest.mark.parametrize("version, correspondent", [("ip6", CORRESPONDENT), ("ip4", CORRESPONDENT_IP4)],
                         ids=["ip6", "ip4"])
def test_connections_live_through_every_move(deploy_roaming, report, version, correspondent):
    deployment = deploy_roaming(NETWORKS)
    home = home_address(deployment, version)
    download = Download(deployment.topology, home, correspondent)
    datagrams = Datagrams(deployment.topology, home, correspondent)
    datagrams.wait_both_ways(0, PATIENCE)
    moves = travel(deployment.topology, every_move(NETWORKS), download, datagrams)
    octets = download.stop()
    datagrams.stop()
    count_losses(moves, datagrams)
    report(f"{octets / 1e6:.0f} MB in one connection; datagrams doubled {datagrams.doubled()}, overtaken "
           f"{datagrams.overtaken()}; gap ms / datagrams lost\n" + table(moves))
    if os.environ.get("GODWIT_WRITE_DOCS") == "1":
        write(version, moves)
    late = [str(move) for move in moves if move.gap > LIMIT[move.target] * ALLOWANCE]
    assert not late, "\n".join(late)


# The table


def table(moves):
    cells = {(move.origin, move.target): f"{move.gap:.0f} / {move.lost}" for move in moves}
    names = list(dict.fromkeys(move.target for move in moves))
    names.sort(key=NETWORKS.index)
    rows = [["from \\ to", *names], ["---"] * (len(names) + 1),
            *([origin, *(cells.get((origin, target), "") for target in names)] for origin in names)]
    return "\n".join("| " + " | ".join(f"{cell:10}" for cell in row) + " |" for row in rows)


INTRODUCTION = """# Roaming from each kind of access network to each

One journey of {count} moves with a download of 2 MB/s and a UDP flow of {rate} datagrams a second in each direction,
all of which lived through every move. A cell is the gap in ms / the datagrams lost in both directions. The gap is from
the moment that the mobile node has an address in the new network to the first datagram after it, in the direction that
waits longer. Each network is {delay} ms away, so a round trip takes {round_trip} ms. The networks are those of
`tests/e2e/access_networks.py`: in `udp-only`, `broken6` and `nat64` what is tried first leads nowhere.

`GODWIT_WRITE_DOCS=1 tests/run e2e -k roaming_matrix` writes this file.
"""


def write(version, moves):
    """Puts the table into its section of the document, and leaves the others as they are."""
    old = DOCUMENT.read_text() if DOCUMENT.exists() else ""
    sections = {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in old.split("\n## ")[1:]}
    sections[HEADINGS[version]] = f"{time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}.\n\n{table(moves)}"
    introduction = INTRODUCTION.format(count=len(moves), rate=100, delay=ONE_WAY, round_trip=2 * ONE_WAY)
    DOCUMENT.write_text(introduction + "".join(f"\n## {heading}\n\n{sections[heading]}\n"
                                               for heading in HEADINGS.values() if heading in sections))


def machine():
    names = [line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return f"{os.cpu_count()} processors ({names[0] if names else platform.machine()}), Linux {platform.release()}"
