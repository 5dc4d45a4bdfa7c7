"""A mobile node in Scapy, for `protection = "none"`, in the place of godwit: RFC 6275 §11 with a tunnel of its own, which
answers and sends echo requests of the home address."""
import queue
import time

from deployment import PATIENCE
from scapy_link import ScapyLink, again, echo_answer
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT
from wire import BINDING_ACKNOWLEDGEMENT, IPV6_IN_IPV6, checksum_is_right, mobility_header


class TravellingMobileNode(ScapyLink):
    def __init__(self, deployment):
        super().__init__(deployment.topology, "mn", "uplink")
        self.keep_from_kernel("ip6 nexthdr != 58")
        self.care_of, self.sequence = None, 0  # care_of: None at home
        self.acknowledgements, self.answers = queue.Queue(), []
        self.tunnelled, self.native = 0, 0  # echo requests for the home address

    def on_packet(self, interface, packet, link_layer_address):
        header = mobility_header(packet)
        if header is not None and header.mhtype == BINDING_ACKNOWLEDGEMENT:
            assert checksum_is_right(packet)
            self.acknowledgements.put((packet, header))
        elif packet.nh == IPV6_IN_IPV6 and (packet.src, packet.dst) == (HOME_AGENT, self.care_of):
            self.tunnelled += self.on_inner(again(packet.payload))
        elif packet.dst == HOME_ADDRESS and self.care_of is None:
            self.native += self.on_inner(packet)
        elif self.care_of is None:
            self.answer_solicitation(interface, packet, link_layer_address, HOME_ADDRESS)

    def on_inner(self, inner):
        """Whether it is an echo request for the home address."""
        from scapy.layers.inet6 import ICMPv6EchoReply
        answer = echo_answer(inner) if inner.dst == HOME_ADDRESS else None
        if answer is not None:
            self.send_inner(answer)
        if inner.dst == HOME_ADDRESS and ICMPv6EchoReply in inner:
            self.answers.append(inner[ICMPv6EchoReply].seq)
        return answer is not None

    def send_inner(self, inner):
        """From the home address: away through the tunnel (RFC 6275 §11.3.1), at home as it is."""
        from scapy.layers.inet6 import IPv6
        self.send("uplink", inner if self.care_of is None else IPv6(src=self.care_of, dst=HOME_AGENT) / inner)

    def ask(self, number, destination=CORRESPONDENT):
        from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
        self.send_inner(IPv6(src=HOME_ADDRESS, dst=destination) / ICMPv6EchoRequest(id=77, seq=number))

    def wait_for_answer(self, number):
        deadline = time.monotonic() + PATIENCE
        while number not in self.answers:
            assert time.monotonic() < deadline, f"no answer to {number}"
            self.ask(number)
            time.sleep(0.05)

    def update(self, lifetime=150):
        """Registers the present care-of address, or at home gives the binding up; the acknowledgement's packet and header."""
        from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, MIP6MH_BU, MIP6OptAltCoA
        self.sequence += 1
        source = self.care_of or HOME_ADDRESS
        packet = IPv6(src=source, dst=HOME_AGENT)
        if self.care_of:
            packet /= IPv6ExtHdrDestOpt(options=[HAO(hoa=HOME_ADDRESS)])
        packet /= MIP6MH_BU(flags="AH", reserved=0, seq=self.sequence, mhtime=lifetime, options=[MIP6OptAltCoA(acoa=source)])
        self.send("uplink", packet)
        return self.acknowledgements.get(timeout=PATIENCE)

    def move(self, link):
        moved = self.network.move(link)
        self.care_of = moved["address"] if link != "home" else None
        return self.update(150 if self.care_of else 0)
