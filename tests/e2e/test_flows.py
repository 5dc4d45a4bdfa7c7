"""The flows, without the programs under test: they tell what a link does to them."""
import time

import pytest
from access_networks import CORRESPONDENT_IP4, AccessNetworks
from flows import Datagrams, Download
from network import SLOWNESS
from topology import CORRESPONDENT, Topology

PATIENCE = 10 * SLOWNESS


@pytest.fixture
def linked():
    """A topology, and the address of its mobile node on link A."""
    with Topology(impair={"A": "--delay 5"}) as topology:
        yield topology, topology.move("A")["address"]


def test_datagrams_tell_of_silence_and_losses_while_a_link_is_dead(linked):
    topology, address = linked
    datagrams = Datagrams(topology, address, CORRESPONDENT)
    begin = datagrams.wait_both_ways(0, PATIENCE)
    topology.change("A", "blackhole on")
    dead = time.time()
    while datagrams.sent("up")[-1][0] < dead + 0.3:
        time.sleep(0.01)
    topology.change("A", "blackhole off")
    alive = datagrams.wait_both_ways(time.time(), PATIENCE)
    assert datagrams.silence(begin, alive) >= 0.3
    assert datagrams.lost(dead, dead + 0.3) >= 30 / SLOWNESS
    assert datagrams.lost(begin, dead - 0.2) == 0
    assert (datagrams.doubled(), datagrams.overtaken()) == (0, 0)
    datagrams.stop()


def test_datagrams_tell_how_many_were_overtaken():
    with Topology(impair={"A": "--reorder 20 --reorder-delay 25"}) as topology:
        datagrams = Datagrams(topology, topology.move("A")["address"], CORRESPONDENT)
        begin = datagrams.wait_both_ways(0, PATIENCE)
        while len(datagrams.received("up")) < 100:
            time.sleep(0.05)
        assert datagrams.overtaken() > 5 and datagrams.lost(begin, begin + 0.5) == 0


def test_both_carry_ipv4_too():
    with AccessNetworks(("nat44",)) as network:
        address = network.move("nat44")["address"]
        datagrams = Datagrams(network, address, CORRESPONDENT_IP4)
        download = Download(network, address, CORRESPONDENT_IP4)
        datagrams.wait_both_ways(0, PATIENCE)
        download.wait_for_more(PATIENCE)
        assert download.stop() > 0


def test_a_download_goes_on_after_a_link_was_dead(linked):
    topology, address = linked
    download = Download(topology, address, CORRESPONDENT)
    download.wait_for_more(PATIENCE)
    topology.change("A", "blackhole on")
    with pytest.raises(AssertionError, match="silent for 0.5 s"):
        while True:
            download.wait_for_more(0.5)
    topology.change("A", "blackhole off")
    download.wait_for_more(PATIENCE)
    assert download.stop() > 0


def test_a_download_fails_when_its_connection_breaks(linked):
    topology, address = linked
    download = Download(topology, address, CORRESPONDENT)
    topology.stop(download.server)
    with pytest.raises(AssertionError, match="broken"):
        while True:
            download.wait_for_more(PATIENCE)
