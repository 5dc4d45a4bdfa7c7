"""A home agent in Scapy, for `protection = "none"`, in the place of godwit-ha: RFC 6275 §10 as far as a mobile node sees it.

What it answers can be changed: `refuse_with` gives the statuses of the next acknowledgements, `grant` the lifetime (in units
of 4 s) at most, `is_silent` whether it answers at all."""
import threading
import time

from deployment import PATIENCE
from scapy_link import ScapyLink, again
from topology import HOME_ADDRESS, HOME_AGENT
from wire import BINDING_UPDATE, IPV6_IN_IPV6, checksum_is_right, last_header, mobility_header

UNKNOWN_BINDING, UNRECOGNIZED_TYPE = 1, 2  # RFC 6275 §6.1.9


class ScapyHomeAgent(ScapyLink):
    def __init__(self, network):
        super().__init__(network, "ha", "wan", "home")
        # The kernel goes on routing for whoever is at home.
        self.keep_from_kernel(*(f"ip6 daddr {HOME_AGENT} ip6 nexthdr {{ {headers} }}" for headers in ("43, 60, 135, 41",)))
        self.bindings, self.updates, self.changed = {}, [], threading.Condition()
        self.refuse_with, self.grant, self.is_silent, self.sent, self.tunnelled = [], 0xFFFF, False, 0, 0

    # Receiving

    def on_packet(self, interface, packet, link_layer_address):
        header = mobility_header(packet)
        if header is not None and header.mhtype == BINDING_UPDATE and packet.dst == HOME_AGENT:
            self.on_update(interface, packet, header, link_layer_address)
        elif packet.dst == HOME_AGENT and last_header(packet) == IPV6_IN_IPV6:
            self.on_tunnelled(packet)
        elif packet.dst in self.bindings and interface == "wan":
            self.tunnel(again(packet))

    def on_update(self, interface, packet, header, link_layer_address):
        from scapy.layers.inet6 import HAO, MIP6OptAltCoA
        home = packet[HAO].hoa if HAO in packet else packet.src
        care_of = next((option.acoa for option in header.options if isinstance(option, MIP6OptAltCoA)), packet.src)
        update = {"home": home, "care_of": care_of, "source": packet.src, "sequence": header.seq, "lifetime": header.mhtime, "at": time.monotonic(),
                  "flags": str(header.flags), "checksum_is_right": checksum_is_right(packet), "has_home_address_option": HAO in packet}
        with self.changed:
            self.updates.append(update)
            self.changed.notify_all()
        if self.is_silent:
            return
        status = self.refuse_with.pop(0) if self.refuse_with else 0
        if status < 128:
            self.bind(home, care_of, header)
        way = (interface, link_layer_address if interface == "home" else None)
        self.acknowledge(home, packet.src, status, self.sequence_in(status, header.seq), min(header.mhtime, self.grant), *way)

    @staticmethod
    def sequence_in(status, sequence):
        """With 135 the last one accepted, RFC 6275 §9.5.1."""
        return (sequence + 1000) % 65536 if status == 135 else sequence

    def bind(self, home, care_of, header):
        if header.mhtime and care_of != home:
            if home not in self.bindings:
                self.network.run("ha", f"nft add rule ip6 scapy arriving iifname wan ip6 daddr {home} drop")
            self.bindings[home] = care_of
        elif self.bindings.pop(home, None):
            self.network.run("ha", "nft flush chain ip6 scapy arriving")
            self.keep_from_kernel(f"ip6 daddr {HOME_AGENT} ip6 nexthdr {{ 43, 60, 135, 41 }}")

    def on_tunnelled(self, packet):
        self.tunnelled += 1  # whoever it is from
        inner = again(packet.payload)
        if self.bindings.get(inner.src) == packet.src:  # RFC 6275 §10.4.5
            self.send("wan", inner)

    # Sending

    def acknowledge(self, home, to, status, sequence, lifetime, interface="wan", link_layer_address=None):
        from scapy.layers.inet6 import IPv6, IPv6ExtHdrRouting, MIP6MH_BA
        answer = MIP6MH_BA(status=status, seq=sequence, mhtime=0 if status >= 128 else lifetime, flags=0)
        packet = IPv6(src=HOME_AGENT, dst=to)
        if to != home:
            packet /= IPv6ExtHdrRouting(type=2, segleft=1, addresses=[home])
        self.send(interface, packet / answer, link_layer_address)

    def tunnel(self, inner):
        from scapy.layers.inet6 import IPv6
        self.sent += 1
        self.send("wan", IPv6(src=HOME_AGENT, dst=self.bindings[inner.dst]) / inner)

    def binding_error(self, status, home=HOME_ADDRESS):
        from scapy.layers.inet6 import IPv6, MIP6MH_BE
        self.send("wan", IPv6(src=HOME_AGENT, dst=self.bindings[home]) / MIP6MH_BE(status=status, ha=home))

    def refresh_request(self, home=HOME_ADDRESS):
        """RFC 6275 §9.5.5: to the home address, so through the tunnel."""
        from scapy.layers.inet6 import IPv6, MIP6MH_BRR
        self.tunnel(again(IPv6(src=HOME_AGENT, dst=home) / MIP6MH_BRR(res2=0)))

    # Watching

    def wait_for_update(self, condition=lambda update: True, since=0, seconds=PATIENCE):
        """The first update from number `since` on that satisfies the condition."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                for update in self.updates[since:]:
                    if condition(update):
                        return update
                assert self.changed.wait(deadline - time.monotonic()) and time.monotonic() < deadline, f"no such update among {self.updates[since:]}"
