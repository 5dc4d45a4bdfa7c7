"""What must not change anything: wrong keys, other people's home addresses, old, forged and broken messages."""
import ipaddress
import time

import pytest
from deployment import PATIENCE, binding, settle
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT
from wire import BINDING_ACKNOWLEDGEMENT, BINDING_UPDATE, Capture, inject

OTHER_HOME_ADDRESS = "2001:db8:f::a"
PASSES = ("remaining_s", "tx_packets", "tx_bytes", "rx_packets", "rx_bytes")  # by themselves


def state(deployment):
    """What only an authentic message may change, at both ends."""
    def steady(value):
        return {key: steady(part) for key, part in value.items() if key not in PASSES} \
            if isinstance(value, dict) else value
    mn, ha = deployment.status("mn"), deployment.status("ha")
    mn["handovers"] = {key: mn["handovers"][key] for key in ("count", "last")}  # a move's record comes a little later
    return ([steady(mn[key]) for key in ("state", "care_of_address", "path", "binding", "tunnel", "handovers")],
            [steady(entry) for entry in ha["bindings"]])


def remaining(deployment):
    return deployment.status("mn")["binding"]["remaining_s"], deployment.status("ha")["bindings"][0]["remaining_s"]


def drops(deployment, node):
    return sum(deployment.status(node)["drops"].values())


def works(deployment):
    return " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 1 {CORRESPONDENT}", check=False)


def assert_works(deployment):
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")
    assert " 0% packet loss" in deployment.topology.run("cn", f"ping -n -c 3 -i 0.02 -W 10 {HOME_ADDRESS}")


def send_to(deployment, node, packets):
    """Puts packets on the link towards a daemon: from rt, where anybody's packets could come from."""
    inject(deployment.topology, "rt", "ha" if node == "ha" else deployment.topology.at["mn", "uplink"], packets)


def assert_nothing_changes(deployment, node, packets, counted=True):
    """Sends packets to a daemon ("ha", "mn"); afterwards all is as it was, but for the drop counters."""
    before, dropped, left = state(deployment), drops(deployment, node), remaining(deployment)
    send_to(deployment, node, packets)
    if counted:
        deployment.wait(node, lambda status: sum(status["drops"].values()) > dropped)
    settle(0.3)  # whatever would be done has been done
    assert state(deployment) == before
    assert all(now <= then for now, then in zip(remaining(deployment), left)), "a lifetime was renewed"
    assert_works(deployment)


@pytest.fixture
def heard(at_home):
    """A mobile node on A, and what was said on the way: at_home with `updates` and `acknowledgements` as octets."""
    with Capture(at_home.topology, "rt", "A") as capture:
        at_home.move("A")
    at_home.updates = [bytes(packet) for packet in capture.mobility(BINDING_UPDATE)]
    at_home.acknowledgements = [bytes(packet) for packet in capture.mobility(BINDING_ACKNOWLEDGEMENT)]
    at_home.tunnelled = [bytes(packet) for packet in capture.packets() if packet.nh == 50]
    assert at_home.updates and at_home.acknowledgements
    return at_home


# Who may register

def not_registered(deployment, seconds=4):
    """Registers nowhere in that time, and says so; the home agent stays as it was."""
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait("mn", lambda status: status["state"] == "registering")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert deployment.status("mn")["state"] == "registering"
        assert deployment.status("ha")["bindings"] == []
        time.sleep(0.2)
    assert deployment.command("status", "--socket", deployment.socket("mn"))[0] == 3


def test_a_key_that_the_home_agent_does_not_know_registers_nothing(deploy):
    deployment = deploy()
    deployment.keygen("mn")  # another one, after the home agent was told the first
    not_registered(deployment)
    assert drops(deployment, "ha") > 0


def test_a_home_agent_with_another_key_is_not_believed(deploy):
    deployment = deploy()
    deployment.configure_mobile_node(agent={"public_key": deployment.keygen("stranger")})
    not_registered(deployment)


def test_a_key_does_not_register_the_home_address_of_another(deploy):
    """RFC 6275 §5.1."""
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2")},
                        home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER_HOME_ADDRESS})
    deployment.configure_mobile_node("mn2", home_address=HOME_ADDRESS)
    deployment.topology.plug("A")
    deployment.topology.plug("B", "mn2")
    deployment.start_all()
    care_of_address = deployment.topology.care_of_address("A")
    deployment.wait_registered(care_of_address)
    deployment.wait("mn2", lambda status: status["state"] == "registering")
    settle(3)
    assert deployment.status("mn2")["state"] == "registering"
    assert [entry["care_of_address"] for entry in deployment.status("ha")["bindings"]] == [care_of_address]
    assert drops(deployment, "ha") > 0
    assert_works(deployment)


def test_another_preshared_key_opens_no_tunnel(deploy):
    """Noise mixes the pre-shared key into the acknowledgement: the mobile node finds out, and shares no key."""
    deployment = deploy()
    for name in ("psk-ha", "psk-mn"):
        deployment.keygen(name)
        (deployment.directory / f"{name}.key").chmod(0o600)
    deployment.configure_home_agent(nodes={"mn": {"preshared_key_file": "psk-ha.key"}})
    deployment.configure_mobile_node(agent={"preshared_key_file": "psk-mn.key"})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait("mn", lambda status: status["drops"].get("bad-handshake"))
    assert deployment.status("mn")["state"] == "registering"
    ping = deployment.topology.run("cn", f"ping -n -c 3 -i 0.02 -W 1 {HOME_ADDRESS}", check=False)
    assert " 100% packet loss" in ping


def test_the_same_preshared_key_registers(deploy):
    deployment = deploy()
    deployment.keygen("psk")
    deployment.configure_home_agent(nodes={"mn": {"preshared_key_file": "psk.key"}})
    deployment.configure_mobile_node(agent={"preshared_key_file": "psk.key"})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))


# Old messages

def test_a_replayed_binding_update_changes_nothing(heard):
    assert_nothing_changes(heard, "ha", heard.updates)


def test_a_replayed_binding_update_does_not_move_the_binding_back(heard):
    heard.move("B")
    assert_nothing_changes(heard, "ha", heard.updates)


def test_a_replayed_binding_update_does_not_revive_a_binding(heard):
    """RFC 6275 §10.3.2: a delayed binding update after the deregistration."""
    heard.move("home")
    send_to(heard, "ha", heard.updates)
    settle(0.5)
    assert heard.status("ha")["bindings"] == []
    assert heard.status("mn")["state"] == "home"
    assert_works(heard)


def test_a_replayed_binding_update_finds_no_taker_after_a_restart_of_the_home_agent(heard):
    heard.stop("mn")
    heard.crashed.add("mn")  # its kernel answers when it is told that its clock must be wrong
    heard.crash("ha")
    heard.start("ha")
    known = heard.status("ha")["bindings"]
    send_to(heard, "ha", heard.updates)
    settle(0.5)
    assert [entry["sequence"] for entry in heard.status("ha")["bindings"]] == [entry["sequence"] for entry in known]


def test_a_replayed_binding_acknowledgement_changes_nothing(heard):
    assert_nothing_changes(heard, "mn", heard.acknowledgements)


def test_a_replayed_tunnel_packet_is_dropped(heard):
    from scapy.layers.inet6 import ICMPv6EchoRequest
    with Capture(heard.topology, "rt", "A") as capture:
        heard.topology.run("mn", f"ping -n -c 3 -i 0.02 {CORRESPONDENT}")
    outbound = [bytes(packet) for packet in capture.packets() if packet.nh == 50 and packet.dst == HOME_AGENT]
    with Capture(heard.topology, "ha", "wan") as beyond:
        assert_nothing_changes(heard, "ha", outbound)
    requests = [packet for packet in beyond.packets() if packet.dst == CORRESPONDENT and ICMPv6EchoRequest in packet]
    assert len(requests) == 3, "only the three of assert_works may have come out of the tunnel"


# Forged messages

def altered(packet, start):
    """Copies of a packet from whose octet `start` on one bit differs, another in each, under a right checksum."""
    from scapy.layers.inet6 import IPv6
    from wire import mobility_header
    for octet in range(start, len(packet)):
        copy = bytearray(packet)
        copy[octet] ^= 1 << octet % 8
        parsed = IPv6(bytes(copy))
        header = mobility_header(parsed)
        if header is not None and hasattr(header, "cksum"):
            header.cksum = None
        try:
            built = bytes(parsed)
        except AttributeError:  # Scapy cannot build again what it has read of options that make no sense
            built = bytes(copy)
        if built != packet:  # a changed checksum has become right again
            yield built


HOME_ADDRESS_OFFSET = 48  # in the Home Address option or the type 2 routing header; the Mobility Header follows


def cut(deployment, interface):
    """No Mobility Header leaves the core router there any more; everything else does."""
    deployment.topology.run("rt", f"nft 'table inet cut {{ chain forward {{ type filter hook forward priority 0; "
                                  f"meta l4proto 135 oifname {interface} drop; }}; }}'")


@pytest.fixture
def at_home_natively(deploy):
    """As at_home, but who cuts Mobility Headers off cuts the mobile node off."""
    deployment = deploy(mobile_node={"encapsulation": "ip6"})
    deployment.topology.plug("home")
    deployment.start_all()
    deployment.wait_home()
    return deployment


def test_altered_binding_updates_change_nothing(at_home_natively):
    """The home agent has not seen the original, so only its authentication speaks against the copies."""
    cut(at_home_natively, "ha")
    with Capture(at_home_natively.topology, "rt", "A") as capture:
        at_home_natively.topology.move("A")
        at_home_natively.wait("mn", lambda status: status["state"] == "registering" and capture.mobility(BINDING_UPDATE))
    original = bytes(capture.mobility(BINDING_UPDATE)[-1])
    dropped = drops(at_home_natively, "ha")
    send_to(at_home_natively, "ha", altered(original, HOME_ADDRESS_OFFSET))
    at_home_natively.wait("ha", lambda status: sum(status["drops"].values()) > dropped)
    settle(1)
    assert at_home_natively.status("ha")["bindings"] == []
    send_to(at_home_natively, "ha", [original])
    at_home_natively.wait("ha", lambda status: binding(status, HOME_ADDRESS))


def test_altered_binding_acknowledgements_change_nothing(at_home_natively):
    """The mobile node has not seen the original."""
    cut(at_home_natively, "A")
    with Capture(at_home_natively.topology, "rt", "ha") as capture:
        at_home_natively.topology.move("A")
        at_home_natively.wait("mn", lambda status: status["state"] == "registering" and capture.mobility(BINDING_ACKNOWLEDGEMENT))
        send_to(at_home_natively, "mn", altered(bytes(capture.mobility(BINDING_ACKNOWLEDGEMENT)[-1]), HOME_ADDRESS_OFFSET))
        settle(0.3)
        assert at_home_natively.status("mn")["state"] == "registering"

        def registered_by_original(status):
            send_to(at_home_natively, "mn", [bytes(capture.mobility(BINDING_ACKNOWLEDGEMENT)[-1])])  # of the latest update
            return status["state"] == "registered"
        at_home_natively.wait("mn", registered_by_original)


def test_truncated_messages_change_nothing(heard):
    def cut(packet):
        for length in range(40, len(packet)):
            yield packet[:4] + (length - 40).to_bytes(2, "big") + packet[6:length]
    assert_nothing_changes(heard, "ha", cut(heard.updates[-1]))
    assert_nothing_changes(heard, "mn", cut(heard.acknowledgements[-1]))


@pytest.mark.parametrize("status", [0, 1, 128, 129, 133, 134, 135, 146])
def test_forged_binding_acknowledgements_change_nothing(heard, status):
    from scapy.layers.inet6 import IPv6, IPv6ExtHdrRouting, MIP6MH_BA
    sequence = heard.status()["binding"]["sequence"]
    packets = [bytes(IPv6(src=HOME_AGENT, dst=heard.status()["care_of_address"])
                     / IPv6ExtHdrRouting(type=2, addresses=[HOME_ADDRESS])
                     / MIP6MH_BA(status=status, seq=(sequence + ahead) % 65536, mhtime=lifetime))
               for ahead in (0, 1, 2, 100) for lifetime in (0, 1, 65535)]
    assert_nothing_changes(heard, "mn", packets)


def test_bare_binding_updates_change_nothing(heard):
    """Without protection: deregistration, another care-of address, greater sequence numbers."""
    from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, MIP6MH_BU, MIP6OptAltCoA
    sequence, care_of_address = heard.status()["binding"]["sequence"], heard.status()["care_of_address"]
    packets = [bytes(IPv6(src=source, dst=HOME_AGENT) / IPv6ExtHdrDestOpt(options=[HAO(hoa=HOME_ADDRESS)])
                     / MIP6MH_BU(flags="AH", seq=(sequence + ahead) % 65536, mhtime=lifetime, options=[MIP6OptAltCoA(acoa=source)]))
               for source in (care_of_address, "2001:db8:b::666") for ahead in (1, 1000) for lifetime in (0, 150)]
    assert_nothing_changes(heard, "ha", packets)


def test_binding_errors_and_refresh_requests_of_strangers_change_nothing(heard):
    from scapy.layers.inet6 import IPv6, MIP6MH_BE, MIP6MH_BRR
    packets = [bytes(IPv6(src=source, dst=heard.status()["care_of_address"]) / message)
               for source in (HOME_AGENT, CORRESPONDENT)
               for message in (MIP6MH_BE(status=1, ha=HOME_ADDRESS), MIP6MH_BE(status=2, ha=HOME_ADDRESS), MIP6MH_BRR())]
    before = state(heard)
    send_to(heard, "mn", packets * 10)
    settle(1)
    # A hint may make the node ask (a new sequence number), never believe.
    hasty = state(heard)
    assert hasty[0][:3] == before[0][:3]
    assert [entry["care_of_address"] for entry in hasty[1]] == [entry["care_of_address"] for entry in before[1]]
    assert heard.status()["binding"]["sequence"] - before[0][3]["sequence"] <= 4  # RFC 6275 §11.8: three in a second
    assert_works(heard)


def test_forged_icmp_errors_change_nothing(heard):
    from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6ParamProblem, ICMPv6TimeExceeded, IPv6)
    errors = [ICMPv6ParamProblem(code=code, ptr=pointer) for code in (0, 1, 2) for pointer in (6, 40, 42)] + [
        ICMPv6DestUnreach(code=code) for code in range(7)] + [
        ICMPv6TimeExceeded(code=0), ICMPv6PacketTooBig(mtu=68), ICMPv6PacketTooBig(mtu=1279)]
    care_of_address = heard.status()["care_of_address"]
    to_mn = [bytes(IPv6(src=source, dst=care_of_address) / error / heard.updates[-1][:1200])
             for error in errors for source in (HOME_AGENT, "2001:db8:a::1")]
    to_ha = [bytes(IPv6(src=source, dst=HOME_AGENT) / error / heard.acknowledgements[-1][:1200])
             for error in errors for source in (care_of_address, "2001:db8:a::1")]
    assert_nothing_changes(heard, "mn", to_mn, counted=False)
    assert_nothing_changes(heard, "ha", to_ha, counted=False)


def test_forged_icmp_errors_about_sealed_packets_change_nothing(heard):
    """They quote a packet of the tunnel, as they would have to; how long packets may be is found by asking the other end."""
    from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6ParamProblem, IPv6
    care_of_address = heard.status()["care_of_address"]
    errors = [ICMPv6PacketTooBig(mtu=mtu) for mtu in (0, 68, 1000, 1279, 1280)] + [
        ICMPv6DestUnreach(code=code) for code in range(7)] + [ICMPv6ParamProblem(code=1, ptr=6)]
    for node, there in (("mn", care_of_address), ("ha", HOME_AGENT)):
        quoted = [packet for packet in heard.tunnelled if ipaddress.IPv6Address(packet[8:24]) == ipaddress.IPv6Address(there)]
        assert quoted
        assert_nothing_changes(heard, node, [bytes(IPv6(src=source, dst=there) / error / quoted[-1][:1200]) for error in errors
                                             for source in (HOME_AGENT if node == "mn" else care_of_address, "2001:db8:a::1")],
                               counted=False)


# Routers that are none

def rogue_advertisement(prefix, length=64, is_for_addresses=True):
    from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, ICMPv6NDOptSrcLLAddr, IPv6
    return bytes(IPv6(src="fe80::bad", dst="ff02::1", hlim=255)
                 / ICMPv6ND_RA(routerlifetime=1800, prf=1, chlim=64)  # of high preference
                 / ICMPv6NDOptSrcLLAddr(lladdr="02:00:00:00:0b:ad")
                 / ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=length, L=1, A=int(is_for_addresses), validlifetime=1800, preferredlifetime=1800))


def advertise_falsely(deployment, prefix, seconds=4):
    """All the time there are packets for the correspondent; nothing of them may be seen in clear where the router is."""
    from scapy.layers.inet6 import ICMPv6EchoRequest
    seen = []
    with Capture(deployment.topology, "rt", "A") as capture:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            send_to(deployment, "mn", [rogue_advertisement(prefix)])
            deployment.topology.run("mn", f"ping -n -c 1 -W 1 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
            seen.append(deployment.status()["state"])
    assert not [packet for packet in capture.packets() if packet.dst == CORRESPONDENT and ICMPv6EchoRequest in packet]
    return seen


def test_a_rogue_router_moves_no_binding(heard):
    """It makes addresses and a default route, as any router: a path that leads nowhere is left as soon as that is known."""
    before = binding(heard.status("ha"), HOME_ADDRESS)["care_of_address"]
    advertise_falsely(heard, "2001:db8:bad::")
    assert binding(heard.status("ha"), HOME_ADDRESS)["care_of_address"] in (before, heard.topology.care_of_address("A"))
    deadline = time.monotonic() + PATIENCE
    while not works(heard) and time.monotonic() < deadline:  # the kernel goes from one router to the other meanwhile
        pass
    assert not binding(heard.status("ha"), HOME_ADDRESS)["care_of_address"].startswith("2001:db8:bad:")
    assert_works(heard)


def test_what_a_rogue_router_says_is_on_the_link_goes_past_no_full_tunnel(heard):
    """RFC 4861 §4.6.2: the prefix of an advertisement may be as short as it likes, and has to give no address."""
    from scapy.layers.inet6 import ICMPv6EchoRequest
    send_to(heard, "mn", [rogue_advertisement("2000::", length=3, is_for_addresses=False)])
    settle(0.5)  # the kernel has the route, and the daemon has seen it
    assert heard.topology.run("mn", "ip -6 route show 2000::/3")
    with Capture(heard.topology, "rt", "A") as capture:
        for _ in range(3):
            assert "dev godwit0" in heard.topology.run("mn", f"ip -6 route get {CORRESPONDENT}")
            heard.topology.run("mn", f"ping -n -c 1 -W {PATIENCE} {CORRESPONDENT}")
    assert not [packet for packet in capture.packets() if packet.dst == CORRESPONDENT and ICMPv6EchoRequest in packet]


def test_a_false_home_link_is_no_home(heard):
    """RFC 6275 §11.5.5: a router with the home prefix makes a home link, but who is at home the home agent says."""
    assert "home" not in advertise_falsely(heard, "2001:db8:f::")
    assert binding(heard.status("ha"), HOME_ADDRESS)
    heard.topology.move("B")
    heard.wait_registered(heard.topology.care_of_address("B"))
    assert_works(heard)


# The data plane

def test_a_packet_in_clear_does_not_enter_a_sealed_tunnel(heard):
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    care_of_address = heard.status()["care_of_address"]
    up = bytes(IPv6(src=care_of_address, dst=HOME_AGENT) / IPv6(src=HOME_ADDRESS, dst=CORRESPONDENT)
               / ICMPv6EchoRequest(id=0x666))
    down = bytes(IPv6(src=HOME_AGENT, dst=care_of_address) / IPv6(src=CORRESPONDENT, dst=HOME_ADDRESS)
                 / ICMPv6EchoRequest(id=0x666))
    with Capture(heard.topology, "cn", "wan") as capture:
        assert_nothing_changes(heard, "ha", [up], counted=False)
        assert_nothing_changes(heard, "mn", [down], counted=False)
    assert not [packet for packet in capture.packets() if getattr(packet.payload, "id", 0) == 0x666]


def test_a_plain_tunnel_takes_packets_from_the_care_of_address_only(deploy):
    """RFC 6275 §10.4.5."""
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    deployment = deploy(protection="plain")
    deployment.topology.plug("A")
    deployment.start_all()
    care_of_address = deployment.topology.care_of_address("A")
    deployment.wait_registered(care_of_address)
    inner = IPv6(src=HOME_ADDRESS, dst=CORRESPONDENT) / ICMPv6EchoRequest(id=0x666)
    with Capture(deployment.topology, "cn", "wan") as capture:
        assert_nothing_changes(deployment, "ha", [bytes(IPv6(src="2001:db8:b::666", dst=HOME_AGENT) / inner)])
        spoofed = IPv6(src=OTHER_HOME_ADDRESS, dst=CORRESPONDENT) / ICMPv6EchoRequest(id=0x666)
        assert_nothing_changes(deployment, "ha", [bytes(IPv6(src=care_of_address, dst=HOME_AGENT) / spoofed)])
    assert not [packet for packet in capture.packets() if getattr(packet.payload, "id", 0) == 0x666]


def test_an_enrolled_node_cannot_send_from_the_home_address_of_another(deploy):
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2")},
                        home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER_HOME_ADDRESS})
    network = deployment.topology
    network.plug("A")
    network.plug("B", "mn2")
    deployment.start_all()
    deployment.wait_registered(network.care_of_address("A"))
    deployment.wait_registered(network.care_of_address("B", "mn2"), "mn2")
    network.ip("mn2", f"addr add {HOME_ADDRESS}/128 dev godwit0 nodad")
    with Capture(network, "cn", "wan") as capture:
        network.run("mn2", f"ping -n -c 3 -i 0.02 -W 1 -I {HOME_ADDRESS} {CORRESPONDENT}", check=False)
        network.run("mn2", f"ping -n -c 3 -i 0.02 -W 1 -I {OTHER_HOME_ADDRESS} {CORRESPONDENT}")
    sources = {str(ipaddress.IPv6Address(packet.src)) for packet in capture.packets() if packet.dst == CORRESPONDENT}
    assert OTHER_HOME_ADDRESS in sources
    assert HOME_ADDRESS not in sources
    assert binding(deployment.status("ha"), HOME_ADDRESS)["care_of_address"] == network.care_of_address("A")
