"""What tshark has to read out of a Mobility Header, by the pictures of the RFCs: field -> its values in their order."""
import ipaddress
import struct

from recorded import REVOCATION, SWITCH, address


def expected(message):
    wanted = {"mip6.mhtype": [str(message.type)], "mip6.hlen": [str(message.header[1])], "mip6.proto": ["59"],
              "mip6.csum": [f"0x{int.from_bytes(message.header[4:6], 'big'):04x}"]}
    if "home address option" in message.headers:
        wanted["ipv6.opt.mipv6.home_address"] = [message.home]
    if "type 2 routing header" in message.headers:
        wanted |= {"ipv6.routing.mipv6.home_address": [message.home], "ipv6.routing.type": ["2"], "ipv6.routing.segleft": ["1"]}
    wanted |= MESSAGES.get(message.type, lambda data: {})(message.header[6:])
    if message.type == SWITCH:
        return wanted  # tshark 4.0 reads its addresses as options
    if all(kind in OPTIONS for kind, _ in message.options):  # of others tshark tells another length than there is
        wanted["mip6.mobility_opt.len"] = [str(len(body)) for _, body in message.padded_options]
    for kind, body in message.options:
        if kind not in OPTIONS:  # tshark 4.0 tells the type of none that it takes apart
            wanted.setdefault("mip6.mobility_opt", []).append(str(kind))
        for field, value in OPTIONS.get(kind, lambda body: {})(body).items():
            wanted.setdefault(field, []).append(value)
    return wanted


def _bits(octet, *fields):
    """Of an octet from its top bit on; None skips one."""
    return {field: [str(octet >> (7 - index) & 1)] for index, field in enumerate(fields) if field}


def update(data):
    sequence, flags, _, lifetime = struct.unpack_from("!HBBH", data)
    return {"mip6.bu.seqnr": [str(sequence)], "mip6.bu.lifetime": [str(lifetime)]} | _bits(
        flags, "mip6.bu.a_flag", "mip6.bu.h_flag", "mip6.bu.l_flag", "mip6.bu.k_flag", "mip6.bu.m_flag", "mip6.nemo.bu.r_flag",
        "mip6.bu.p_flag", "mip6.bu.f_flag")


def acknowledgement(data):
    status, flags, sequence, lifetime = struct.unpack_from("!BBHH", data)
    return {"mip6.ba.status": [str(status)], "mip6.ba.seqnr": [str(sequence)], "mip6.ba.lifetime": [str(lifetime)]} | _bits(
        flags, "mip6.ba.k_flag", "mip6.nemo.ba.r_flag", "mip6.ba.p_flag")


def error(data):
    return {"mip6.be.status": [str(data[0])], "mip6.be.haddr": [address(data[2:18])]}


def heartbeat(data):
    return {"mip6.hb.u_flag": [str(data[1] >> 1 & 1)], "mip6.hb.r_flag": [str(data[1] & 1)],
            "mip6.hb.seqnr": [str(int.from_bytes(data[2:6], "big"))]}


def revocation(data):
    kind, trigger_or_status, sequence, flags = struct.unpack_from("!BBHB", data)
    wanted = {"mip6.bri_br.type": [str(kind)], "mip6.bri_seqnr": [str(sequence)]}
    if kind == 1:
        return wanted | {"mip6.bri_r.trigger": [str(trigger_or_status)]} | _bits(flags, "mip6.bri_ip", "mip6.bri_iv", "mip6.bri_ig")
    return wanted | {"mip6.bri_status": [str(trigger_or_status)]} | _bits(flags, "mip6.bri_ap", "mip6.bri_av", "mip6.bri_ag")


def switch(data):
    return {"mip6.has.num_addrs": [str(data[0])]}


def ipv4(octets):
    return str(ipaddress.IPv4Address(octets))


def binding_identifier(body):
    wanted = {"mip6.bi.bid": str(int.from_bytes(body[:2], "big")), "mip6.bi.status": str(body[2]), "mip6.bi.h_flag": str(body[3] >> 7)}
    if len(body) == 8:
        wanted["mip6.bi.coa_ipv4"] = ipv4(body[4:])
    if len(body) == 20:
        wanted["mip6.bi.coa_ipv6"] = address(body[4:])
    return wanted


MESSAGES = {5: update, 6: acknowledgement, 7: error, SWITCH: switch, 13: heartbeat, REVOCATION: revocation}
# tshark 4.0 leaves the last two octets of an authenticator and of experimental data out; it knows the types of RFC 6089 alone.
OPTIONS = {
    2: lambda body: {"mip6.bra.interval": str(int.from_bytes(body, "big"))},
    3: lambda body: {"mip6.acoa.acoa": address(body)},
    4: lambda body: {"mip6.ni.hni": str(int.from_bytes(body[:2], "big")), "mip6.ni.cni": str(int.from_bytes(body[2:], "big"))},
    6: lambda body: {"mip6.nemo.mnp.pfl": str(body[1]), "mip6.nemo.mnp.mnp": address(body[2:])},
    9: lambda body: {"mip6.auth.subtype": str(body[0]), "mip6.auth.mobility_spi": str(int.from_bytes(body[1:5], "big")),
                     "mip6.auth.auth_data": body[5:-2].hex()},
    18: lambda body: {"mip6.em.data": body[:-2].hex()} if len(body) > 2 else {},
    28: lambda body: {"mip6.rc": str(int.from_bytes(body, "big"))},
    29: lambda body: {"mip6.ipv4ha.preflen": str(body[0] >> 2), "mip6.ipv4ha.p_flag": str(body[0] >> 1 & 1), "mip6.ipv4ha.ha": ipv4(body[2:])},
    30: lambda body: {"mip6.ipv4aa.sts": str(body[0]), "mip6.ipv4ha.preflen": str(body[1] >> 2), "mip6.ipv4ha.ha": ipv4(body[2:])},
    31: lambda body: {"mip6.natd.f_flag": str(body[0] >> 7), "mip6.natd.refresh_t": str(int.from_bytes(body[2:], "big"))},
    32: lambda body: {"mip6.ipv4coa.addr": ipv4(body[2:])},
    35: binding_identifier,
}
