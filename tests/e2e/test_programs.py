"""The command lines: exit statuses, files, and what they say about mistakes."""
import json
import stat

import pytest
from deployment import GODWIT, GODWIT_HA, Deployment
from topology import HOME_ADDRESS, Topology

OK, FAILED, USAGE, NOT_REGISTERED, NOT_REACHABLE = 0, 1, 2, 3, 4
PROGRAM = {"mn": (GODWIT, "daemon"), "ha": (GODWIT_HA, "serve")}
BOTH = pytest.mark.parametrize("node", ["mn", "ha"])


@pytest.fixture(scope="module")
def house():
    with Topology() as topology:
        yield topology


@pytest.fixture
def configured(house):
    """Keys and correct configuration files, and nothing running. The network is the same for all of these tests."""
    return Deployment(house)


def run(deployment, node, *arguments):
    return deployment.command(*arguments, program=PROGRAM[node][0], node=node)


def check(deployment, node):
    return run(deployment, node, PROGRAM[node][1], "--config", deployment.directory / f"{node}.toml", "--check")


@BOTH
def test_help_teaches(configured, node):
    status, said, _ = run(configured, node, "--help")
    assert status == OK
    assert PROGRAM[node][1] in said and "status" in said and "keygen" in said
    status, said, _ = run(configured, node, PROGRAM[node][1], "--help")
    assert status == OK and "--config" in said and "--check" in said


@BOTH
@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["status", "--nonsense"], ["keygen", "surplus"]])
def test_wrong_usage(configured, node, arguments):
    status, _, complaint = run(configured, node, *arguments)
    assert status == USAGE and complaint.strip()


@BOTH
def test_wrong_usage_of_the_daemon(configured, node):
    assert run(configured, node, PROGRAM[node][1])[0] == USAGE


def test_status_of_a_mobile_node_in_every_state(deploy):
    configured = deploy(allow_parameter_problems=("ha",))  # there is no daemon yet
    configured.start("ha", "mn")
    socket = ("status", "--socket", configured.socket("mn"))
    configured.wait("mn", lambda status: status["state"] == "unattached")
    assert run(configured, "mn", *socket)[0] == NOT_REGISTERED
    configured.topology.plug("home")
    configured.wait_home()
    assert run(configured, "mn", *socket)[0] == OK
    configured.move("A")
    status, said, _ = run(configured, "mn", *socket)
    assert status == OK and HOME_ADDRESS in said and "registered" in said
    configured.stop("ha")
    configured.topology.move("B")
    configured.wait("mn", lambda status: status["state"] == "registering")
    assert run(configured, "mn", *socket)[0] == NOT_REGISTERED
    configured.stop("mn")
    status, _, complaint = run(configured, "mn", *socket)
    assert status == NOT_REACHABLE and len(complaint.strip().splitlines()) == 1


def test_status_of_a_home_agent(at_a):
    socket = ("status", "--socket", at_a.socket("ha"))
    status, said, _ = run(at_a, "ha", *socket)
    assert status == OK and HOME_ADDRESS in said
    at_a.stop("ha")
    assert run(at_a, "ha", *socket)[0] == NOT_REACHABLE


MN_KEYS = {"schema", "state", "home_address", "home_agent", "care_of_address", "path", "binding", "tunnel", "handovers",
           "drops", "health"}


@BOTH
def test_json_of_the_command_is_that_of_the_socket(at_a, node):
    status, said, _ = run(at_a, node, "status", "--json", "--socket", at_a.socket(node))
    assert status == OK
    told, served = json.loads(said), at_a.status(node)
    assert told.keys() == served.keys()
    assert told["schema"] == served["schema"] == 1
    if node == "mn":
        assert MN_KEYS <= told.keys()
    else:
        assert {"bindings", "signalling"} <= told.keys()
        assert told["signalling"]["in"] and told["signalling"]["out"]


def test_status_holds_no_secret(at_a):
    secrets = [(at_a.directory / f"{node}.key").read_text().strip() for node in ("mn", "ha")]
    for text in (json.dumps(at_a.status("mn")), json.dumps(at_a.status("ha")), at_a.log("mn", 10**6), at_a.log("ha", 10**6)):
        assert not any(secret in text for secret in secrets)


@BOTH
def test_keygen_keeps_the_private_key_to_the_owner(configured, node):
    path = configured.directory / f"new-{node}.key"
    status, public, _ = run(configured, node, "keygen", "--output", path)
    assert status == OK and len(public.strip()) == 44  # base64 of 32 octets
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public.strip() not in path.read_text()
    before = path.read_text()
    assert run(configured, node, "keygen", "--output", path)[0] == FAILED, "it overwrites a key"
    assert path.read_text() == before


@BOTH
def test_check_accepts_a_good_configuration_and_starts_nothing(configured, node):
    status, _, complaint = check(configured, node)
    assert status == OK, complaint
    assert not configured.socket(node).exists()


@BOTH
def test_a_key_file_that_others_may_read_is_refused(configured, node):
    (configured.directory / f"{node}.key").chmod(0o644)
    status, _, complaint = check(configured, node)
    assert status == USAGE and f"{node}.key" in complaint


@BOTH
def test_a_missing_key_file_is_told(configured, node):
    (configured.directory / f"{node}.key").unlink()
    status, _, complaint = check(configured, node)
    assert status == USAGE and f"{node}.key" in complaint


@BOTH
def test_a_missing_configuration_is_told(configured, node):
    status, _, complaint = run(configured, node, PROGRAM[node][1], "--config", configured.directory / "nowhere.toml")
    assert status == USAGE and "nowhere.toml" in complaint


MISTAKES = {
    "mn": {'home_address = "2001:db8:f::9"': ['home_address = "2001:db8:f::g"', "home_address = 9", 'home_address = "::1"',
                                              'home_address = "ff02::1"', 'home_address = "2001:db8:e::9"',
                                              'home_adress = "2001:db8:f::9"'],
           "lifetime = 600": ["lifetime = -1", "lifetime = 1.5", 'lifetime = "long"', "lifetime = 999999999", "lifetime = 0"],
           'protection = "sealed"': ['protection = "open"', "protection = true"],
           'log_level = "debug"': ['log_level = "loud"', 'routes = ["2001:db8::/129"]', 'interface = "a name too long"',
                                   "surplus = 1", "lifetime =", "= 3"]},
    "ha": {'home_prefix = "2001:db8:f::/64"': ['home_prefix = "2001:db8:f::/200"', 'home_prefix = "2001:db8:f::"'],
           'address = "2001:db8:f::1"': ['address = "everywhere"', 'address = "fe80::1"'],
           "max_lifetime = 3600": ["max_lifetime = 0", "max_lifetim = 3600"],
           'name = "mn"': ["name = 7", 'name = ""'],
           'home_address = "2001:db8:f::9"': ['home_address = "2001:db8:e::9"', 'home_address = "2001:db8:f::1"'],
           'protection = "sealed"': ['protection = "none"']},
}


@pytest.mark.parametrize("node, right, wrong", [(node, right, wrong) for node, mistakes in MISTAKES.items()
                                                for right, wrongs in mistakes.items() for wrong in wrongs])
def test_a_mistake_in_the_configuration_is_told_with_file_and_line(configured, node, right, wrong):
    path = configured.directory / f"{node}.toml"
    lines = path.read_text().splitlines()
    number = lines.index(right)
    lines[number] = wrong
    path.write_text("\n".join(lines) + "\n")
    status, said, complaint = check(configured, node)
    assert status == USAGE, said + complaint
    assert f"{node}.toml:{number + 1}:" in complaint, complaint


@BOTH
@pytest.mark.parametrize("key", ["home_address", "private_key_file", "public_key"])
def test_a_missing_key_is_told_by_its_name(configured, node, key):
    path = configured.directory / f"{node}.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith(key)))
    status, _, complaint = check(configured, node)
    assert status == USAGE and f"{node}.toml" in complaint and key in complaint


@BOTH
def test_a_second_daemon_says_that_there_is_a_first(at_home, node):
    status, _, complaint = run(at_home, node, PROGRAM[node][1], "--config", at_home.directory / f"{node}.toml")
    assert status == FAILED and complaint.strip()
    assert at_home.daemons[node].poll() is None
    at_home.move("A")


@BOTH
def test_without_capabilities_a_daemon_says_what_to_do(configured, node):
    program, verb = PROGRAM[node]
    status, _, complaint = configured.command("--bounding-set=-net_admin,-net_raw", "--inh-caps=-all", program, verb, "--config",
                                              configured.directory / f"{node}.toml", program="setpriv", node=node)
    assert status == FAILED and len(complaint.strip().splitlines()) == 1
    assert "CAP_NET_ADMIN" in complaint.upper() or "root" in complaint


def test_an_unreachable_home_agent_is_told_in_the_status(deploy):
    deployment = deploy(allow_parameter_problems=("ha",))  # there is no daemon yet
    deployment.topology.plug("A")
    deployment.start("mn")
    status = deployment.wait("mn", lambda status: status["health"])
    assert status["state"] == "registering"
