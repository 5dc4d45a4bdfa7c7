"""Writes the seeds of the wire corpora: one packet of every kind that shared/wire writes, and the part of it
that each target reads; and those of `segments`. Usage: seed_corpus.py BUILD/tests/oracles/wire_samples"""
import json
import pathlib
import struct
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
IPV6_HEADER, MOBILITY, ICMPV6, EXTENSIONS = 40, 135, 58, {43, 60}
OPTIONS_OFFSET = {5: 12, 6: 12}  # MH Type -> octets from the start of the Mobility Header


def upper_layer(packet):
    """The protocol behind the extension headers, and where it begins."""
    protocol, at = packet[6], IPV6_HEADER
    while protocol in EXTENSIONS:
        protocol, at = packet[at], at + 8 * (1 + packet[at + 1])
    return protocol, at


def write(target, name, octets):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name.replace(": ", "_").replace(" ", "_").replace("-", "_")).write_bytes(octets)


def packet_of(is_ipv4, is_tcp, payload, behind_ip=b""):
    """The checksums are left to the target, and to those who complete them."""
    protocol = 6 if is_tcp else 17
    if is_tcp:
        header = struct.pack("!HHIIBBHHH", 1000, 443, 1, 7, 0x80, 0x10, 500, 0, 0) + bytes([1, 1, 8, 10] + [0] * 8)
    else:
        header = struct.pack("!HHHH", 1000, 443, 8 + len(payload), 0)
    upper = header + payload
    if is_ipv4:
        size = 20 + len(behind_ip)
        ip = struct.pack("!BBHHHBBH", 0x40 + size // 4, 0, size + len(upper), 100, 0x4000, 64, protocol, 0)
        return ip + bytes([192, 0, 2, 9, 192, 0, 2, 1]) + behind_ip + upper, size
    first = 60 if behind_ip else protocol
    ip = struct.pack("!IHBB", 6 << 28, len(behind_ip) + len(upper), first, 64)
    addresses = bytes.fromhex("20010db8" + "00" * 11 + "09" + "20010db8" + "00" * 11 + "01")
    return ip + addresses + behind_ip + upper, 40 + len(behind_ip)


def write_segments():
    kinds = [(is_ipv4, is_tcp) for is_ipv4 in (False, True) for is_tcp in (False, True)]
    for is_ipv4, is_tcp in kinds:
        name = f"{'tcp' if is_tcp else 'udp'}_ipv{4 if is_ipv4 else 6}"
        gso = (1 if is_ipv4 else 4) if is_tcp else 5
        more = bytes([7, 7, 4, 0, 0, 0, 0, 0]) if is_ipv4 else bytes([6 if is_tcp else 17, 0, 1, 4, 0, 0, 0, 0])
        for suffix, behind_ip, size in ("", b"", 10), ("_of_one_octet", b"", 1), ("_with_options", more, 16):
            packet, start = packet_of(is_ipv4, is_tcp, bytes(range(48)), behind_ip)
            virtio = struct.pack("=BBHHHH", 1, gso, 0, size, start, 16 if is_tcp else 6)
            write("segments", f"divide_{name}{suffix}", b"\0" + virtio + packet)
        packet, start = packet_of(is_ipv4, is_tcp, b"one")
        virtio = struct.pack("=BBHHHH", 1, 0, 0, 0, start, 16 if is_tcp else 6)
        write("segments", f"complete_{name}", b"\0" + virtio + packet)
        # Payload's size; what is right and goes on (bits 0-2), what is changed where (3), and made right again (4).
        good = bytes([48, 0b111, 0, 0])
        for suffix, changes in (("", good * 4 + bytes([20, 0b111, 0, 0]) + good * 2),
                                ("_corrupt", good * 2 + bytes([48, 0b1111, 90, 1]) + good),
                                ("_of_other_ports", good * 2 + bytes([48, 0b11111, start + 1, 1]) + good),
                                ("_out_of_order", good * 2 + bytes([48, 0b101, 0, 0]) + good * 2)):
            packet, _ = packet_of(is_ipv4, is_tcp, bytes(48))
            write("segments", f"merge_{name}{suffix}", b"\1" + bytes([len(packet)]) + packet + changes)


def main(program):
    write_segments()
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    for line in printed.splitlines():
        sample = json.loads(line)
        name, packet = sample["name"], bytes.fromhex(sample["packet"])
        protocol, at = upper_layer(packet)
        write("extension_headers", name, packet)
        if protocol == MOBILITY:
            write("signalling_packet", name, packet)
            write("mobility_header", name, packet[at:])
            if packet[at + 2] in OPTIONS_OFFSET:
                write("mobility_options", name, packet[at + OPTIONS_OFFSET[packet[at + 2]]:])
        if protocol == ICMPV6:
            write("icmpv6", name, packet)


main(sys.argv[1])
