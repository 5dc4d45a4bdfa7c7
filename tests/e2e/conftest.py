"""What the stories share."""
import contextlib
import pathlib

import pytest
from access_networks import HOME_AGENT_NAME, IP4_POOL, AccessNetworks
from deployment import Deployment, programs_missing
from network import Network
from recording import STORIES, recording
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, Topology
from wire import Capture, of_parameter_problems

FIGURE = "figure"


@pytest.fixture
def report(record_property):
    """Prints a figure in the summary, beside the name of the test that measured it."""
    return lambda text: record_property(FIGURE, text)


def pytest_addoption(parser):
    parser.addoption("--record", metavar="FOLDER", type=pathlib.Path, help="where chosen stories leave what they say, for tests/oracles")


@pytest.fixture(autouse=True)
def recorded(request):
    """With --record, what the chosen stories say."""
    folder, story = request.config.getoption("--record"), request.module.__name__
    if folder and story in STORIES:
        Network.watched_by = staticmethod(lambda network: recording(network, folder, story))
    yield
    Network.watched_by = None


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: waits for what takes its time, such as a NAT's forgetting")


def pytest_terminal_summary(terminalreporter):
    figures = [f"{report.nodeid.split('::')[-1]}: {text}" for outcome in ("passed", "failed")
               for report in terminalreporter.getreports(outcome) for name, text in report.user_properties if name == FIGURE]
    if figures:
        terminalreporter.section("figures")
    for figure in figures:
        terminalreporter.write_line(figure)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failure shows what the daemons logged."""
    report = (yield).get_result()
    if report.when == "call" and report.failed:
        for deployment in getattr(item, "deployments", ()):
            for node in ("ha", *deployment.home_addresses):
                report.sections.append((f"log of {node}", deployment.log(node)))


@pytest.fixture
def network():
    """The topology, with nothing plugged in."""
    with Topology() as topology:
        yield topology


@pytest.fixture
def deploy(request):
    """Makes deployments: deploy(protection="plain", topology={...}, ...). While they live, no ICMPv6 Parameter Problem
    may leave the home agent or a mobile node (`allow_parameter_problems` is for nodes that run no daemon). With
    access={...}, the options of AccessNetworks, they are made there."""
    if missing := programs_missing():
        pytest.fail(f"not built: {', '.join(missing)}", pytrace=False)
    request.node.deployments = []
    with contextlib.ExitStack() as stack:
        def make(topology=None, allow_parameter_problems=(), access=None, **settings):
            network = stack.enter_context(Topology(**(topology or {})) if access is None else AccessNetworks(**access))
            deployment = Deployment(network, **settings)
            request.node.deployments.append(deployment)
            watched = [("ha", "wan"), ("ha", "home"), *((node, uplink) for node in network.mobile_nodes
                                                        for uplink in network.uplinks)]
            watches = [(node, stack.enter_context(Capture(network, node, interface, of_parameter_problems())))
                       for node, interface in watched if node not in allow_parameter_problems]
            stack.callback(assert_none_left, watches, deployment)
            stack.callback(assert_no_call_refused, deployment)
            return deployment
        yield make


def assert_no_call_refused(deployment):
    """The daemons' own filter of system calls lets them do whatever the test has had them do. A call that strace fails
    in a test's name is one with a number that no kernel has."""
    for node in ("ha", *deployment.home_addresses):
        lines = deployment.log(node, lines=10**9).splitlines()
        refused = {line for line in lines if line.startswith("refused system call")}
        assert refused <= ({"refused system call: of another kernel"} if deployment.is_traced else set()), node


def assert_none_left(watches, deployment):
    for node, watch in watches:
        watch.stop()
        found = [] if node in deployment.crashed else [bytes(packet).hex() for packet in watch.packets()]
        assert not found, f"ICMPv6 Parameter Problem: {found}"


@pytest.fixture
def deploy_roaming(deploy):
    """Makes deployments on access networks whose mobile nodes find the home agent by its name, wherever they are, and
    get IPv4 home addresses: deploy_roaming(("native", "nat44"), ...), started, with `mn` plugged into the first."""
    def make(networks, access=None, home_agent=None, mobile_node=None, **settings):
        agent = {"endpoints": [HOME_AGENT_NAME]}
        deployment = deploy(access={"networks": networks} | (access or {}),
                            home_agent={"ipv4_pool": IP4_POOL} | (home_agent or {}),
                            mobile_node={"agent": agent} | (mobile_node or {}), **settings)
        deployment.topology.move(networks[0])
        deployment.start_all()
        deployment.wait_attached()
        return deployment
    return make


@pytest.fixture
def at_home(deploy):
    """Home agent and mobile node, the latter on its home link."""
    deployment = deploy()
    deployment.topology.plug("home")
    deployment.start_all()
    deployment.wait_home()
    return deployment


@pytest.fixture
def at_a(deploy):
    """Home agent and mobile node, the latter registered from link A."""
    deployment = deploy()
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    return deployment


@pytest.fixture
def talking(at_a):
    """A mobile node on A with an open connection: at_a with `connection`."""
    serve(at_a.topology, "cn", "echo", CORRESPONDENT, 7007)
    at_a.connection = connect(at_a.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(at_a.connection, b"before")
    return at_a
