"""How long nothing arrived: the measure of a move."""
import re
import time

from topology import CORRESPONDENT, SLOWNESS

RATE = 100  # echo requests a second


class Pinger:
    """ping at 100 Hz from one node to an address, in the background."""

    def __init__(self, topology, node="mn", target=CORRESPONDENT, source=None):
        self.topology, self.path = topology, topology.directory / f"ping-{node}-{time.monotonic_ns()}"
        self.process = topology.start(node, f"ping -n -D -i {1 / RATE} {f'-I {source} ' if source else ''}{target}",
                                      log=self.path.name)

    def under_way(self, since=0):
        """Itself, once it has been answered since then, by time.time(): a move while it starts is not felt as it is."""
        patience = time.time() + 10 * SLOWNESS
        while not any(arrival >= since for arrival in self.arrivals()):
            assert time.time() < patience, "no echo request was answered"
            time.sleep(0.01)
        return self

    def stop(self):
        self.topology.stop(self.process)

    def arrivals(self):
        """The times of the answers, as time.time() has them."""
        return [float(stamp) for stamp in re.findall(r"^\[([\d.]+)\] \d+ bytes from .* time=", self.path.read_text(),
                                                     re.MULTILINE)]

    def longest(self, begin, end):
        """ms of the longest silence between two times, by time.time()."""
        times = [time for time in self.arrivals() if begin <= time <= end]
        return max(other - one for one, other in zip([begin, *times], [*times, end])) * 1e3

    def gap(self, moved, settle=1.0):
        """Of a move: ms from the loss of the old link to the end of the longest silence that began about then, and
        the part of them after the new address was usable. Waits until enough has been heard."""
        time.sleep(max(0.0, moved["served"] + settle - time.time()))
        return gap(self.arrivals(), moved)


def gap(times, moved):
    """As Pinger.gap, for the sorted times of any arrivals."""
    around = [time for time in times if time >= moved["lost"] - 1]
    silences = [(one, other) for one, other in zip(around, around[1:])
                if other > moved["lost"] and one < moved["served"] + 0.5]
    if not silences:
        raise AssertionError(f"nothing arrived after the move to {moved['address']}")
    end = max(silences, key=lambda silence: silence[1] - silence[0])[1]
    return (end - moved["lost"]) * 1e3, max(0.0, end - moved["usable"]) * 1e3
