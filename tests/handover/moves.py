"""The kinds of moves. Each is made on a topology before the peer starts, plugs what it wants plugged, and then moves:
`move` returns when the old link was lost (`lost`) and when the new one was usable (`usable`), by time.time()."""
import json
import time

from instrument import CORRESPONDENT, SLOWNESS

OTHER = {"A": "B", "B": "A"}
UPLINK_ON = {"A": "uplink", "B": "uplink2"}  # where there are two
PREFERRED = 100  # a route metric better than that of a router advertisement's route, 1024


class Kind:
    uplinks = ("uplink",)
    period = 0.85      # seconds from one move to the next, at the least
    settle = 0.3       # seconds for which packets have gone through again before the next
    patience = 15 * SLOWNESS  # seconds for them to do so
    measure = "from_usable"  # the gap that says most of this kind

    def __init__(self, topology, held_out=0.5):
        self.topology, self.held_out = topology, held_out
        self.plug()

    def plug(self):
        for link in ("B", "A"):
            self.topology.move(link)
            self.introduce("uplink")

    def introduce(self, uplink):
        """The router of the link gets to know the mobile node: the first visit to a network would cost one more round
        trip, in which the router may drop and reorder what waits for its neighbour discovery."""
        self.topology.run("mn", f"ping -n -c 1 -i 0.2 -w 20 -I {uplink} {CORRESPONDENT}")

    def moved(self, peer, since):
        """Waits until the peer has done what is not seen in the flows; whether it has."""
        return True

    def recover(self):
        """Undoes what the move broke, once its end was seen."""


class Unmoved(Kind):
    """Nothing happens: the control of all others."""
    name, measure = "unmoved", "silence"

    def move(self, _):
        now = time.time()
        return {"to": "A", "lost": now, "usable": now}


class BreakBeforeMake(Kind):
    """One cable, pulled and plugged into the other link at once."""
    name = "break-before-make"

    def move(self, _):
        to = OTHER[self.topology.at["mn", "uplink"]]
        moved = self.topology.move(to)
        return {"to": to, "lost": moved["lost"], "usable": moved["usable"]}


class Restless(BreakBeforeMake):
    """The same each half second, whatever has become of the flows."""
    name, period, settle, patience = "restless", 0.5, 0, 0


class Blackout(Kind):
    """The same, but the cable is in no link for a while."""
    name = "blackout"

    def move(self, _):
        to = OTHER[self.topology.at["mn", "uplink"]]
        with self.topology.addresses("mn") as watch:
            lost = time.time()
            self.topology.unplug()
            time.sleep(max(0.0, lost + self.held_out - time.time()))
            self.topology.plug(to)
            _, usable = watch.wait(*self.topology.prefixes(to))
        return {"to": to, "lost": lost, "usable": usable}


class Double(Kind):
    """Two cables, both plugged and working."""
    uplinks, measure = tuple(UPLINK_ON.values()), "silence"

    def plug(self):
        for link, uplink in UPLINK_ON.items():
            self.topology.move(link, uplink=uplink)
            self.introduce(uplink)


class MakeBeforeBreak(Double):
    """The host prefers the other link: its default route gets the better metric. Nothing is broken."""
    name, settle = "make-before-break", 0.4

    def plug(self):
        super().plug()
        self.gateways = {link: self._gateway(link, uplink) for link, uplink in UPLINK_ON.items()}
        self.to = "A"
        self._prefer("A")

    def _gateway(self, link, uplink):
        deadline = time.monotonic() + 10 * SLOWNESS
        while time.monotonic() < deadline:
            if routes := json.loads(self.topology.run("mn", f"ip -j -6 route show default dev {uplink}") or "[]"):
                return routes[0]["gateway"]
            time.sleep(0.02)
        raise TimeoutError(f"no router on link {link}")

    def _prefer(self, link):
        self.topology.ip("mn", f"route replace ::/0 via {self.gateways[link]} dev {UPLINK_ON[link]} "
                               f"metric {PREFERRED}")

    def move(self, _):
        self.to, now = OTHER[self.to], time.time()
        self._prefer(self.to)
        return {"to": self.to, "lost": now, "usable": now}

    def moved(self, peer, since):
        while peer.name == "godwit" and time.time() < since + self.patience:
            if peer.uplink_in_use() == UPLINK_ON[self.to]:
                return True
            time.sleep(0.02)
        return peer.name != "godwit"


class Silent(Double):
    """The link in use carries nothing any more and stays up; the other one works, and is known to."""
    name, period, settle, patience, measure = "silent", 1.0, 1.0, 40 * SLOWNESS, "from_lost"

    def move(self, peer):
        peer.wait_warm()
        self.dead = next(link for link, uplink in UPLINK_ON.items() if uplink == peer.uplink_in_use())
        self.topology.change(self.dead, "blackhole on")
        now = time.time()
        return {"to": OTHER[self.dead], "lost": now, "usable": now}

    def recover(self):
        self.topology.change(self.dead, "blackhole off")


KINDS = {kind.name: kind for kind in (Unmoved, BreakBeforeMake, MakeBeforeBreak, Silent, Blackout, Restless)}
