"""One condition: moves of one kind, over links of one delay and one loss, under one peer. The result is a dict that
JSON can hold: every sample, and the sums."""
import json
import os
import random
import time

import figures
from instrument import DIRECTIONS, SLOWNESS, Flows
from moves import KINDS
from peers import PEERS, settle
from topology import Topology

TCP = 500_000  # octets a second in each direction
TCP_PATIENCE = 1 * SLOWNESS  # seconds for TCP to go on before the next move
JITTER = 0.1   # seconds by which moves keep out of step with the routers' advertisements


def run(peer, kind, delay, loss, moves, rate=1000, size=100, tcp=TCP, held_out=0.5):
    """`delay` in ms, one way; `loss` in percent; both on links A and B, in each direction."""
    chosen = KINDS[kind]
    impair = {link: f"--delay {delay:g} --loss {loss:g} --seed {seed}" for seed, link in enumerate("AB", 1)}
    with Topology(uplinks=chosen.uplinks, impair=impair) as topology:
        mover = chosen(topology, held_out=held_out)
        carrier = PEERS[peer](topology)
        carrier.start()
        try:
            flows = Flows(topology, carrier.source, rate, size, tcp).under_way()
            settle(0.5)
            used = Processor(carrier)
            done = make_moves(mover, carrier, flows, moves)
            processor = used.figures()
            datagrams, streams = flows.end(drain=1 + 4 * delay / 1e3)
            dropped = dropped_before_the_tunnel(topology)
        finally:
            carrier.stop()
    asked = {"peer": peer, "kind": kind, "delay_ms": delay, "loss_percent": loss, "rate": rate, "size": size,
             "tcp_octets_per_second": tcp, "held_out_ms": held_out * 1e3 if kind == "blackout" else 0}
    about = {"moves": moves, "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime(done[0]["lost"])),
             "processor": processor, "dropped_before_the_tunnel": dropped}
    return asked | about | evaluate(mover, done, datagrams, streams, delay / 1e3)


def make_moves(mover, carrier, flows, count):
    chance, done = random.Random(count), []
    for _ in range(count):
        began = time.time()
        moved = mover.move(carrier)
        has_moved = mover.moved(carrier, moved["lost"]) and mover.patience
        recovered = flows.wait_both_ways(moved["usable"], mover.patience) if has_moved else None
        done.append(moved | {"recovered": recovered})
        flows.wait_streams(recovered or 0, TCP_PATIENCE if mover.patience else 0)
        mover.recover()
        next_at = max(began + mover.period, time.time() + mover.settle)
        time.sleep(max(0.0, next_at + (chance.uniform(0, JITTER) if mover.settle else 0) - time.time()))
    return done


def evaluate(mover, done, datagrams, streams, delay):
    result = {"samples": [{"to": move["to"], "address_after": figures.milliseconds(move["usable"] - move["lost"]),
                           "recovered": move["recovered"] is not None} for move in done],
              "total": {}}
    quiet = datagrams["up"].sent[-1][0]
    for direction in DIRECTIONS:
        samples, total = figures.of_direction(datagrams[direction], done, delay, min(mover.settle, 0.3))
        result["total"][direction] = total
        for sample, found in zip(result["samples"], samples):
            sample[direction] = found
        for sample, stall in zip(result["samples"], figures.of_stream(streams.get(direction, []), done, quiet)):
            sample[f"tcp_{direction}"] = stall if streams else None
    return result


def dropped_before_the_tunnel(topology):
    """Packets for which a TUN device had no room, as the peer's program was not reading: {node: count}."""
    links = {node: json.loads(topology.run(node, "ip -j -s -d link show")) for node in ("mn", "ha")}
    return {node: sum(link["stats64"]["tx"]["dropped"] for link in some
                      if link.get("linkinfo", {}).get("info_kind") == "tun") for node, some in links.items()}


class Processor:
    """What the machine and the peer's programs use of the processors from now on."""

    def __init__(self, carrier):
        self.carrier, self.began = carrier, time.monotonic()
        self.then = self._now()

    def _now(self):
        """Seconds: of the programs, of the whole machine idle."""
        ticks = os.sysconf("SC_CLK_TCK")
        stats = [open(f"/proc/{process.pid}/stat").read() for process in self.carrier.processes()]
        own = sum(int(value) for stat in stats for value in stat.rpartition(")")[2].split()[11:13])
        idle = sum(map(int, open("/proc/stat").readline().split()[4:6]))
        return own / ticks, idle / ticks

    def figures(self):
        seconds = time.monotonic() - self.began
        own, idle = (now - then for now, then in zip(self._now(), self.then))
        return {"processors": os.cpu_count(), "programs": round(own / seconds, 3), "idle": round(idle / seconds, 3)}
