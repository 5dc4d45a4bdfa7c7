"""The wire as others see it: captures, tshark's and Scapy's reading of them, packets put on a link by hand."""
import os
import socket
import struct
import subprocess
import threading
import time

ETH_P_ALL, ETH_P_IPV6 = 3, 0x86dd
SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS, PACKET_OUTGOING = 26, 33, 35, 4
BINDING_UPDATE, BINDING_ACKNOWLEDGEMENT, ESP, IPV6_IN_IPV6, PARAMETER_PROBLEM = 5, 6, 50, 41, 4
PCAP_HEADER = struct.pack("=IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1)  # nanoseconds, Ethernet


class Capture:
    """Every packet of an interface of a node, both ways, from `with` to its end: nothing at either edge is missed.
    `kernel_filter` is a classic BPF program, a list of (code, jt, jf, k)."""

    def __init__(self, topology, node, interface, kernel_filter=None, directory=None):
        self.path = (directory or topology.directory) / f"{node}-{interface}-{time.monotonic_ns()}.pcap"
        self.socket = topology.socket(node, socket.AF_PACKET, socket.SOCK_RAW, 0)
        enlarge_receive_buffer(self.socket, 64 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        if kernel_filter:
            self._attach(kernel_filter)
        self.socket.bind((interface, ETH_P_ALL))
        self.path.write_bytes(PCAP_HEADER)
        self.ended, self.thread, self.count = threading.Event(), threading.Thread(target=self._read, daemon=True), 0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if not self.ended.is_set():
            self.ended.set()
            self.thread.join()
            self.socket.close()
        return self

    def _attach(self, program):
        import ctypes
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *line) for line in program))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER,
                               struct.pack("@HP", len(program), ctypes.addressof(code)))

    def _read(self):
        self.socket.settimeout(0.05)
        with open(self.path, "ab") as file:
            while True:
                try:
                    frame, ancillary, _, _ = self.socket.recvmsg(65536, 64)
                except TimeoutError:
                    if self.ended.is_set():  # and what came before has been read
                        return
                    continue
                except OSError:  # the interface went down; it may come back
                    time.sleep(0.01)
                    if self.ended.is_set():
                        return
                    continue
                seconds, nanoseconds = struct.unpack("=qq", ancillary[0][2])
                file.write(struct.pack("=IIII", seconds, nanoseconds, len(frame), len(frame)) + frame)
                file.flush()
                self.count += 1

    # Reading what there is so far

    def octets(self):
        return self.path.read_bytes()

    def packets(self):
        """Scapy's IPv6 packets, oldest first."""
        from scapy.layers.inet6 import IPv6
        from scapy.utils import rdpcap
        return [packet[IPv6] for packet in rdpcap(str(self.path)) if IPv6 in packet]

    def mobility(self, kind):
        """Those with a Mobility Header of this type."""
        return [packet for packet in self.packets() if mobility_header(packet) is not None
                and mobility_header(packet).mhtype == kind]

    def tshark(self, wanted, *fields):
        """A row of tshark's values for each packet that its display filter wants."""
        command = ["tshark", "-n", "-r", self.path, "-Y", wanted, "-T", "fields", "-E", "occurrence=a"]
        shown = fields or ("frame.number",)
        done = subprocess.run(command + [part for field in shown for part in ("-e", field)], text=True, check=True,
                              capture_output=True, env=os.environ | {"WIRESHARK_CONFIG_DIR": str(self.path.parent)})
        return [line.split("\t") for line in done.stdout.splitlines()]


def enlarge_receive_buffer(receiving, octets):
    """In a user namespace only as far as net.core.rmem_max allows."""
    try:
        receiving.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, octets)
    except PermissionError:
        receiving.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)


def of_parameter_problems():
    """A BPF program for ICMPv6 Parameter Problems that leave; ICMPv6 errors have no extension headers before them."""
    return [(0x30, 0, 0, 0xfffff004), (0x15, 0, 7, PACKET_OUTGOING), (0x28, 0, 0, 12), (0x15, 0, 5, ETH_P_IPV6), (0x30, 0, 0, 20), (0x15, 0, 3, 58),
            (0x30, 0, 0, 54), (0x15, 0, 1, PARAMETER_PROBLEM), (0x06, 0, 0, 65535), (0x06, 0, 0, 0)]


def mobility_header(packet):
    """Scapy's Mobility Header of an IPv6 packet that has one behind its extension headers, else None."""
    from scapy.layers.inet6 import IPv6ExtHdrDestOpt, IPv6ExtHdrRouting, MIP6MH_Generic, _MobilityHeader
    layer = packet.payload
    while isinstance(layer, (IPv6ExtHdrDestOpt, IPv6ExtHdrRouting)):
        layer = layer.payload
    return layer if isinstance(layer, (_MobilityHeader, MIP6MH_Generic)) else None


def checksum_is_right(packet):
    """RFC 6275 §6.1.1: over the pseudo-header with the home address in place of the care-of address."""
    from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrRouting, in6_chksum
    message = bytes(mobility_header(packet))
    source, destination = packet.src, packet.dst
    if packet.haslayer(HAO):
        source = packet[HAO].hoa
    if packet.haslayer(IPv6ExtHdrRouting):
        destination = packet[IPv6ExtHdrRouting].addresses[0]
    return in6_chksum(135, IPv6(src=source, dst=destination), message) == 0


def last_header(packet):
    """The number of the first header that is no extension header."""
    number, layer = packet.nh, packet.payload
    while number in (0, 43, 60):
        number, layer = layer.nh, layer.payload
    return number


def inject(topology, node, interface, packets):
    """Sends IPv6 packets (octets, or Scapy's) out of a node's interface as they stand, past the node's own stack."""
    header = ethernet_address(topology, *other_end(topology, node, interface)) + ethernet_address(
        topology, node, interface) + struct.pack("!H", ETH_P_IPV6)
    with topology.socket(node, socket.AF_PACKET, socket.SOCK_RAW, 0) as link:
        link.bind((interface, ETH_P_IPV6))
        for packet in packets:
            link.send(header + bytes(packet))


def other_end(topology, node, interface):
    """Who receives what a node sends out of an interface: (node, interface)."""
    if node == "mn":
        link = topology.at[node, interface]
        return ("ha", "home") if link == "home" else ("rt", link)
    return {"ha": ("ha", "wan"), "wan": ("rt", "ha")}.get(interface, ("mn", "uplink"))


def ethernet_address(topology, node, interface):
    return bytes.fromhex(topology.run(node, f"cat /sys/class/net/{interface}/address").strip().replace(":", ""))
