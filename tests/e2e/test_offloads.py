"""Many packets in one: on where the kernel can, as both daemons' status says, and off by one word."""
import struct

import pytest
from deployment import PATIENCE
from flows import Download
from network import SLOWNESS
from topology import CORRESPONDENT, HOME_ADDRESS
from wire import PCAP_HEADER, Capture

NAMES = ["tun_read_tcp", "tun_read_udp", "tun_write_tcp", "tun_write_udp", "udp_segment", "udp_gro"]
LACKING = "this kernel does not have it"  # UDP through TUN devices, before Linux 6.2
LONGEST_FRAME = 1514
ENOUGH = 5_000_000  # octets


@pytest.fixture
def deploy_at_a(deploy):
    """Both daemons, with these keys in their configurations, the mobile node registered from link A over UDP."""
    def make(**settings):
        deployment = deploy(mobile_node={"encapsulation": "udp"} | settings, home_agent=settings)
        deployment.topology.plug("A")
        deployment.start_all()
        deployment.wait_attached(encapsulation="udp")
        return deployment
    return make


def longest(capture):
    """Octets of the longest packet so far."""
    octets, at, most = capture.octets(), len(PCAP_HEADER), 0
    while at + 16 <= len(octets):
        (length,) = struct.unpack_from("=I", octets, at + 8)
        most, at = max(most, length), at + 16 + length
    return most


def longest_of_a_download(deployment):
    """What passed the two TUN devices and the mobile node's link while ENOUGH came down over TCP."""
    topology = deployment.topology
    with (Capture(topology, "mn", "godwit0") as near, Capture(topology, "ha", "godwit-ha0") as far,
          Capture(topology, "mn", "uplink") as link):
        download = Download(topology, HOME_ADDRESS, CORRESPONDENT, megabytes_per_second=50)
        download.wait_for_more(10 * SLOWNESS)
        while download.arrivals()[-1][1] < ENOUGH:
            download.wait_for_more(10 * SLOWNESS)
        assert download.stop() >= ENOUGH
    return {"near": longest(near), "far": longest(far), "link": longest(link)}


def test_all_that_the_kernel_has_is_on_at_both_ends_and_in_use(deploy_at_a):
    deployment = deploy_at_a()
    for node in ("mn", "ha"):
        offloads = deployment.status(node)["offloads"]
        assert list(offloads) == NAMES + ["reasons"]
        assert set(offloads["reasons"].values()) <= {LACKING}, node
        for name in ("tun_read_tcp", "tun_write_tcp", "udp_segment", "udp_gro"):
            assert offloads[name] is True, f"{node}: {name}"
    found = longest_of_a_download(deployment)
    assert min(found.values()) > LONGEST_FRAME, found


def test_a_word_switches_all_of_them_off_and_packets_go_one_by_one(deploy_at_a):
    deployment = deploy_at_a(offloads="off")
    for node in ("mn", "ha"):
        offloads = deployment.status(node)["offloads"]
        assert not any(offloads[name] for name in NAMES), node
        assert set(offloads["reasons"].values()) == {"off by the configuration"}, node
    found = longest_of_a_download(deployment)
    assert 1000 < min(found.values()) and max(found.values()) <= LONGEST_FRAME, found
    _, text, _ = deployment.command("status", "--socket", deployment.socket("mn"), check=True)
    assert "all off by the configuration" in text


def test_a_machine_that_is_down_has_none_to_speak_of(deploy_at_a):
    deployment = deploy_at_a()
    deployment.command("down", "--socket", deployment.socket("mn"), check=True)
    assert deployment.wait("mn", lambda status: status["state"] == "down", PATIENCE)["offloads"] is None
