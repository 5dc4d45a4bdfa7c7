"""Layers of our own for what Scapy 2.5 knows only as octets (mobility.md has its gaps): heartbeats, revocations, the
experimental message, and the options of RFC 5096, 5555, 5648, 5846, 5847 and 6089. Written from those RFCs, not from
shared/wire. `register()` puts them into Scapy's tables; `rebuilt()` has Scapy make a packet anew from its fields."""
import struct

from scapy.fields import (BitField, ByteField, FieldLenField, FlagsField, IntField, IPField, PacketListField,
                          ShortField, StrLenField, XBitField, XShortField)
from scapy.layers import inet, inet6
from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, Pad1, PadN, _MIP6OptAlign, _MobilityHeader, _OptionsField, _PhantomAutoPadField
from scapy.packet import NoPayload, Packet, Padding, Raw


def _option(kind, length=None):
    """Type and length; a length of None is that of `data`."""
    first = ByteField("otype", kind)
    return [first, ByteField("olen", length)]


class RestartCounter(_MIP6OptAlign):  # RFC 5847 §3.4
    fields_desc = [*_option(28, 4), IntField("counter", 0)]
    x, y = 4, 2


class Authentication(inet6.MIP6OptMsgAuth):
    """RFC 4285 §5: 4n + 1, and the last one. Scapy would pad behind it; a sender that lets nothing follow pads before it."""

    def alignment_delta(self, curpos):
        return -(curpos + len(bytes(self))) % 8


class Ipv4HomeAddress(_MIP6OptAlign):  # RFC 5555 §3.1.1
    fields_desc = [*_option(29, 6), BitField("prefix_length", 32, 6), BitField("wants_prefix", 0, 1), BitField("reserved", 0, 9),
                   IPField("home", "0.0.0.0")]
    x, y = 4, 0


class Ipv4AddressAcknowledgement(_MIP6OptAlign):  # RFC 5555 §3.2.1
    fields_desc = [*_option(30, 6), ByteField("status", 0), BitField("prefix_length", 32, 6), BitField("reserved", 0, 2),
                   IPField("home", "0.0.0.0")]
    x, y = 4, 0


class NatDetection(_MIP6OptAlign):  # RFC 5555 §3.2.2
    fields_desc = [*_option(31, 6), BitField("force", 0, 1), BitField("reserved", 0, 15), IntField("refresh", 0)]
    x, y = 4, 0


class Ipv4CareOfAddress(_MIP6OptAlign):  # RFC 5555 §3.1.2
    fields_desc = [*_option(32, 6), ShortField("reserved", 0), IPField("care_of", "0.0.0.0")]
    x, y = 4, 0


class BindingIdentifier(_MIP6OptAlign):  # RFC 5648 §4.3, RFC 6089 §4.1
    fields_desc = [ByteField("otype", 35), FieldLenField("olen", None, fmt="B", length_of="care_of", adjust=lambda _, length: length + 4),
                   ShortField("bid", 0), ByteField("status", 0), BitField("simultaneous", 0, 1), BitField("priority", 0, 7),
                   StrLenField("care_of", b"", length_from=lambda option: option.olen - 4)]

    @property
    def _alignment(self):
        return (8, 2) if self.care_of else (2, 0)

    def alignment_delta(self, curpos):
        multiple, offset = self._alignment
        return (offset - curpos) % multiple


class Experimental(_MIP6OptAlign):  # RFC 5096 §4; what is in it is the two ends' own
    fields_desc = [ByteField("otype", 18), FieldLenField("olen", None, fmt="B", length_of="data", adjust=lambda _, length: length + 2),
                   ByteField("kind", 0), ByteField("version", 1), StrLenField("data", b"", length_from=lambda option: option.olen - 2)]
    x, y = 0, 0


class FlowSummary(_MIP6OptAlign):  # RFC 6089 §4.2.2
    fields_desc = [ByteField("otype", 44), FieldLenField("olen", None, fmt="B", length_of="fids"),
                   StrLenField("fids", b"", length_from=lambda option: option.olen)]
    x, y = 2, 0


class FlowSubOption(Packet):  # RFC 6089 §4.2.1
    fields_desc = [ByteField("kind", 0), FieldLenField("length", None, fmt="B", length_of="data"),
                   StrLenField("data", b"", length_from=lambda option: option.length)]

    def extract_padding(self, octets):
        return b"", octets


class FlowPad1(Packet):
    fields_desc = [ByteField("kind", 0)]

    def extract_padding(self, octets):
        return b"", octets


class FlowIdentification(_MIP6OptAlign):  # RFC 6089 §4.2
    fields_desc = [ByteField("otype", 45), FieldLenField("olen", None, fmt="B", length_of="sub_options", adjust=lambda _, length: length + 6),
                   ShortField("fid", 0), ShortField("priority", 0), ByteField("reserved", 0), ByteField("status", 0),
                   PacketListField("sub_options", [], length_from=lambda option: option.olen - 6,
                                   next_cls_cb=lambda packet, options, last, rest: FlowSubOption if rest[0] else FlowPad1)]

    def alignment_delta(self, curpos):
        """RFC 6088 §3: of the widest field that the selector has."""
        selector = next((bytes(option.data) for option in self.sub_options if option.kind == 3), b"")
        return -curpos % _selector_alignment(selector)


def _selector_alignment(selector):
    if len(selector) < 4 or selector[0] not in (1, 2):
        return 2
    flags = int.from_bytes(selector[2:4], "big")
    # Format 1 has addresses and SPIs of 4 octets in (A) to (F); format 2 addresses of 16, and with (E) to (H) SPIs and flow labels.
    wide = 0xFC00 if selector[0] == 1 else 0x0F00
    if selector[0] == 2 and flags & 0xF000:
        return 8
    return 4 if flags & wide else 2


OPTIONS = {9: Authentication, 18: Experimental, 28: RestartCounter, 29: Ipv4HomeAddress, 30: Ipv4AddressAcknowledgement, 31: NatDetection,
           32: Ipv4CareOfAddress, 35: BindingIdentifier, 44: FlowSummary, 45: FlowIdentification}


def _header(kind):
    return [ByteField("nh", 59), ByteField("len", None), ByteField("mhtype", kind), ByteField("res", 0), XShortField("cksum", None)]


def _options(first, beyond):
    """They begin at an octet of the header, and end with it; `beyond` is what of the header is not counted before them."""
    return [_PhantomAutoPadField("autopad", 1),
            _OptionsField("options", [], inet6.MIP6OptUnknown, first, length_from=lambda header: 8 * header.len - beyond)]


class BindingUpdate(_MobilityHeader):  # with the flags of RFC 5555 and 5648, which Scapy takes for reserved bits
    overload_fields = {IPv6: {"nh": 135}}
    fields_desc = [*_header(5), XShortField("seq", 0), FlagsField("flags", "AH", 10, "OTFPRMKLHA"), XBitField("reserved", 0, 6),
                   ShortField("mhtime", 0), *_options(12, 4)]


class ExperimentalMessage(_MobilityHeader):  # RFC 5096 §3
    overload_fields = {IPv6: {"nh": 135}}
    fields_desc = [*_header(11), StrLenField("data", b"", length_from=lambda header: 8 * header.len + 2)]


class Heartbeat(_MobilityHeader):  # RFC 5847 §3.3
    overload_fields = {IPv6: {"nh": 135}}
    fields_desc = [*_header(13), BitField("reserved", 0, 14), BitField("unsolicited", 0, 1), BitField("response", 0, 1),
                   IntField("seq", 0), *_options(12, 4)]


class Revocation(_MobilityHeader):  # RFC 5846 §5: the indication (type 1) and its acknowledgement (2)
    overload_fields = {IPv6: {"nh": 135}}
    fields_desc = [*_header(16), ByteField("brtype", 1), ByteField("trigger", 0), ShortField("seq", 0), FlagsField("flags", 0, 3, "GVP"),
                   BitField("reserved", 0, 13), *_options(12, 4)]


MESSAGES = {5: BindingUpdate, 11: ExperimentalMessage, 13: Heartbeat, 16: Revocation}


def register():
    inet6.moboptcls.update(OPTIONS)
    inet6._mip6_mhtype2cls.update(MESSAGES)


def rebuilt(packet, keeps_udp_checksum=False):
    """The octets of a dissected packet, made anew by Scapy: lengths, checksums and the options' padding are its own."""
    layer = packet
    while not isinstance(layer, (NoPayload, Raw, inet6.IPerror6, inet.IPerror)):
        layer.raw_packet_cache = None
        for field in ("plen", "cksum", "chksum", "len", "ihl"):
            if field in layer.fields and not (keeps_udp_checksum and isinstance(layer, inet.UDP) and field == "chksum"):
                del layer.fields[field]
        if isinstance(layer, IPv6ExtHdrDestOpt):
            # Scapy sums over the home address only where the Home Address option is alone in the list.
            layer.options = [option for option in layer.options if isinstance(option, HAO)]
        elif "options" in layer.fields:
            layer.options = [_without_lengths(option) for option in layer.options if not isinstance(option, (Pad1, PadN))]
        layer = layer.payload
    if isinstance(packet, IPv6) and Padding in packet:
        # What makes a probe of the MTU long stands behind the inner packet; Scapy counts it into no length.
        packet.plen = len(packet) - 40  # its own header
    return bytes(packet)


def _without_lengths(option):
    option.raw_packet_cache = None
    for field in option.fields_desc:
        if isinstance(field, FieldLenField):
            option.fields.pop(field.name, None)
    for sub_option in getattr(option, "sub_options", ()):
        sub_option.raw_packet_cache = None
    return option


def in_udp(packet):
    """What a UDP datagram of ours carries: an IPv6 packet, an ESP packet, or None."""
    if inet.UDP not in packet:
        return None
    payload = bytes(packet[inet.UDP].payload)
    return payload if payload and (payload[0] >> 4 == 6 or payload[0] & 0x80) else None


def spi_of(esp):
    return struct.unpack_from("!I", esp)[0]
