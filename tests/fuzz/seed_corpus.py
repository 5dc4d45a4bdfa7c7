"""Writes the seeds of the wire corpora: one packet of every kind that shared/wire writes, and the part of it
that each target reads. Usage: seed_corpus.py BUILD/tests/oracles/wire_samples"""
import json
import pathlib
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


def main(program):
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
