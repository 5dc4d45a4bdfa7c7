"""`protection = "none"`: bare RFC 6275, as other implementations and conformance testers speak it. The mobile node here
is written in Scapy, so the home agent meets an implementation that is not its own."""
import time

import pytest
from deployment import PATIENCE, binding, settle
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT
from wire import BINDING_ACKNOWLEDGEMENT, Capture, checksum_is_right, inject

SEQUENCE_OUT_OF_WINDOW, NOT_HOME_AGENT_FOR_THIS_MOBILE_NODE, NOT_HOME_SUBNET, INVALID_CARE_OF_ADDRESS = 135, 133, 132, 174


class ScapyMobileNode:
    def __init__(self, deployment):
        self.deployment, self.network = deployment, deployment.topology
        self.network.move("A")
        self.care_of_address = self.network.care_of_address("A")
        self.capture = Capture(self.network, "mn", "uplink")

    def update(self, sequence, lifetime=150, home_address=HOME_ADDRESS, care_of_address=None, reserved=0):
        """Sends a binding update; the acknowledgement."""
        from scapy.layers.inet6 import HAO, IPv6, IPv6ExtHdrDestOpt, MIP6MH_BU, MIP6OptAltCoA
        before = len(self.capture.mobility(BINDING_ACKNOWLEDGEMENT))
        packet = (IPv6(src=self.care_of_address, dst=HOME_AGENT) / IPv6ExtHdrDestOpt(options=[HAO(hoa=home_address)])
                  / MIP6MH_BU(flags="AH", reserved=reserved, seq=sequence, mhtime=lifetime,
                              options=[MIP6OptAltCoA(acoa=care_of_address or self.care_of_address)]))
        inject(self.network, "mn", "uplink", [packet])
        deadline = time.monotonic() + PATIENCE
        while len(answers := self.capture.mobility(BINDING_ACKNOWLEDGEMENT)) == before:
            assert time.monotonic() < deadline, f"no binding acknowledgement\n{self.deployment.log('ha')}"
            time.sleep(0.02)
        assert checksum_is_right(answers[-1])
        return answers[-1]

    def binding(self):
        return binding(self.deployment.status("ha"), HOME_ADDRESS)


@pytest.fixture
def node(deploy):
    # The mobile node's kernel knows no type 2 routing header and says so; no daemon is there to prevent it.
    deployment = deploy(protection="none", allow_parameter_problems=("mn",), home_agent={"allow_unprotected": True})
    deployment.start("ha")
    scapy = ScapyMobileNode(deployment)
    with scapy.capture:
        yield scapy


def test_a_bare_binding_update_registers(node):
    from scapy.layers.inet6 import IPv6ExtHdrRouting
    answer = node.update(16)
    assert (answer.src, answer.dst) == (HOME_AGENT, node.care_of_address)
    assert answer[IPv6ExtHdrRouting].type == 2 and answer[IPv6ExtHdrRouting].addresses == [HOME_ADDRESS]
    acknowledgement = answer.lastlayer()
    assert (acknowledgement.status, acknowledgement.seq) == (0, 16)
    assert 0 < acknowledgement.mhtime <= 150
    assert node.binding()["care_of_address"] == node.care_of_address
    assert node.binding()["sequence"] == 16


def test_the_tunnel_is_ipv6_in_ipv6(node):
    from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
    node.update(1)
    node.network.run("cn", f"ping -n -c 1 -W 1 {HOME_ADDRESS}", check=False)
    inject(node.network, "mn", "uplink", [IPv6(src=node.care_of_address, dst=HOME_AGENT)
                                         / IPv6(src=HOME_ADDRESS, dst=CORRESPONDENT) / ICMPv6EchoRequest(id=77)])
    settle(0.5)
    inner = [packet[IPv6].payload for packet in node.capture.packets()
             if packet.nh == 41 and (packet.src, packet.dst) == (HOME_AGENT, node.care_of_address)]
    assert any(packet.dst == HOME_ADDRESS and packet.payload.type == 128 for packet in inner), "no request came down"
    assert any(packet.dst == HOME_ADDRESS and packet.payload.type == 129 and packet.payload.id == 77
               for packet in inner), "no reply to what went up"


def test_sequence_numbers_are_compared_as_the_rfc_says(node):
    """RFC 6275 §9.5.1: the last 32768 values are old."""
    node.update(15)
    for old in (14, 15, 32783):
        acknowledgement = node.update(old).lastlayer()
        assert (acknowledgement.status, acknowledgement.seq) == (SEQUENCE_OUT_OF_WINDOW, 15)
    assert node.update(32782).lastlayer().status == 0


def test_lifetime_zero_deregisters(node):
    node.update(1)
    acknowledgement = node.update(2, lifetime=0).lastlayer()
    assert (acknowledgement.status, acknowledgement.mhtime, acknowledgement.seq) == (0, 0, 2)
    assert node.binding() is None


def test_deregistering_what_is_not_registered_is_refused(node):
    assert node.update(1, lifetime=0).lastlayer().status == NOT_HOME_AGENT_FOR_THIS_MOBILE_NODE
    assert node.binding() is None


def test_a_late_older_binding_update_does_not_revive_the_binding(node):
    """RFC 6275 §10.3.2: the deleted entry keeps its sequence number for 10 s."""
    node.update(20)
    node.update(22, lifetime=0)
    acknowledgement = node.update(21).lastlayer()
    assert (acknowledgement.status, acknowledgement.seq) == (SEQUENCE_OUT_OF_WINDOW, 22)
    assert node.binding() is None


def test_an_address_outside_the_home_prefix_is_refused(node):
    assert node.update(1, home_address="2001:db8:dead::9").lastlayer().status == NOT_HOME_SUBNET
    assert node.deployment.status("ha")["bindings"] == []


@pytest.mark.parametrize("care_of_address", ["2001:db8:f::77", HOME_AGENT])
def test_a_care_of_address_in_the_home_prefix_is_refused(node, care_of_address):
    assert node.update(1, care_of_address=care_of_address).lastlayer().status == INVALID_CARE_OF_ADDRESS
    assert node.binding() is None


def test_more_lifetime_than_asked_for_or_allowed_is_never_granted(node):
    for sequence, (asked, granted) in enumerate(((10, 10), (65535, 900)), 1):  # 900: max_lifetime, in units of 4 s
        acknowledgement = node.update(sequence, lifetime=asked).lastlayer()
        assert (acknowledgement.status, acknowledgement.mhtime) == (0, granted)


def test_reserved_bits_are_ignored(node):
    assert node.update(1, reserved=0x3f).lastlayer().status == 0


def test_the_status_warns_as_long_as_it_is_allowed(node):
    assert node.deployment.status("ha")["health"]


def test_our_own_mobile_node_speaks_it_too(deploy):
    deployment = deploy(protection="none", home_agent={"allow_unprotected": True})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.move("B")
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")
    deployment.move("home")
    assert " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.02 -W 10 {CORRESPONDENT}")
