"""Seeds that need no program of the project: texts, netlink messages, programs of events. seed_corpus.py writes
them."""
import json
import pathlib
import re
import socket
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw="


def octets(*parts):
    return b"".join(part.encode() if isinstance(part, str) else bytes(part) for part in parts)


def record(content):
    return bytes([len(content)]) + content


def configurations(write):
    examples = re.findall(r"```toml\n(.*?)```", (ROOT / "docs/configuration.md").read_text(), re.S)
    examples = [re.sub(r" +#.*", "", text).replace('"base64"', f'"{KEY}"') for text in examples]
    client = next(text for text in examples if "home_address" in text and "[home_agent]" in text)
    server = next(text for text in examples if "home_prefix" in text and "[[mobile_node]]" in text)
    split = client.replace('"full"', '"split"').replace('exclude = ["192.168.0.0/16"]\n', "")
    # Whole, and each line by itself in what has to be there, so that every key is met by itself.
    write("client_configuration", "whole", octets([0], split))
    write("client_configuration", "full_tunnel", octets([0], client))
    write("server_configuration", "whole", octets(server))
    write("server_configuration", "routed", octets(server.replace('home_mode = "on-link"\nhome_link = "eth1"\n', "")))
    write("client_configuration", "change", octets([1], record(b"home_agent.ports"), record(b"[443]"), split))
    write("client_configuration", "add_to_a_table", octets([1], record(b"new.key"), record(b"text"), split))
    write("client_configuration", "array_of_tables", octets([1], record(b"flow"), record(b"1"), split))
    profile = {"godwit_profile": 1, "name": "work", "public_key": KEY, "configuration": split.splitlines()}
    write("client_configuration", "profile", octets([2], json.dumps(profile)))
    profile |= {"private_key": KEY, "preshared_key": KEY}
    write("client_configuration", "profile_with_keys", octets([2], json.dumps(profile)))
    write("client_configuration", "profile_of_tomorrow", octets([2], json.dumps(profile | {"godwit_profile": 2})))


def requests(write):
    bodies = {"POST /v1/clients": '{"name": "phone", "expires_s": 3600, "policy": {"internet": true, "clients": false, '
                                  '"prefixes": ["192.0.2.0/24"], "rate_limit_up": 20000000, "rate_limit_down": null}}',
              "PATCH /v1/clients/laptop": '{"policy": {"prefixes": ["2001:db8:5::/48"]}}',
              "POST /v1/clients/laptop/invite": '{"expires_s": 60}', "POST /v1/key/rotate": '{"grace_s": 86400}',
              "PUT /v1/backup": "SQLite format 3", "POST /v1/clients/lap%74op/revoke": "", "GET /v1/status": "",
              "GET /v1/events?since=17&follow=false": "", "GET /v1/clients/nobody": "", "DELETE /v1/clients/laptop": "",
              "POST /v1/clients/printer/kick": "", "GET /": "", "GET /v1/backup": ""}
    mobile_node = {"GET /v1/ping?target=192.0.2.1&count=3": "", "POST /v1/up": "", "POST /v1/portal":
                   '{"cgroup": "godwit-portal-1.scope"}', "POST /v1/portal/close": "", "POST /v1/profiles/work/use": "",
                   "GET /v1/profiles": "", "GET /v1/status": "", "GET /v1/events": ""}
    for daemon, asked in ((0, bodies), (1, mobile_node)):
        for number, (line, body) in enumerate(asked.items()):
            fields = f"Host: localhost\r\nAuthorization: Bearer a token of some length\r\nContent-Length: {len(body)}\r\n"
            for asker in range(3):
                write("api_requests", f"{daemon}_{asker}_{number}",
                      octets([2 * asker + daemon], f"{line} HTTP/1.1\r\n{fields}\r\n{body}"))


def attribute(kind, content):
    return struct.pack("=HH", 4 + len(content), kind) + content + bytes(-len(content) % 4)


def message(kind, header, *attributes):
    body = header + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 0, 0) + body


def netlink(write):
    own, gateway, name = socket.inet_pton(socket.AF_INET6, "2001:db8:a::2"), bytes([0xfe, 0x80] + [0] * 13 + [1]), b"eth0\0"
    conf = attribute(10, attribute(2, struct.pack("=IIII", 0, 0, 1400, 0)))
    link = message(16, struct.pack("=BxHiII", 0, 1, 3, 0x10043, 0), attribute(3, name), attribute(4, struct.pack("=I", 1500)),
                   attribute(1, bytes(6)), attribute(35, struct.pack("=I", 2)), attribute(18, attribute(1, b"veth\0")),
                   attribute(26, conf))
    address = message(20, struct.pack("=BBBBi", 10, 64, 0x80, 0, 3), attribute(1, own), attribute(8, struct.pack("=I", 0x80)),
                      attribute(6, struct.pack("=IIII", 60, 90, 0, 0)), attribute(11, bytes([191])))
    ipv4 = message(20, struct.pack("=BBBBi", 2, 24, 0x80, 0, 3), attribute(1, bytes([192, 0, 2, 9])),
                   attribute(2, bytes([192, 0, 2, 9])))
    route = message(24, struct.pack("=BBBBBBBBI", 10, 0, 0, 0, 254, 9, 0, 1, 0), attribute(4, struct.pack("=I", 3)),
                    attribute(5, gateway), attribute(6, struct.pack("=I", 100)), attribute(7, own))
    hops = b"".join(struct.pack("=HBBi", 28, flags, 0, 3) + attribute(5, gateway) for flags in (0, 16))
    several = message(24, struct.pack("=BBBBBBBBI", 10, 64, 0, 0, 254, 9, 0, 1, 0), attribute(1, own), attribute(9, hops))
    rule = message(32, struct.pack("=BBBBBBBBI", 10, 128, 0, 0, 254, 0, 0, 1, 2), attribute(2, own),
                   attribute(6, struct.pack("=I", 4190)), attribute(10, struct.pack("=I", 7)), attribute(21, bytes([191])),
                   attribute(23, struct.pack("=HH", 4191, 4191)), attribute(14, struct.pack("=I", 0)))
    silent = message(28, struct.pack("=BxHiHBB", 10, 0, 3, 0x20, 0x80, 1), attribute(1, gateway))
    kinds = {"link": link, "address": address, "ipv4": ipv4, "route": route, "several": several, "rule": rule, "silent": silent}
    for kind, content in kinds.items():
        write("netlink", kind, content)
        write("netlink", f"{kind}_cut_short", struct.pack("=I", 20) + content[4:20])
    write("netlink", "all", b"".join(kinds.values()))


def texts(write):
    lease = 'lease {\n  interface "eth0";\n  option %s "https://login.example/";\n}\n'
    for number, option in enumerate(("default-url", "unknown-114", "captive-portal", "v4-captive-portal")):
        write("network_texts", f"lease_{number}", octets([0], lease % option))
    write("network_texts", "networkd", octets([0], "ADMIN_STATE=configured\nCAPTIVE_PORTAL=https://login.example/\n"))
    write("network_texts", "url", octets([0], "https://login.example:8443/?a=b#c"))
    write("network_texts", "redirection", octets([1], "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7/login\r\n\r\n"))
    write("network_texts", "page", octets([1], "HTTP/1.0 200 OK\r\n\r\n"))
    write("network_texts", "resolv_conf", octets([2], "nameserver 192.0.2.53\nnameserver 2001:db8::53\nsearch a.b\n"))
    write("network_texts", "stub", octets([2], "# systemd\nnameserver 127.0.0.53\noptions edns0\n"))
    for number, name in enumerate(("home.example", "HOME.example.", "192.0.2.1", "2001:db8::1", "a..b",
                                   "user.slice/godwit-portal-1.scope")):
        write("network_texts", f"name_{number}", octets([3], name))
    for length in (32, 40, 48, 56, 64, 96):
        address = bytearray(socket.inet_pton(socket.AF_INET6, "2001:db8:1:2:3:4::"))
        address[length // 8:] = bytes(16 - length // 8)
        place = length // 8
        for octet in (192, 0, 0, 170):
            place += place == 8
            address[place] = octet
            place += 1
        write("network_texts", f"nat64_{length}", octets([4], address))
    flows = ["udp port 5060", "udp ports 10000-20000", "tcp port 22 to 2001:db8::/32", "icmp", "dscp 46", "any to 192.0.2.0/24",
             "20M", "none", "100000k", "2001:db8:f::/64", "10.19.0.0/24", "::ffff:192.0.2.1", "eth*?eth01"]
    for number, flow in enumerate(flows):
        write("flow_selectors", f"text_{number}", octets(flow))


def programs(write):
    """Both cores: the steps of both_cores.cpp by their numbers."""
    deliver, newest, keep, lose, corrupt, divert, go, passes = [0], [1], 3, 4, 5, 6, 8, 7
    speak, through, hint, data, sleep, restart, order = 9, 10, 11, 12, 13, 14, 15
    settle = (deliver * 6 + [passes, 1]) * 3
    up = [go, 0] + settle
    udp = [go, 2] + settle
    some = {
        "register": up, "register_in_udp": udp, "dual": [go, 3] + settle, "ipv4": [go, 4] + settle, "both": [go, 5] + settle * 2,
        "move": up + [go, 1] + settle, "home": up + [go, 6] + settle, "refresh": up + [passes, 11] + settle + [passes, 11] + settle,
        "lost": [go, 0, lose, 0, passes, 5, lose, 0, passes, 6] + settle, "late": up + [go, 1, keep, 0] + settle + [go, 0] + settle * 2,
        "twice": [go, 0, keep, 0, keep, 0, keep, 0] + settle, "expired": up + [go, 7] + [passes, 11] * 2 + [go, 0] + settle,
        "home_agent_begins_anew": up + [restart, 0] + settle * 2, "mobile_node_begins_anew": up + [restart, 1] + settle * 2,
        "revoked": up + [order, 0] + settle * 2, "revoked_for_good": up + [order, 1] + settle * 2,
        "sleep": up + [sleep, 0, passes, 10, sleep, 1] + settle, "data": up + [data, 0, data, 1] * 6 + settle,
        "data_in_udp": udp + [data, 0, data, 1] * 4 + [divert, 0] + settle + [data, 0, divert, 0] + settle,
        "corrupt": [go, 0, corrupt, 0, 0, 20, 1, corrupt, 1, 0, 60, 255] + settle + [data, 0, corrupt, 0, 0, 30, 4] + settle,
        "thief_registers": up + [speak, 0, 2, 0, 100] + [0] + settle + [speak, 8, 2, 0, 100, 0] + settle,
        "thief_claims": up + [speak, 0, 0, 0, 100] + [0] + settle, "thief_dismissed": [speak, 0, 2, 0, 100, 0] + settle + [order, 2]
        + settle + [speak, 0, 2, 0, 100, 0] + settle + [order, 3, speak, 0, 2, 0, 100, 0] + settle,
        "thief_tunnels": up + [speak, 0, 2, 0, 100, 0] + settle + [through, 0, 8, 59, 1, 13, 0, 0, 0, 0, 0, through, 4, 8, 59, 1, 13, 0, 0, 0, 0, 0],
        "thief_in_udp": [speak, 1, 2, 0, 100, 0] + settle,
    }
    for number, header in enumerate(([59, 0, 0, 0, 0, 0, 0, 0], [59, 2, 7, 0, 0, 0, 1, 0] + [0] * 16,
                                     [59, 1, 6, 0, 0, 0, 146, 0, 0, 1, 0, 0, 1, 2, 0, 0],
                                     [59, 1, 5, 0, 0, 0, 0, 1, 192, 0, 0, 100, 1, 2, 0, 0], [59, 1, 77] + [0] * 13)):
        for way in range(4):
            some[f"hint_{number}_{way}"] = up + [hint, way] + [len(header)] + header + settle
    for name, steps in some.items():
        write("both_cores", name, bytes(steps))


def write_all(write):
    configurations(write)
    requests(write)
    netlink(write)
    texts(write)
    programs(write)
