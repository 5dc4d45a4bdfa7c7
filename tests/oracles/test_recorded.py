"""Asks Scapy and tshark about every kind of message that tests have sent, as those tests recorded it (recorder.hpp), and
whether all kinds have been recorded that Godwit can send.

The unit tests and the simulation are run here, with what they say written down: UNIT_TESTS names the programs. RECORDED
names a folder in which the stories of tests/e2e have left theirs (`tests/run e2e` does); then all of ICMPv6 and the
kernel's UDP are looked at too."""
import collections
import os
import pathlib
import subprocess

import pytest
from expected_fields import expected
from mobility_layers import in_udp, rebuilt, register, spi_of
from recorded import SWITCH, UDP, decoded, esp_in, icmpv6_in, load_keys, message_in, read_capture, upper_layer
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation

register()

SEVERE = 0x600000  # tshark's warnings and errors; notes and chats are beneath
LONG = "*Moves*:*RandomRun*:*RoamingUnderLoss*"  # the same messages again and again
NATIVE, IN_UDP, SEALED = "native", ("udp over ipv6", "udp over ipv4"), "sealed"
# In the namespaces the kernel writes the UDP headers, and leaves their checksums to a card that is none (veth).
BY_KERNELS = "RECORDED" in os.environ
AUTHENTICATED, HANDSHAKE = "authentication", "experimental option, "

# How each message travels, and which options it has. What is seen and not here, or here and not seen, is a failure.
WAYS = {
    "binding refresh request": {NATIVE, "native, type 2 routing header"},
    "binding update": {NATIVE, "native, home address option", *IN_UDP},
    "binding acknowledgement": {NATIVE, "native, type 2 routing header", *IN_UDP},
    "experimental message": {"native, type 2 routing header"},
    "home agent switch": {"native, type 2 routing header"},
    "heartbeat": {NATIVE, "udp over ipv4", SEALED},
    "heartbeat answer": {NATIVE, "udp over ipv4", SEALED},
    "revocation indication": {"native, type 2 routing header"},
    "revocation acknowledgement": {"native, home address option", "native, type 2 routing header"},  # the latter is refused
}
# Seen or not: in UDP a message has the same octets as without, and no headers in front.
ALSO = {f"{message}: {way}" for message in WAYS for way in IN_UDP}

OPTIONS = {
    "binding refresh request": {AUTHENTICATED},
    "binding update": {"alternate care-of address", "ipv4 care-of address", "binding identifier", "ipv4 home address",
                       "flow identification", "flow summary", "mobile network prefix", "nonce indices", AUTHENTICATED, *(HANDSHAKE + kind for kind in ("initiation", "mac1", "reception", "cause"))},
    "binding acknowledgement": {"binding identifier", "ipv4 address acknowledgement", "nat detection", "flow identification",
                                AUTHENTICATED, *(HANDSHAKE + kind for kind in ("response", "reception", "dns", "join refusal"))},
    "experimental message": set(),
    "home agent switch": {"binding refresh advice", AUTHENTICATED},
    "heartbeat": {AUTHENTICATED, HANDSHAKE + "answer delay"},
    "heartbeat answer": {AUTHENTICATED, "restart counter"},
    "revocation indication": {AUTHENTICATED, "ipv4 home address", "binding identifier"},
    "revocation acknowledgement": {AUTHENTICATED},
}
KINDS = {f"{message}: {what}" for table in (WAYS, OPTIONS) for message, names in table.items() for what in names}


def record_unit_tests(folder):
    for program in os.environ.get("UNIT_TESTS", "").split():
        subprocess.run([program, f"--gtest_filter=-{LONG}", "--gtest_brief=1"], check=True, capture_output=True,
                       env=os.environ | {"GODWIT_RECORD": str(folder)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the recordings are."""
    if "RECORDED" in os.environ:
        return pathlib.Path(os.environ["RECORDED"])
    folder = tmp_path_factory.mktemp("recorded")
    record_unit_tests(folder)
    return folder


@pytest.fixture(scope="module")
def packets(folder):
    """The IP packets of all recordings, each once."""
    found = dict.fromkeys(packet for path in sorted(folder.glob("**/*.pcap")) for packet in read_capture(path))
    assert found, f"nothing recorded in {folder}"
    return list(found)


@pytest.fixture(scope="module")
def clear(packets):
    """(packet, its message): all of the stories', up to three of each kind of the many that the unit tests say."""
    kept, counts = [], collections.Counter()
    for packet in packets:
        message = message_in(packet)
        if message and (BY_KERNELS or counts[message.kind] < 3):
            counts[message.kind] += 1
            kept.append((packet, message))
    return kept


@pytest.fixture(scope="module")
def opened(folder, packets):
    """(packet, key, inner packet) of each sealed packet whose keys were recorded, as Scapy opens it."""
    keys, found = load_keys(folder.glob("*.keys")), []
    for packet in packets:
        esp = esp_in(packet)
        key = keys.get(spi_of(esp)) if esp else None
        if key:
            found.append((packet, key, open_by_scapy(esp, key)))
    return found


def open_by_scapy(esp, key):
    algorithm = {"aes-256-gcm": "AES-GCM", "chacha20-poly1305": "CHACHA20-POLY1305"}[key["suite"]]
    association = SecurityAssociation(ESP, spi=key["spi"], crypt_algo=algorithm, crypt_key=bytes.fromhex(key["key"] + key["salt"]))
    content = association.crypt_algo.decrypt(association, ESP(esp), association.crypt_key, association.crypt_icv_size)
    return bytes(content.data)


@pytest.fixture(scope="module")
def read(clear, tmp_path_factory):
    """What tshark reads of each packet in clear."""
    fields = sorted({field for _, message in clear for field in expected(message)} | {"ipv6.src", "ipv6.dst"} | {
        "_ws.malformed", "_ws.expert.severity", "_ws.expert.message"})
    return decoded(tmp_path_factory.mktemp("tshark") / "clear.pcap", [packet for packet, _ in clear], fields)


def assert_none(wrong):
    assert not wrong, f"{len(wrong)}, among them:\n" + "\n".join(map(str, wrong[:4]))


# What nobody says in the unit tests.
ONLY_IN_NAMESPACES = {"binding acknowledgement: experimental option, observed source", "heartbeat: plain tunnel", "heartbeat answer: plain tunnel"}


@pytest.mark.skipif(not BY_KERNELS, reason="asks what tests/e2e --record has written down")
def test_the_stories_say_nothing_that_is_not_known(clear):
    seen = {form for _, message in clear for form in message.forms}
    known = KINDS | ALSO | ONLY_IN_NAMESPACES
    assert seen <= known, sorted(seen - known)
    assert ONLY_IN_NAMESPACES <= seen, f"never recorded: {sorted(ONLY_IN_NAMESPACES - seen)}"


@pytest.mark.skipif(BY_KERNELS, reason="asks what the unit tests say, of which tests/e2e --record has nothing")
def test_all_kinds_were_recorded_that_godwit_sends(clear, opened):
    sealed = (message_in(inner, SEALED) for _, _, inner in opened if inner)
    seen = {form for _, message in clear for form in message.forms} | {form for message in sealed if message for form in message.forms}
    assert seen - ALSO == KINDS - ALSO, f"never recorded: {sorted(KINDS - seen)}; not known here: {sorted(seen - KINDS - ALSO)}"
    assert seen & ALSO >= KINDS & ALSO, f"never recorded: {sorted(KINDS - seen)}"


def test_tshark_finds_nothing_wrong_with_any(clear, read):
    """But with home agent switches: tshark 4.0 reads their addresses as options (RFC 5142 §4.1). Its fields it does read."""
    wrong = [(message.kind, row["_ws.malformed"], row["_ws.expert.message"], packet.hex()) for (packet, message), row in zip(clear, read)
             if message.type != SWITCH and (row["_ws.malformed"] or any(int(value) & SEVERE == SEVERE or int(value) >= 0x800000 for value in row["_ws.expert.severity"]))]
    assert_none(wrong)


def test_tshark_reads_every_field_as_it_is_meant(clear, read):
    wrong = []
    for (packet, message), row in zip(clear, read):
        wanted = expected(message) | {"ipv6.src": [message.source], "ipv6.dst": [message.destination]}
        got = {field: row[field] for field in wanted} | {field: row[field][-1:] for field in ("ipv6.src", "ipv6.dst")}  # of the inner packet
        if got != wanted:
            wrong.append((message.kind, {field: (got[field], wanted[field]) for field in wanted if got[field] != wanted[field]}, packet.hex()))
    assert_none(wrong)


def test_scapy_builds_the_same_octets_from_the_same_fields(clear):
    wrong = []
    for packet, message in clear:
        again = build_again(packet)
        if again != packet:
            wrong.append((message.kind, packet.hex(), again.hex()))
    assert_none(wrong)


def build_again(packet):
    """The whole packet; what is in UDP is made anew first."""
    outer = (IP if packet[0] >> 4 == 4 else IPv6)(packet)
    inner = in_udp(outer)
    if inner and inner[0] >> 4 == 6:
        assert build_again(inner) == inner, inner.hex()
    return rebuilt(outer, keeps_udp_checksum=BY_KERNELS)


def test_scapy_opens_what_is_sealed_and_builds_the_inner_packets_again(opened):
    if BY_KERNELS and not opened:
        pytest.skip("the programs tell nobody their keys")
    messages = [inner for _, _, inner in opened if inner and message_in(inner, SEALED)]
    assert messages, "no heartbeat among what was sealed"
    for inner in messages:
        assert build_again(inner[:40 + int.from_bytes(inner[4:6], "big")]) == inner[:40 + int.from_bytes(inner[4:6], "big")]


def test_tshark_opens_what_is_sealed(opened, tmp_path):
    known = [(packet, key, inner) for packet, key, inner in opened if key["suite"] == "aes-256-gcm" and inner]
    if not known:
        pytest.skip("nothing that tshark 4.0 could open")
    settings = ["esp.enable_encryption_decode:TRUE", "esp.enable_authentication_check:TRUE"]
    for key in {key["spi"]: key for _, key, _ in known}.values():
        settings += [f'uat:esp_sa:"IPv4","*","*","0x{key["spi"]:08x}","AES-GCM with 16 octet ICV [RFC4106]","0x{key["key"] + key["salt"]}","NULL",""',
                     f'uat:esp_sa:"IPv6","*","*","0x{key["spi"]:08x}","AES-GCM with 16 octet ICV [RFC4106]","0x{key["key"] + key["salt"]}","NULL",""']
    rows = decoded(tmp_path / "sealed.pcap", [packet for packet, _, _ in known], ("esp.icv_good", "esp.contained_data", "_ws.malformed"),
                   "udpencap", settings)
    for (_, key, inner), row in zip(known, rows):
        assert (row["esp.icv_good"], row["_ws.malformed"]) == (["1"], []), key
        assert row["esp.contained_data"] == [inner.hex()]


def test_a_changed_octet_is_noticed(clear):
    """The tests above can fail."""
    packet = next(packet for packet, message in clear if (message.name, message.way) == ("binding acknowledgement", NATIVE))
    changed = bytearray(packet)
    changed[-16] ^= 1
    assert build_again(bytes(changed)) != bytes(changed)


def test_udp_is_not_taken_for_something_else(packets):
    for packet in packets:
        protocol, octets, _, _ = upper_layer(packet)
        if protocol == UDP:
            assert message_in(packet) or esp_in(packet) or octets[8:9] == b"\xff", packet.hex()


# Of which kinds Godwit sends some: errors, echoes, router solicitations, neighbor discovery. The kernels' own are among them.
ICMPV6 = {1, 2, 3, 4, 128, 129, 133, 134, 135, 136}
SENT_BY_GODWIT = {2, 133, 135, 136}


@pytest.mark.skipif(not BY_KERNELS, reason="there is none in the unit tests")
def test_icmpv6_is_read_and_built_again(packets, tmp_path):
    kept, counts = [], {}
    for packet in packets:
        message = icmpv6_in(packet)
        kind = message and (*message[:2], len(packet))
        if message and message[0] in ICMPV6 and counts.setdefault(kind, 0) < 3:
            counts[kind] += 1
            kept.append(packet)
    assert SENT_BY_GODWIT <= {kind[0] for kind in counts}, counts
    rows = decoded(tmp_path / "icmpv6.pcap", kept, ("icmpv6.type", "icmpv6.code", "icmpv6.checksum.status", "_ws.malformed"))
    assert_none([(row, packet.hex()) for packet, row in zip(kept, rows)
                 if (row["icmpv6.type"][0], row["icmpv6.code"][0], row["icmpv6.checksum.status"][0]) != (*map(str, icmpv6_in(packet)[:2]), "1")
                 or row["_ws.malformed"]])
    assert_none([packet.hex() for packet in kept if rebuilt(IPv6(packet)) != packet])
