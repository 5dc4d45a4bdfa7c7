"""Writes the seeds of the wire corpora: one packet of every kind that shared/wire writes, and the part of it
that each target reads; those of `segments`; and those of seeds.py. Usage: seed_corpus.py BUILD/tests/oracles/wire_samples"""
import json
import pathlib
import struct
import subprocess
import sys

import seeds

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


def write_forged_segments():
    """What no kernel writes: lengths that lie, fragments, sums of zero, sizes of one octet and of none."""
    for is_ipv4 in (False, True):
        ip = 4 if is_ipv4 else 6
        packet, start = packet_of(is_ipv4, True, bytes(range(48)))
        for name, length, size in ("long_header", 65535, 10), ("short_header", 1, 10), ("no_size", 0, 0), \
                                  ("size_beyond", 0, 65535), ("one_octet", start + 32, 1):
            virtio = struct.pack("=BBHHHH", 1, 1 if is_ipv4 else 4, length, size, start, 16)
            write("segments", f"divide_ipv{ip}_{name}", b"\0" + virtio + packet)
        virtio = struct.pack("=BBHHHH", 1, 1 if is_ipv4 else 4, 0, 10, start, 16)
        at = 2 if is_ipv4 else 4
        for name, claimed in ("jumbo", 0), ("beyond", 65535), ("within", 41):
            write("segments", f"divide_ipv{ip}_{name}", b"\0" + virtio + packet[:at] + struct.pack("!H", claimed) + packet[at + 2:])
        if is_ipv4:
            fragment = packet[:6] + struct.pack("!H", 0x2010) + packet[8:]
        else:
            fragment, start = packet_of(False, True, bytes(48), bytes([6, 0, 0, 0x11, 0, 0, 0, 7]))
            fragment = fragment[:6] + b"\x2c" + fragment[7:]
        write("segments", f"divide_ipv{ip}_fragment", b"\0" + virtio + fragment)
        packet, _ = packet_of(is_ipv4, False, bytes(48))  # its checksum is zero, and stays so
        write("segments", f"merge_udp_ipv{ip}_without_sum", b"\1" + bytes([len(packet)]) + packet + bytes([48, 0b110, 0, 0]) * 3)
        mixed = b"".join(bytes([size, 0b111, 0, 0]) for size in (48, 48, 7, 48, 1, 0, 200))
        packet, _ = packet_of(is_ipv4, True, bytes(48))
        write("segments", f"merge_tcp_ipv{ip}_of_mixed_sizes", b"\1" + bytes([len(packet)]) + packet + mixed)


def write_for_new_targets(protocol, at, name, packet):
    """The same packet as the targets take it that look at more than a header."""
    if protocol == ICMPV6:
        write("neighbour_discovery", name, bytes([2, len(packet)]) + packet + bytes([5, 0x0d, 0x15]))
    if protocol == MOBILITY and at == IPV6_HEADER:
        for choice in (0, 2, 8, 10):
            write("udp_datagrams", f"{name}_{choice}", bytes([choice]) + packet)
        write("experimental_options", name, packet[at + OPTIONS_OFFSET.get(packet[at + 2], 8):])


def main(program):
    write_segments()
    write_forged_segments()
    seeds.write_all(write)
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
        write_for_new_targets(protocol, at, name, packet)
    write("udp_datagrams", "keepalive", b"\0\xff")
    write("udp_datagrams", "many", b"\3\0\x28" + (packet_of(False, False, b"")[0][:40]) * 3)
    write("outer_packet", "ipv6", bytes([0, 0, 0, 80]) + bytes(36) + bytes(200))
    write("outer_packet", "ipv4", bytes([1, 0, 0, 80]) + bytes(36) + bytes(200))
    write("experimental_options", "reception", bytes([5, 1, 0x80, 0, 0, 1, 0, 0, 3, 0xe8, 0, 6, 0, 5, 1, 0x21, 0, 1]))
    write("experimental_options", "source", bytes([9, 1]) + bytes(16) + b"\x10\x5f")
    write("experimental_options", "cause", bytes([7, 1, 3]))
    write("experimental_options", "refusal", bytes([6, 1, 2]))


main(sys.argv[1])
