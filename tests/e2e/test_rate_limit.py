"""How fast a client's packets may go: by the configuration, by its policy, and changed while they go."""
import json

import pytest
from deployment import binding
from enrolled import Enrolled
from topology import CORRESPONDENT, HOME_ADDRESS, Topology

OTHER = "2001:db8:f::a"
LIMIT = 20  # Mbit/s
AT_LEAST, AT_MOST = 10, 22  # that TCP makes of it, the first burst included
WITHOUT = 40  # Mbit/s that any machine carries


def throughput(topology, node, down=False, seconds=4):
    """Mbit/s of a TCP connection between the node and the correspondent."""
    server = topology.start("cn", "iperf3 -s -1 --forceflush")
    while "listening" not in server.stdout.readline().lower():
        assert server.poll() is None, "iperf3 does not listen"
    report = json.loads(topology.run(node, f"iperf3 -J -c {CORRESPONDENT} -t {seconds} {'-R' if down else ''}"))
    server.communicate(timeout=60)
    return report["end"]["sum_received"]["bits_per_second"] / 1e6


@pytest.fixture
def pair(deploy):
    """mn on A, with a limit; mn2 on B, without; both registered."""
    deployment = deploy(topology={"mobile_nodes": ("mn", "mn2")}, home_addresses={"mn": HOME_ADDRESS, "mn2": OTHER},
                        home_agent={"nodes": {"mn": {"rate_limit": f"{LIMIT}M"}}})
    deployment.topology.plug("A")
    deployment.topology.plug("B", "mn2")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    deployment.wait_registered(deployment.topology.care_of_address("B", "mn2"), "mn2")
    return deployment


@pytest.fixture
def joined(request):
    """mn has joined a home agent that limits everybody, and is registered from A."""
    with Topology() as topology:
        topology.plug("A")
        deployment = Enrolled(topology, home_agent={"rate_limit": f"{LIMIT}M"})
        request.node.deployments = [deployment]
        deployment.start("ha")
        deployment.enrol("mn", "--address", HOME_ADDRESS).start("mn")
        deployment.wait_registered(topology.care_of_address("A"))
        yield deployment


def told(deployment, home_address=HOME_ADDRESS):
    return binding(deployment.status("ha"), home_address)


def test_a_client_gets_about_its_limit_either_way(pair, report):
    for down in (False, True):
        reached = throughput(pair.topology, "mn", down)
        report(f"of {LIMIT} Mbit/s {'down' if down else 'up'}: {reached:.1f}")
        assert AT_LEAST <= reached <= AT_MOST
    entry = told(pair)
    assert entry["rate_limit_up"] == entry["rate_limit_down"] == LIMIT * 10 ** 6
    assert entry["rate_limit_drops_up"] > 0 and entry["rate_limit_drops_down"] > 0
    assert pair.status("ha")["drops"]["rate-limit"] >= entry["rate_limit_drops_up"] + entry["rate_limit_drops_down"]


def test_another_client_does_not_notice(pair):
    for down in (False, True):
        assert throughput(pair.topology, "mn2", down, seconds=2) > WITHOUT
    entry = told(pair, OTHER)
    assert entry["rate_limit_up"] is None and entry["rate_limit_down"] is None
    assert entry["rate_limit_drops_up"] == entry["rate_limit_drops_down"] == 0


def test_a_policy_changes_the_limit_of_a_session_that_runs(joined):
    before = told(joined)
    assert joined.client()["policy"]["rate_limit_up"] is None, "it is that of all"
    assert before["rate_limit_up"] == LIMIT * 10 ** 6
    assert AT_LEAST <= throughput(joined.topology, "mn", down=True) <= AT_MOST
    joined.ha("policy", "mn", "--rate-limit", "none")
    assert throughput(joined.topology, "mn", down=True, seconds=2) > WITHOUT
    joined.ha("policy", "mn", "--rate-limit-down", f"{LIMIT // 2}M")
    assert throughput(joined.topology, "mn", down=True) <= AT_MOST / 2
    assert throughput(joined.topology, "mn", seconds=2) > WITHOUT, "the other direction has none"
    joined.ha("policy", "mn", "--rate-limit", "default")
    after = told(joined)
    assert after["rate_limit_down"] == LIMIT * 10 ** 6
    assert after["sequence"] == before["sequence"], "it did not have to register again"
    assert "up default, down default" in joined.ha("show", "mn")


def test_a_limit_outlives_a_restart_of_the_home_agent(joined):
    joined.ha("policy", "mn", "--rate-limit-up", "64k", "--rate-limit-down", "none")
    joined.stop("ha")
    joined.start("ha")
    joined.wait("ha", lambda status: binding(status, HOME_ADDRESS))
    entry = told(joined)
    assert (entry["rate_limit_up"], entry["rate_limit_down"]) == (64000, None)
    assert joined.client()["policy"]["rate_limit_down"] == 0
