"""What a locked mobile node may send, and which of the frames of a capture are something else."""
from wire import last_header

IPV4_IN_IPV6, IPV6_IN_IPV6, UDP, ESP, ICMPV6, MOBILITY_HEADER = 4, 41, 17, 50, 58, 135
LINK_TYPES = (130, 131, 132, 133, 134, 135, 136, 137, 143)
PORTS = (4191, 443)
DHCP = ((68, 67), (546, 547))
NAT64_NAME = b"\x08ipv4only\x04arpa"  # RFC 7050: whether the network translates, which a way to the home agent may take


def frames_sent(capture, own):
    """Scapy's frames that this Ethernet address has sent."""
    import scapy.layers.inet
    import scapy.layers.inet6  # noqa: F401
    from scapy.layers.l2 import Ether  # (without the others it knows no layers)
    from scapy.utils import RawPcapReader
    return [Ether(octets) for octets, _ in RawPcapReader(str(capture.path)) if octets[6:12] == own]


def is_allowed(frame, home_agents):
    """`home_agents`: its addresses, of either IP version."""
    from scapy.layers.inet import IP, UDP as Datagram
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import ARP
    if ARP in frame:
        return True
    packet = frame[IPv6] if IPv6 in frame else frame[IP] if IP in frame else None
    if packet is None:
        return False
    protocol = last_header(packet) if IPv6 in frame else packet.proto
    if protocol == ICMPV6:
        return bytes(packet)[48 if packet.nh == 0 else 40] in LINK_TYPES
    if protocol == UDP:
        datagram = packet[Datagram]
        return (packet.dst in home_agents and datagram.dport in PORTS) or (datagram.sport, datagram.dport) in DHCP or (
            datagram.dport == 53 and NAT64_NAME in bytes(datagram))
    return packet.dst in home_agents and protocol in (IPV4_IN_IPV6, IPV6_IN_IPV6, ESP, MOBILITY_HEADER)


def leaks(capture, own, home_agents):
    return [frame.summary() for frame in frames_sent(capture, own) if not is_allowed(frame, home_agents)]


def assert_none(found):
    assert not found, f"{len(found)} packets have left, among them: " + "; ".join(sorted(set(found))[:8])
