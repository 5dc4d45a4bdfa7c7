"""A path's MTU shrinks and grows in mid-flow while ICMP errors disappear."""
import sys
import time

import pytest
from access_networks import CORRESPONDENT
from deployment import PATIENCE
from flows import Download
from network import HERE, SLOWNESS
from topology import HOME_ADDRESS

PROBING = 5  # seconds: mtu_probe_interval
LIMIT = 3 * SLOWNESS  # seconds for 1 MiB
CONTENT = 1 << 20


@pytest.fixture
def fetch():
    """Fetches 1 MiB from the correspondent over a new connection; in how many seconds."""
    def make(topology):
        (topology.directory / "content").write_bytes(bytes(range(256)) * (CONTENT // 256))
        server = topology.start("cn", f"{sys.executable} {HERE}/traffic.py serve {CORRESPONDENT} 8080 "
                                      f"{topology.directory}/content")
        assert "ready" in server.stdout.readline()

        def one():
            begin = time.monotonic()
            topology.run("mn", f"curl -sSf -g --interface {HOME_ADDRESS} 'http://[{CORRESPONDENT}]:8080/' | "
                               f"cmp - {topology.directory}/content", timeout=10 * LIMIT)
            return time.monotonic() - begin
        return one
    return make


@pytest.mark.parametrize("network", ["native", "nat44"])
def test_transfers_go_on_when_the_mtu_shrinks_silently_and_use_it_when_it_grows(deploy_roaming, report, fetch, network):
    deployment = deploy_roaming((network,), home_agent={"mtu_probe_interval": PROBING},
                                mobile_node={"mtu_probe_interval": PROBING})
    topology = deployment.topology
    one = fetch(topology)
    download = Download(topology, HOME_ADDRESS, CORRESPONDENT)
    topology.change(network, "drop-icmp on")
    for mtu in (1500, 1280, 1124):
        topology.change(network, f"mtu {mtu}")
        seconds = one()
        report(f"{network}: 1 MiB through {mtu} octets: {seconds:.2f} s, tunnel MTU {tunnel_mtu(deployment)}")
        assert seconds < LIMIT
        download.wait_for_more(PATIENCE)
    small = tunnel_mtu(deployment)
    topology.change(network, "mtu 1400")
    begin = time.monotonic()
    deployment.wait("ha", lambda status: status["bindings"][0]["mtu"] > small, PROBING * SLOWNESS + PATIENCE)
    grown = time.monotonic() - begin
    report(f"{network}: tunnel MTU {small} -> {tunnel_mtu(deployment)} after {grown:.1f} s, probed each {PROBING} s")
    assert grown < (PROBING + 2) * SLOWNESS
    assert one() < LIMIT
    download.stop()


def tunnel_mtu(deployment):
    """Of the direction that the transfers take: each end measures its own."""
    return deployment.status("ha")["bindings"][0]["mtu"]
