"""A node of a topology whose IPv6 is written here, in Scapy: it sees every frame of its interfaces, its kernel sees nothing
but neighbor discovery, and what it sends leaves past that kernel."""
import select
import threading

from wire import ETH_P_ALL, PACKET_OUTGOING, ethernet_address, other_end

BUFFER = 65536


class ScapyLink:
    """`on_packet(interface, packet, link_layer_address)` is called with each IPv6 packet that comes in, in a thread of its own."""

    def __init__(self, network, node, *interfaces):
        import socket
        self.network, self.node = network, node
        self.sockets = {interface: network.socket(node, socket.AF_PACKET, socket.SOCK_RAW, 0) for interface in interfaces}
        for interface, link in self.sockets.items():
            link.bind((interface, ETH_P_ALL))
        network.run(node, "nft add table ip6 scapy; nft add chain ip6 scapy arriving '{ type filter hook prerouting priority -400; }'")
        self.ended, self.thread = threading.Event(), threading.Thread(target=self._read, daemon=True)
        self.errors = []

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        for link in self.sockets.values():
            link.close()
        assert not self.errors, self.errors

    def keep_from_kernel(self, *matches):
        for match in matches:
            self.network.run(self.node, f"nft add rule ip6 scapy arriving {match} drop")

    def _read(self):
        from scapy.layers.inet6 import IPv6
        by_socket = {link: interface for interface, link in self.sockets.items()}
        while not self.ended.is_set():
            for link in select.select(list(by_socket), [], [], 0.05)[0]:
                try:
                    frame, address = link.recvfrom(BUFFER)
                except OSError:  # the interface is down; it comes back
                    continue
                if address[2] != PACKET_OUTGOING and frame[12:14] == b"\x86\xdd":
                    try:
                        self.on_packet(by_socket[link], IPv6(frame[14:]), frame[6:12])
                    except Exception as error:  # a thread's are nobody's, else
                        self.errors.append(repr(error))

    def send(self, interface, packet, to=None):
        """`to`: a link-layer address; without it that of the router."""
        to = to or ethernet_address(self.network, *other_end(self.network, self.node, interface))
        octets = to + ethernet_address(self.network, self.node, interface) + b"\x86\xdd" + bytes(packet)
        try:
            self.sockets[interface].send(octets)
        except OSError:  # the cable is out
            pass

    def answer_solicitation(self, interface, packet, link_layer_address, target):
        """RFC 4861 §7.2.4: who asks for an address that is only Scapy's."""
        from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, IPv6
        if ICMPv6ND_NS not in packet or packet[ICMPv6ND_NS].tgt != target or packet.src == "::":
            return False
        own = ethernet_address(self.network, self.node, interface)
        self.send(interface, IPv6(src=target, dst=packet.src, hlim=255) / ICMPv6ND_NA(tgt=target, R=0, S=1, O=1)
                  / ICMPv6NDOptDstLLAddr(lladdr=own.hex(":")), link_layer_address)
        return True


def echo_answer(packet):
    """To an echo request, or None."""
    from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
    if ICMPv6EchoRequest not in packet:
        return None
    asked = packet[ICMPv6EchoRequest]
    return IPv6(src=packet.dst, dst=packet.src) / ICMPv6EchoReply(id=asked.id, seq=asked.seq, data=asked.data)


def again(packet):
    """The packet as it stands, for Scapy to put behind another header."""
    from scapy.layers.inet6 import IPv6
    return IPv6(bytes(packet))
