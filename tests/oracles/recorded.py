"""What tests have recorded (tests/support/recorder.hpp, tests/e2e/recording.py): packets read out of pcap files, taken
apart by the RFCs' pictures, told apart by kind, and put before tshark."""
import dataclasses
import ipaddress
import json
import struct
import subprocess

ETHERNET, RAW, IPV6 = 1, 101, 229  # link types
UDP, IPV6_IN_IPV6, ESP, ICMPV6, MOBILITY = 17, 41, 50, 58, 135
HOP_BY_HOP, ROUTING, FRAGMENT, DESTINATION_OPTIONS = 0, 43, 44, 60
HOME_ADDRESS_OPTION = 0xC9
REFRESH_REQUEST, UPDATE, ACKNOWLEDGEMENT, ERROR, EXPERIMENTAL_MESSAGE, SWITCH, HEARTBEAT, REVOCATION = 0, 5, 6, 7, 11, 12, 13, 16

MESSAGES = {0: "binding refresh request", 5: "binding update", 6: "binding acknowledgement", 7: "binding error",
            11: "experimental message", 12: "home agent switch", 13: "heartbeat", 16: "revocation"}
OPTIONS = {2: "binding refresh advice", 3: "alternate care-of address", 4: "nonce indices", 5: "binding authorization data",
           6: "mobile network prefix", 9: "authentication", 28: "restart counter", 29: "ipv4 home address",
           30: "ipv4 address acknowledgement", 31: "nat detection", 32: "ipv4 care-of address", 35: "binding identifier",
           44: "flow summary", 45: "flow identification"}
# docs/protocol.md; of an experimental option.
EXPERIMENTS = {1: "initiation", 2: "response", 3: "mac1", 4: "answer delay", 5: "reception", 6: "join refusal", 7: "cause",
               8: "dns", 9: "observed source"}
# Where the options begin, in octets of the Mobility Header.
FIRST_OPTION = {0: 8, 1: 16, 2: 16, 3: 24, 4: 24, 5: 12, 6: 12, 7: 24, 13: 12, 16: 12}


@dataclasses.dataclass(frozen=True)
class Message:
    """A Mobility Header with the IPv6 packet around it."""

    source: str
    destination: str
    headers: tuple  # in front: "home address option", "type 2 routing header"
    home: str | None  # that of the header in front
    header: bytes
    way: str  # "native", "udp over ipv6", "udp over ipv4", "sealed"

    @property
    def type(self):
        return self.header[2]

    @property
    def name(self):
        if self.type == REVOCATION:
            return "revocation indication" if self.header[6] == 1 else "revocation acknowledgement"
        if self.type == HEARTBEAT:
            return "heartbeat answer" if self.header[7] & 1 else "heartbeat"
        return MESSAGES.get(self.type, f"type {self.type}")

    @property
    def first_option(self):
        """Where its options begin, in octets of the header."""
        return 8 + 16 * self.header[6] if self.type == SWITCH else FIRST_OPTION.get(self.type, len(self.header))

    @property
    def options(self):
        """(type, body) of each but padding."""
        return [(kind, body) for kind, body in self.padded_options if kind != 1]

    @property
    def padded_options(self):
        """With PadN among them, without Pad1."""
        found, at = [], self.first_option
        while at < len(self.header):
            kind = self.header[at]
            if kind == 0:
                at += 1
                continue
            length = self.header[at + 1]
            found.append((kind, self.header[at + 2:at + 2 + length]))
            at += 2 + length
        return found

    @property
    def forms(self):
        """Which kinds of it this packet shows: how it travels, and each of its options."""
        way = ", ".join((self.way, *self.headers))
        return {f"{self.name}: {way}"} | {f"{self.name}: {option_name(*option)}" for option in self.options}

    @property
    def kind(self):
        return f"{self.name}: {', '.join((self.way, *self.headers, *(option_name(*option) for option in self.options)))}"


def option_name(kind, body):
    if kind == 18:
        return f"experimental option, {EXPERIMENTS.get(body[0], body[0])}"
    return OPTIONS.get(kind, f"option {kind}")


def address(octets):
    return str(ipaddress.IPv6Address(octets))


def read_capture(path):
    """The IP packets of a pcap file."""
    octets = path.read_bytes()
    order = "<" if octets[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link_type, = struct.unpack_from(order + "I", octets, 20)
    at, packets = 24, []
    while at + 16 <= len(octets):
        length, = struct.unpack_from(order + "I", octets, at + 8)
        frame = octets[at + 16:at + 16 + length]
        at += 16 + length
        if link_type == ETHERNET:
            frame = frame[14:] if frame[12:14] in (b"\x86\xdd", b"\x08\x00") else b""
        if frame:
            packets.append(without_ethernet_padding(frame))
    return packets


def without_ethernet_padding(packet):
    if packet[0] >> 4 == 4:
        return packet[:int.from_bytes(packet[2:4], "big")]
    return packet[:40 + int.from_bytes(packet[4:6], "big")]


def upper_layer(packet):
    """Of an IP packet: (protocol, its octets, headers in front, home address in them)."""
    if packet[0] >> 4 == 4:
        if int.from_bytes(packet[6:8], "big") & 0x1FFF:
            return None, b"", (), None  # of a fragment behind the first
        return packet[9], packet[4 * (packet[0] & 15):], (), None
    protocol, rest, headers, home = packet[6], packet[40:], (), None
    while protocol in (HOP_BY_HOP, ROUTING, DESTINATION_OPTIONS):
        if protocol == ROUTING and rest[2] == 2:
            headers, home = (*headers, "type 2 routing header"), address(rest[8:24])
        if protocol == DESTINATION_OPTIONS:
            at = rest.find(bytes([HOME_ADDRESS_OPTION, 16]), 2, 12)
            if at >= 0:
                headers, home = (*headers, "home address option"), address(rest[at + 2:at + 18])
        length = 8 * (rest[1] + 1)
        protocol, rest = rest[0], rest[length:]
    return protocol, rest, headers, home


def message_in(packet, way="native"):
    """The signalling that an IP packet carries in clear, or None."""
    protocol, octets, headers, home = upper_layer(packet)
    if protocol == UDP and len(octets) > 8 and octets[8] >> 4 == 6:
        return message_in(octets[8:], f"udp over ipv{packet[0] >> 4}")
    if protocol == IPV6_IN_IPV6 and octets[6] == MOBILITY:
        return message_in(octets, "plain tunnel")
    if protocol != MOBILITY or packet[0] >> 4 != 6:
        return None
    return Message(address(packet[8:24]), address(packet[24:40]), headers, home, octets[:8 * (octets[1] + 1)], way)


def esp_in(packet):
    """The ESP packet in an IP packet, or None."""
    protocol, octets, _, _ = upper_layer(packet)
    if protocol == UDP and len(octets) > 16 and octets[8] & 0x80 and octets[8] != 0xFF:
        return octets[8:]
    return octets if protocol == ESP else None


def icmpv6_in(packet):
    """Type, code and octets of an ICMPv6 message, or None."""
    protocol, octets, _, _ = upper_layer(packet)
    return (octets[0], octets[1], octets) if protocol == ICMPV6 and packet[0] >> 4 == 6 else None


def ports_of(packets):
    """The UDP ports of those that go in UDP."""
    ports = set()
    for packet in packets:
        protocol, octets, _, _ = upper_layer(packet)
        if protocol == UDP:
            ports |= set(struct.unpack_from("!HH", octets))
    return sorted(ports)


def write_capture(path, packets):
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW))
        for packet in packets:
            capture.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


def decoded(path, packets, fields, inside="ipv6", settings=()):
    """What tshark prints of each packet: field -> list of values. `inside`: what it is to find in UDP."""
    write_capture(path, packets)
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=;"]
    for port in ports_of(packets):
        command += ["-d", f"udp.port=={port},{inside}"]
    for setting in settings:
        command += ["-o", setting]
    for field in fields:
        command += ["-e", field]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(rows) == len(packets)
    return [{field: value.split(";") if value else [] for field, value in zip(fields, row.split("|"))} for row in rows]


def load_keys(paths):
    """SPI -> what opens its packets."""
    keys = {}
    for path in paths:
        for line in path.read_text().splitlines():
            key = json.loads(line)
            keys[key["spi"]] = key
    return keys
