"""ECN and DSCP across the tunnel (RFC 6040, RFC 2983): as both applications hear them, and as the wire has them."""
import time

import pytest
from access_networks import CORRESPONDENT, CORRESPONDENT_IP4
from congestion import CE, ECT_0, ECT_1, EXPEDITED, NOT_ECT, Conversation, outer_traffic_classes, router
from deployment import PATIENCE
from flows import Download
from topology import HOME_ADDRESS
from wire import Capture

EVERY_ECN, BOTH_WAYS = (NOT_ECT, ECT_1, ECT_0, CE), ("up", "down")
WAYS = [("native", "ip6", "sealed"), ("native", "ip6", "plain"), ("native", "udp", "sealed"),
        ("nat44", "udp", "sealed"), ("nat44", "udp", "plain")]  # network, encapsulation, protection


class Tunnel:
    """A mobile node that is away, and two conversations through its tunnel, of IPv6 and of IPv4."""

    def __init__(self, deploy_roaming, network, encapsulation, protection, **settings):
        self.encapsulation, self.is_ipv4 = encapsulation, network == "nat44"
        self.deployment = deploy_roaming((network,), protection=protection, home_agent=settings,
                                         mobile_node={"encapsulation": encapsulation} | settings)
        self.topology = self.deployment.topology
        self.deployment.wait_attached(encapsulation=encapsulation)
        own_ipv4 = self.deployment.wait("mn", lambda status: status.get("ipv4_home_address"))["ipv4_home_address"]
        self.conversations = [Conversation(self.topology, HOME_ADDRESS, CORRESPONDENT),
                              Conversation(self.topology, own_ipv4, CORRESPONDENT_IP4)]
        for conversation in self.conversations:
            for direction in BOTH_WAYS:
                conversation.carry(direction, NOT_ECT)

    def heard(self, *traffic_classes):
        """What is heard of these, everywhere and in both directions; it must be the same."""
        heard = {tuple(conversation.carry(direction, traffic_class) for traffic_class in traffic_classes)
                 for conversation in self.conversations for direction in BOTH_WAYS}
        assert len(heard) == 1, heard
        return heard.pop()

    def capture(self):
        return Capture(self.topology, "rt", "ha")

    def outside(self, capture, direction):
        return outer_traffic_classes(capture, self.encapsulation, self.is_ipv4, direction)

    def router(self, rule):
        return router(self.topology, self.encapsulation, rule)

    def close(self):
        for conversation in self.conversations:
            conversation.close()


@pytest.fixture
def tunnel(deploy_roaming):
    made = []

    def make(*way, **settings):
        made.append(Tunnel(deploy_roaming, *way, **settings))
        return made[-1]
    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_congestion_is_told_through_the_tunnel(tunnel, way):
    through = tunnel(*way)
    said = tuple(EXPEDITED | ecn for ecn in EVERY_ECN)
    with through.capture() as capture:
        assert through.heard(*said) == said
    for direction in BOTH_WAYS:
        assert through.outside(capture, direction) == set(EVERY_ECN), "ECN as inside, and no DSCP"

    with through.router("ecn != not-ect counter ip ecn set ce"):
        assert through.heard(*said) == (EXPEDITED | NOT_ECT, *[EXPEDITED | CE] * 3)
    with through.router("ecn ect0 counter ip ecn set ect1"):
        assert through.heard(*said) == (EXPEDITED | NOT_ECT, EXPEDITED | ECT_1, EXPEDITED | ECT_1, EXPEDITED | CE)
    assert through.heard(*said) == said


@pytest.mark.parametrize("way", [WAYS[0], WAYS[3]], ids="-".join)
def test_a_mark_that_its_sender_would_not_understand_is_a_drop(tunnel, way):
    through = tunnel(*way)
    deployment, lost = through.deployment, []
    before = deployment.status("mn")["handovers"]["count"]
    with through.router("ecn != ce counter ip ecn set ce"):
        assert through.heard(ECT_0, ECT_1, CE) == (CE,) * 3
        for conversation in through.conversations:
            lost += [(conversation, conversation.send(direction, NOT_ECT)) for direction in BOTH_WAYS]
        for node in ("ha", "mn"):
            deployment.wait(node, lambda status: status["drops"].get("congestion", 0) >= 2)
        deployment.wait_attached(encapsulation=through.encapsulation)  # messages go on
    assert through.heard(NOT_ECT) == (NOT_ECT,)
    assert not any(number in conversation.heard for conversation, number in lost)
    assert deployment.status("mn")["handovers"]["count"] == before


@pytest.mark.parametrize("shown", [False, True], ids=["hidden", "shown"])
@pytest.mark.parametrize("way", [WAYS[0], WAYS[3]], ids="-".join)
def test_the_dscp_is_shown_outside_only_where_it_is_to_be(tunnel, way, shown):
    through = tunnel(*way, copy_dscp=shown)
    with through.capture() as capture:
        assert through.heard(EXPEDITED | ECT_0) == (EXPEDITED | ECT_0,)
    for direction in BOTH_WAYS:
        seen = through.outside(capture, direction)
        assert (EXPEDITED | ECT_0 in seen) == shown
        assert (ECT_0 in seen) != shown
    with through.router("ecn ect0 counter ip dscp set cs1"):
        assert through.heard(EXPEDITED | ECT_0) == (EXPEDITED | ECT_0,), "what networks make of it stays outside"


@pytest.mark.parametrize("way", [WAYS[0], WAYS[3]], ids="-".join)
def test_a_tcp_that_speaks_ecn_is_told_by_marks(tunnel, way):
    """A bulk flow, many packets of which go as one."""
    through = tunnel(*way)
    topology = through.topology
    topology.run("mn", "echo 1 > /proc/sys/net/ipv4/tcp_ecn")  # asks for it; the correspondent agrees by default
    download = Download(topology, HOME_ADDRESS, CORRESPONDENT)
    download.wait_for_more(PATIENCE)
    assert delivered_marked(topology) == 0
    with through.router("ecn ect0 numgen random mod 100 < 2 counter ip ecn set ce"):
        deadline = time.monotonic() + PATIENCE
        while delivered_marked(topology) < 10:
            assert time.monotonic() < deadline, "the sender never heard of a mark"
            download.wait_for_more(PATIENCE)
    assert download.stop() > 0


def delivered_marked(topology):
    """Segments that the correspondent's TCP knows to have arrived with CE."""
    names, values = (line.split() for line in topology.run("cn", "grep ^TcpExt: /proc/net/netstat").splitlines())
    return int(values[names.index("TCPDeliveredCE")])
