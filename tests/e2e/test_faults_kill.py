"""kill -9 at every step of starting, registering and joining: the next start comes up clean, and after its end nothing is left."""
import subprocess

import pytest
from deployment import GODWIT, Deployment, binding
from enrolled import Enrolled
from faults import counting, end_traced, killed_at, spread, steps_in
from names import FOUND, HOME_DNS, NamesTopology
from system import changes, snapshot
from topology import HOME_ADDRESS, SLOWNESS, Topology

KILLS = 24
DNS = {"dns": [HOME_DNS], "search_domains": ["home.example"]}


@pytest.fixture
def away(request):
    """Both configured, mn in the network A with a name server of its own; the home agent runs."""
    with NamesTopology() as network:
        network.move("A")
        deployment = Deployment(network, home_agent=DNS)
        request.node.deployments = [deployment]
        deployment.start("ha")
        yield deployment


def registered(deployment):
    return deployment.wait_registered(deployment.topology.care_of_address("A"))


def steps_to_be_registered(deployment, node, done):
    """Which steps the daemon makes from its start until that is done."""
    log = deployment.directory / f"{node}.steps"
    daemon = deployment.launch(node, counting(log))
    done(deployment)
    steps = steps_in(log)
    end_traced(daemon)
    deployment.daemons.pop(node)
    return steps


def launch_and_lose(deployment, node, step):
    """Whether the daemon died at that step."""
    daemon = deployment.launch(node, killed_at(step))
    deployment.daemons.pop(node)
    deployment.crashed.add(node)
    try:
        daemon.wait(6 * SLOWNESS)
    except subprocess.TimeoutExpired:  # it makes fewer steps this time
        end_traced(daemon)
        return False
    return daemon.returncode != 0


def test_the_mobile_node_at_each_step_of_its_registration(away, report):
    network = away.topology
    before = snapshot(network, "mn")
    steps = steps_to_be_registered(away, "mn", registered)
    away.wait("ha", lambda status: not binding(status, HOME_ADDRESS))
    died = 0
    for step in spread(steps, KILLS):
        died += launch_and_lose(away, "mn", step)
        away.start("mn")
        registered(away)
        away.wait("mn", lambda status: status["dns"]["backend"] == "file")
        away.stop("mn")
        left = changes(before, snapshot(network, "mn"))
        assert not left, f"killed at {step}: " + "\n".join(left)
        assert network.resolver_configuration.read_text() == FOUND, f"killed at {step}"
        assert not away.socket("mn").exists()
    report(f"{len(steps)} steps; died at {died} of {KILLS}")
    assert died > KILLS / 2


def test_the_home_agent_at_each_step_of_its_start_and_of_a_registration(deploy, report):
    deployment = deploy()
    deployment.topology.move("A")
    before = snapshot(deployment.topology, "ha")
    deployment.crashed.add("ha")

    def register(deployment):
        deployment.start("mn")
        registered(deployment)

    steps = steps_to_be_registered(deployment, "ha", register)
    died = 0
    for step in spread(steps, KILLS):
        died += launch_and_lose(deployment, "ha", step)
        deployment.start("ha")
        registered(deployment)
        deployment.stop("ha")
        left = changes(before, snapshot(deployment.topology, "ha"))
        assert not left, f"killed at {step}: " + "\n".join(left)
    report(f"{len(steps)} steps; died at {died} of {KILLS}")
    assert died > KILLS / 2


@pytest.fixture
def inviting(request):
    """A home agent that knows nobody; mn has no files, and is plugged into A."""
    with Topology() as network:
        network.move("A")
        deployment = Enrolled(network)
        request.node.deployments = [deployment]
        deployment.start("ha")
        yield deployment


def join_within(deployment, line, within, name):
    """As somebody whose files go into a folder of their own: (exit status, that folder)."""
    folder = deployment.directory / name
    folder.mkdir(exist_ok=True)
    done = deployment.topology.run("mn", f"{within} {GODWIT} join '{line}' --config {folder}/mn.toml --no-start; echo status $?", check=False)
    return int(done.rsplit("status ", 1)[1]), folder


def test_a_joining_at_each_step_can_be_repeated_with_the_same_invite(inviting, report):
    log = inviting.directory / "join.steps"
    status, _ = join_within(inviting, inviting.invite("first"), counting(log), "first")
    assert status == 0
    steps = steps_in(log)
    died = 0
    for step in spread(steps, KILLS):
        name = f"at-{step[0]}-{step[1]}"
        line = inviting.invite(name)
        status, folder = join_within(inviting, line, killed_at(step), name)
        died += status != 0
        if not (folder / "mn.toml").exists():
            assert join_within(inviting, line, "", name)[0] == 0, f"killed at {step}"
        # An empty directory of one that was killed behind its last step is removed by the next.
        names = sorted(path.name for path in folder.iterdir() if not path.is_dir() or list(path.iterdir()))
        stem = "mn" if "mn.key" in names else "mn-2"  # the key came into its place before it was killed
        assert names == [f"{stem}.key", f"{stem}.psk", "mn.toml"], f"killed at {step}: {names}"
        check = inviting.command("daemon", "--check", "--config", folder / "mn.toml")
        assert check[0] == 0, check
        assert inviting.client(name)["joined"]
    report(f"{len(steps)} steps; died at {died}")
    assert died > KILLS / 2


def test_the_home_agent_at_each_step_of_a_joining(inviting, report):
    """What it has said is on its disk: whoever heard yes can register, whoever did not can ask again."""
    line = inviting.invite("first")
    inviting.stop("ha")
    log = inviting.directory / "ha.steps"
    daemon = inviting.launch("ha", counting(log))
    inviting.wait("ha", lambda status: True)
    at_rest = len(steps_in(log))
    assert join_within(inviting, line, "", "first")[0] == 0
    steps = steps_in(log)[at_rest:]
    end_traced(daemon)
    died = 0
    for step in spread(steps, 12):
        name = f"at-{step[0]}-{step[1]}"
        inviting.start("ha")
        line = inviting.invite(name)
        inviting.stop("ha")
        daemon = inviting.launch("ha", killed_at(step))
        try:
            inviting.wait("ha", lambda status: True)
        except (AssertionError, TimeoutError):
            pass
        status, folder = join_within(inviting, line, "", name)
        if daemon.poll() is None:
            end_traced(daemon)
        else:
            died += 1
        inviting.start("ha")
        if status != 0:
            assert join_within(inviting, line, "", name)[0] == 0, f"killed at {step}"
        assert inviting.client(name)["joined"], f"killed at {step}"
        inviting.stop("ha")
    report(f"{len(steps)} steps behind {at_rest} of the start; died at {died}")
    assert died > 3
