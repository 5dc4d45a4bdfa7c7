"""Asks Scapy and tshark about one packet of every kind that shared/wire writes."""
import json
import os
import struct
import subprocess

import pytest
from scapy.layers.inet6 import (HAO, IPv6, ICMPv6ND_RA, IPv6ExtHdrDestOpt, MIP6MH_Generic, Pad1, PadN,
                                _MobilityHeader)
from scapy.packet import NoPayload, Raw

LINKTYPE_IPV6 = 229
ERROR = 0x800000  # the severity of tshark's expert information

# Scapy 2.5 knows these messages as MIP6MH_Generic and these options as MIP6OptUnknown only: their
# octets are kept as they are, so that only headers and checksum are checked.
UNKNOWN_TO_SCAPY = {"experimental message", "home agent switch", "heartbeat", "binding revocation indication",
                    "binding revocation acknowledgement"}
OPTIONS_UNKNOWN_TO_SCAPY = {
    "experimental", "vendor specific", "restart counter", "ipv4 home address", "ipv4 address acknowledgement",
    "nat detection", "ipv4 care-of address", "binding identifier", "binding identifier with ipv4",
    "binding identifier with ipv6", "unknown", "flow summary",
    "flow identification", "flow identification of ipv4", "flow identification of an unknown format",
    "flow identification without sub-options"}
# tshark 4.0 begins the options of a Home Agent Switch six octets before the end of its addresses.
MALFORMED_BY_TSHARK = {"home agent switch"}
# tshark 4.0 leaves the last two octets out of these two.
AUTHENTICATOR_BY_TSHARK, EXPERIMENTAL_DATA_BY_TSHARK = "aa" * 14, "010203"
# tshark 4.0 takes the NTP format of RFC 4285 for seconds and nanoseconds since 1970; the octets are right.
TIMESTAMP_BY_TSHARK = "Jul 15, 1970 16:57:40.084281096 UTC"

HOME, CARE_OF, OTHER_CARE_OF, HOME_AGENT = "2001:db8:f::9", "2001:db8:a::2", "2001:db8:b::2", "2001:db8:f::1"
COOKIE, TOKEN = "0x0102030405060708", "0x090a0b0c0d0e0f10"
UPDATE = {"mip6.mhtype": "5", "mip6.bu.seqnr": "16", "mip6.bu.a_flag": "1", "mip6.bu.h_flag": "1",
          "mip6.bu.l_flag": "1", "mip6.bu.k_flag": "0", "mip6.nemo.bu.r_flag": "0", "mip6.bu.p_flag": "0",
          "mip6.bu.f_flag": "0", "mip6.bu.lifetime": "15", "ipv6.opt.mipv6.home_address": HOME,
          "ipv6.src": CARE_OF, "ipv6.dst": HOME_AGENT}
AUTHENTICATION = {"mip6.auth.subtype": "1", "mip6.auth.mobility_spi": "2147483649",
                  "mip6.auth.auth_data": AUTHENTICATOR_BY_TSHARK}
REVOCATION = {"mip6.mhtype": "16", "mip6.bri_seqnr": "4660", "mip6.ipv4ha.ha": "10.9.0.5",
              "mip6.ipv4ha.preflen": "32"}

# What tshark must read out of each packet.
EXPECTED = {
    "binding refresh request": {"mip6.mhtype": "0", "mip6.bi.bid": "1", "ipv6.dst": HOME},
    "home test init": {"mip6.mhtype": "1", "mip6.hoti.cookie": COOKIE},
    "care-of test init": {"mip6.mhtype": "2", "mip6.coti.cookie": COOKIE},
    "home test": {"mip6.mhtype": "3", "mip6.hot.nindex": "258", "mip6.hot.cookie": COOKIE,
                  "mip6.hot.token": TOKEN},
    "care-of test": {"mip6.mhtype": "4", "mip6.cot.nindex": "258", "mip6.cot.cookie": COOKIE},
    "binding update": UPDATE | AUTHENTICATION | {"mip6.acoa.acoa": CARE_OF},
    "binding acknowledgement": AUTHENTICATION | {
        "mip6.mhtype": "6", "mip6.ba.status": "0", "mip6.ba.seqnr": "16", "mip6.ba.lifetime": "15",
        "mip6.bra.interval": "12", "ipv6.routing.mipv6.home_address": HOME, "ipv6.dst": CARE_OF},
    "binding error": {"mip6.mhtype": "7", "mip6.be.status": "1", "mip6.be.haddr": HOME},
    "experimental message": {"mip6.mhtype": "11"},
    "home agent switch": {"mip6.mhtype": "12", "mip6.has.num_addrs": "2",
                          "mip6.has.address": HOME_AGENT + ",2001:db8:e::1"},
    "heartbeat": {"mip6.mhtype": "13", "mip6.hb.u_flag": "0", "mip6.hb.r_flag": "1",
                  "mip6.hb.seqnr": "16909060", "mip6.rc": "5"},
    "binding revocation indication": REVOCATION | {
        "mip6.bri_br.type": "1", "mip6.bri_r.trigger": "1", "mip6.bri_ip": "0", "mip6.bri_iv": "1",
        "mip6.bri_ig": "0", "ipv6.routing.mipv6.home_address": HOME},
    "binding revocation acknowledgement": REVOCATION | {
        "mip6.bri_br.type": "2", "mip6.bri_status": "128", "mip6.bri_ap": "0", "mip6.bri_av": "1",
        "mip6.bri_ag": "0"},
    "option: binding refresh advice": UPDATE | {"mip6.bra.interval": "12"},
    "option: alternate care-of address": UPDATE | {"mip6.acoa.acoa": CARE_OF},
    "option: nonce indices": UPDATE | {"mip6.ni.hni": "258", "mip6.ni.cni": "772"},
    "option: binding authorization data": UPDATE | {"mip6.ni.hni": "1", "mip6.ni.cni": "2",
                                                    "mip6.bad.auth": "b0b1b2b3b4b5b6b7b8b9babb"},
    "option: mobile network prefix": UPDATE | {"mip6.nemo.mnp.pfl": "48",
                                               "mip6.nemo.mnp.mnp": "2001:db8:77::"},
    "option: mobile node identifier": UPDATE | {"mip6.mnid.subtype": "1",
                                                "mip6.mnid.identifier": "mn@example.org"},
    "option: replay timestamp": UPDATE | {"mip6.mseg_id.timestamp": TIMESTAMP_BY_TSHARK},
    "option: experimental": UPDATE | {"mip6.em.data": EXPERIMENTAL_DATA_BY_TSHARK},
    "option: vendor specific": UPDATE | {"mip6.vsm.vendorId": "32473", "mip6.vsm.subtype": "3"},
    "option: restart counter": UPDATE | {"mip6.rc": "3735928559"},
    "option: ipv4 home address": UPDATE | {"mip6.ipv4ha.preflen": "32", "mip6.ipv4ha.p_flag": "1",
                                           "mip6.ipv4ha.ha": "10.9.0.5"},
    "option: ipv4 address acknowledgement": UPDATE | {"mip6.ipv4aa.sts": "130", "mip6.ipv4ha.preflen": "24",
                                                      "mip6.ipv4ha.ha": "10.9.0.5"},
    "option: nat detection": UPDATE | {"mip6.natd.f_flag": "1", "mip6.natd.refresh_t": "25"},
    "option: ipv4 care-of address": UPDATE | {"mip6.ipv4coa.addr": "192.0.2.7"},
    "option: binding identifier": UPDATE | {"mip6.bi.bid": "7", "mip6.bi.status": "4",
                                            "mip6.bi.h_flag": "1"},
    "option: binding identifier with ipv4": UPDATE | {"mip6.bi.bid": "7", "mip6.bi.coa_ipv4": "192.0.2.7"},
    "option: binding identifier with ipv6": UPDATE | {"mip6.bi.bid": "7", "mip6.bi.coa_ipv6": OTHER_CARE_OF},
    # tshark 4.0 knows the types of RFC 6089 (44: summary, 45: identification), not what is in them.
    "option: flow summary": UPDATE | {"mip6.mobility_opt": "44"},
    "option: flow identification": UPDATE | {"mip6.mobility_opt": "45"},
    "option: flow identification of ipv4": UPDATE | {"mip6.mobility_opt": "45"},
    "option: flow identification of an unknown format": UPDATE | {"mip6.mobility_opt": "45"},
    "option: flow identification without sub-options": UPDATE | {"mip6.mobility_opt": "45"},
    "option: unknown": UPDATE,
    "destination unreachable": {"icmpv6.type": "1", "icmpv6.code": "3", "icmpv6.checksum.status": "1"},
    "packet too big": {"icmpv6.type": "2", "icmpv6.mtu": "1400", "icmpv6.checksum.status": "1"},
    "parameter problem": {"icmpv6.type": "4", "icmpv6.code": "2", "icmpv6.pointer": "44",
                          "icmpv6.checksum.status": "1"},
    "router solicitation": {"icmpv6.type": "133", "icmpv6.opt.linkaddr": "02:00:00:00:00:01",
                            "icmpv6.checksum.status": "1"},
    "router advertisement": {
        "icmpv6.type": "134", "icmpv6.checksum.status": "1", "icmpv6.nd.ra.cur_hop_limit": "64",
        "icmpv6.nd.ra.flag.m": "1", "icmpv6.nd.ra.flag.o": "0", "icmpv6.nd.ra.flag.h": "1",
        "icmpv6.nd.ra.router_lifetime": "1800", "icmpv6.nd.ra.reachable_time": "30000",
        "icmpv6.nd.ra.retrans_timer": "1000", "icmpv6.opt.linkaddr": "02:00:00:00:00:01",
        "icmpv6.opt.prefix": HOME_AGENT, "icmpv6.opt.prefix.length": "64", "icmpv6.opt.prefix.flag.l": "1",
        "icmpv6.opt.prefix.flag.a": "1", "icmpv6.opt.prefix.flag.r": "1",
        "icmpv6.opt.prefix.valid_lifetime": "4294967295",
        "icmpv6.opt.prefix.preferred_lifetime": "604800", "icmpv6.opt.mtu": "1500",
        "icmpv6.opt.advertisement_interval": "3000", "icmpv6.opt.home_agent_preference": "10",
        "icmpv6.opt.home_agent_lifetime": "9"},
    "neighbor solicitation": {"icmpv6.type": "135", "icmpv6.nd.ns.target_address": HOME,
                              "icmpv6.opt.linkaddr": "02:00:00:00:00:01", "icmpv6.checksum.status": "1"},
    "neighbor advertisement": {
        "icmpv6.type": "136", "icmpv6.nd.na.target_address": HOME, "icmpv6.nd.na.flag.r": "1",
        "icmpv6.nd.na.flag.s": "0", "icmpv6.nd.na.flag.o": "1",
        "icmpv6.opt.linkaddr": "02:00:00:00:00:01", "icmpv6.checksum.status": "1"},
    "home agent discovery request": {"icmpv6.type": "144", "icmpv6.code": "0", "icmpv6.checksum.status": "1",
                                     "icmpv6.mip6.identifier": "4660"},
    "home agent discovery reply": {
        "icmpv6.type": "145", "icmpv6.checksum.status": "1", "icmpv6.mip6.identifier": "4660",
        "icmpv6.mip6.home_agent_address": HOME_AGENT + ",2001:db8:f::2"},
    "mobile prefix solicitation": {"icmpv6.type": "146", "icmpv6.checksum.status": "1",
                                   "icmpv6.mip6.identifier": "4660"},
    "mobile prefix advertisement": {
        "icmpv6.type": "147", "icmpv6.checksum.status": "1", "icmpv6.mip6.identifier": "4660",
        "icmpv6.mip6.flag.m": "0", "icmpv6.mip6.flag.o": "1", "icmpv6.opt.prefix": HOME_AGENT,
        "icmpv6.opt.prefix.length": "64", "icmpv6.opt.prefix.flag.r": "1",
        "icmpv6.opt.prefix.valid_lifetime": "2592000", "icmpv6.opt.prefix.preferred_lifetime": "604800"},
    "esp": {"esp.spi": "0x80000001", "esp.sequence": "7"},
    "fragment": {"ipv6.fraghdr.nxt": "41", "ipv6.fraghdr.offset": "154", "ipv6.fraghdr.more": "1",
                 "ipv6.fraghdr.ident": "0x01020304"},
}


def load_samples():
    printed = subprocess.run([os.environ["WIRE_SAMPLES"]], capture_output=True, text=True, check=True).stdout
    lines = [json.loads(line) for line in printed.splitlines()]
    return {line["name"]: bytes.fromhex(line["packet"]) for line in lines}


SAMPLES = load_samples()


def write_capture(path):
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_IPV6))
        for packet in SAMPLES.values():
            capture.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


@pytest.fixture(scope="module")
def decoded(tmp_path_factory):
    """Sample name -> field -> what tshark prints for it, several values joined by commas."""
    capture = tmp_path_factory.mktemp("oracles") / "samples.pcap"
    write_capture(capture)
    fields = sorted({field for expected in EXPECTED.values() for field in expected}
                    | {"_ws.malformed", "_ws.expert.severity"})
    command = ["tshark", "-r", str(capture), "-T", "fields", "-E", "separator=|", "-E", "occurrence=a"]
    for field in fields:
        command += ["-e", field]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(rows) == len(SAMPLES)
    return {name: dict(zip(fields, row.split("|"))) for name, row in zip(SAMPLES, rows)}


def test_every_sample_is_expected():
    assert set(SAMPLES) == set(EXPECTED)


@pytest.mark.parametrize("name", SAMPLES)
def test_tshark_finds_nothing_malformed(decoded, name):
    if name in MALFORMED_BY_TSHARK:
        pytest.skip("an error of tshark, see above")
    assert decoded[name]["_ws.malformed"] == ""
    severities = [int(value) for value in decoded[name]["_ws.expert.severity"].split(",") if value]
    assert all(severity < ERROR for severity in severities)


@pytest.mark.parametrize("name", SAMPLES)
def test_tshark_reads_every_field(decoded, name):
    read = {field: decoded[name][field] for field in EXPECTED[name]}
    assert read == EXPECTED[name]


def forget_what_scapy_can_compute(packet, keep_padding):
    """Scapy must find lengths, checksums and paddings by itself."""
    layer = packet
    while not isinstance(layer, (NoPayload, Raw)):
        layer.raw_packet_cache = None
        for field in ("plen", "cksum"):
            if field in layer.fields:
                del layer.fields[field]
        if isinstance(layer, _MobilityHeader) and not isinstance(layer, MIP6MH_Generic):
            layer.fields.pop("len", None)
        if isinstance(layer, IPv6ExtHdrDestOpt):
            # Scapy sums over the home address only where the Home Address option is alone in the list.
            layer.options = [option for option in layer.options if isinstance(option, HAO)]
            layer.fields.pop("len", None)
        elif "options" in layer.fields and not keep_padding:
            layer.options = [option for option in layer.options if not isinstance(option, (Pad1, PadN))]
        layer = layer.payload
    return packet


@pytest.mark.parametrize("name", SAMPLES)
def test_scapy_builds_the_same_octets(name):
    original = SAMPLES[name]
    keep_padding = name.removeprefix("option: ") in UNKNOWN_TO_SCAPY | OPTIONS_UNKNOWN_TO_SCAPY \
        or name == "binding refresh request"  # with a Binding Identifier
    rebuilt = forget_what_scapy_can_compute(IPv6(original), keep_padding)
    assert bytes(rebuilt).hex() == original.hex()


def test_scapy_knows_the_messages_it_is_asked_about():
    generic = {name for name, packet in SAMPLES.items() if MIP6MH_Generic in IPv6(packet)}
    assert generic == UNKNOWN_TO_SCAPY
    assert ICMPv6ND_RA in IPv6(SAMPLES["router advertisement"])


def test_scapy_notices_a_wrong_checksum():
    """The test above can fail."""
    packet = bytearray(SAMPLES["binding update"])
    packet[40 + 24 + 4] ^= 1
    assert bytes(forget_what_scapy_can_compute(IPv6(bytes(packet)), False)) == SAMPLES["binding update"]

