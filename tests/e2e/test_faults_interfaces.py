"""Interfaces are deleted, renamed, or taken to another namespace and back."""
import pytest
from deployment import PATIENCE, settle
from system import changes, snapshot
from test_sessions import assert_echoes, connect, serve
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS


@pytest.fixture
def talking(deploy):
    deployment = deploy(mobile_node={"interface": "godwit0"})
    deployment.topology.plug("A")
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    serve(deployment.topology, "cn", "echo", CORRESPONDENT, 7007)
    deployment.connection = connect(deployment.topology, "mn", CORRESPONDENT, 7007)
    assert_echoes(deployment.connection, b"before")
    return deployment


def assert_served(deployment, text):
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert_echoes(deployment.connection, text)
    assert " 0% packet loss" in deployment.topology.run("cn", f"ping -n -c 3 -i 0.05 -W {PATIENCE} {HOME_ADDRESS}")


def test_the_uplink_gets_another_name(talking):
    network = talking.topology
    network.ip("mn", "link set uplink down", "link set uplink name wan0", "link set wan0 up")
    settle(1)
    talking.wait("mn", lambda status: status["state"] == "registered" and status["path"]["interface"] == "wan0")
    assert_echoes(talking.connection, b"after")
    network.ip("mn", "link set wan0 down", "link set wan0 name uplink", "link set uplink up")
    talking.wait("mn", lambda status: status["state"] == "registered" and status["path"]["interface"] == "uplink")
    assert_served(talking, b"as before")


def test_the_uplink_gets_another_name_while_it_is_up(talking):
    """Kernels since 6.2 allow it."""
    done = talking.topology.run("mn", "ip link set uplink name wan0 && echo renamed", check=False)
    if "renamed" not in done:
        pytest.skip("this kernel renames no interface that is up")
    talking.wait("mn", lambda status: status["state"] == "registered" and status["path"]["interface"] == "wan0")
    assert_echoes(talking.connection, b"after")
    talking.topology.run("mn", "ip link set wan0 name uplink")
    assert_served(talking, b"as before")


def test_the_uplink_is_taken_to_another_namespace_and_back(talking):
    network = talking.topology
    network.ip("mn", f"link set uplink netns {network.ns('cn')}")
    talking.wait("mn", lambda status: status["state"] == "unattached")
    settle(1)
    network.ip("cn", f"link set uplink netns {network.ns('mn')}")
    network.ip("mn", "link set uplink up")
    assert_served(talking, b"after")
    network.ip("net", "link set mn-uplink up")


def test_the_tunnel_device_is_deleted_and_the_next_start_is_like_the_first(deploy):
    deployment = deploy(mobile_node={"interface": "godwit0"})
    deployment.topology.move("A")
    before = {node: snapshot(deployment.topology, node) for node in ("mn", "ha")}
    deployment.start_all()
    address = deployment.topology.care_of_address("A")
    deployment.wait_registered(address)
    for node in ("mn", "ha"):
        name = next(line.split(":")[0] for line in deployment.topology.run(node, "ip tuntap").splitlines())
        deployment.topology.run(node, f"ip link del {name}")
        daemon = deployment.daemons.pop(node)
        assert daemon.wait(10 * SLOWNESS) > 0, f"{node}: status {daemon.returncode}\n{deployment.log(node)}"
        deployment.crashed.add(node)
        deployment.start(node)
        deployment.wait_registered(address)
    deployment.stop("mn", "ha")
    for node in ("mn", "ha"):
        left = changes(before[node], snapshot(deployment.topology, node))
        assert not left, f"{node}: " + "\n".join(left)


@pytest.mark.parametrize("what", ["wan", "home"])
def test_an_interface_of_the_home_agent_goes_down_and_comes_back(talking, what):
    network = talking.topology
    addresses = {"wan": ("2001:db8:e::2/64", "route add default via 2001:db8:e::1"), "home": ("2001:db8:f::1/64", None)}[what]
    network.ip("ha", f"link set {what} down")
    settle(3)
    network.ip("ha", f"link set {what} up")
    network.ip("ha", f"addr replace {addresses[0]} dev {what}", *([addresses[1]] if addresses[1] else []))
    talking.connection.settimeout(60 * SLOWNESS)
    assert_served(talking, b"after")
