"""Where a client may go: as its policy says, also after somebody has flushed nftables."""
import pytest
from behind import pings
from enrolled import Enrolled
from topology import CORRESPONDENT, HOME_ADDRESS, Topology


@pytest.fixture
def kept_in(request):
    """A client that may not reach the Internet."""
    with Topology() as topology:
        topology.plug("A")
        deployment = Enrolled(topology)
        request.node.deployments = [deployment]
        deployment.start("ha")
        deployment.enrol("mn", "--address", HOME_ADDRESS)
        deployment.start("mn")
        deployment.wait_registered(topology.care_of_address("A"))
        assert reaches_internet(topology)
        deployment.ha("policy", "mn", "--internet", "no")
        assert not reaches_internet(topology)
        yield deployment


def reaches_internet(topology):
    return pings(topology, "mn", CORRESPONDENT, f"-I {HOME_ADDRESS}")


def test_a_flush_of_nftables_opens_nothing(kept_in):
    topology = kept_in.topology
    topology.run("ha", "nft flush ruleset")
    kept_in.wait("ha", lambda status: HOME_ADDRESS in topology.run("ha", "nft list ruleset")
                 and not any("inet godwit_ha" in line for line in status["health"]))
    assert not reaches_internet(topology)
    kept_in.wait("ha", lambda status: "ip6 godwit_ha" in topology.run("ha", "nft list ruleset"))


def test_a_policy_is_in_force_though_nftables_was_flushed_before(kept_in):
    topology = kept_in.topology
    kept_in.ha("policy", "mn", "--internet", "yes")
    assert reaches_internet(topology)
    topology.run("ha", "nft flush ruleset")
    kept_in.ha("policy", "mn", "--internet", "no")
    assert not reaches_internet(topology)
