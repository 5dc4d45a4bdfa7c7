"""Names are looked up with the home's name servers while the mobile node is registered, and as before afterwards."""
import os
import pathlib
import shutil
import stat

import pytest
from deployment import GODWIT, Deployment, settle
from names import (DAEMON_USER, FOUND, HOME_DNS, HOME_NAME, HOME_NAME_ADDRESS, NETWORK_DNS, PUBLIC_ADDRESS_AT_HOME,
                   PUBLIC_ADDRESS_IN_NETWORK, PUBLIC_NAME, STUB, NamesTopology, has_users)
from topology import HOME_ADDRESS

DNS = {"dns": [HOME_DNS], "search_domains": ["home.example"]}
RULE = pathlib.Path(__file__).resolve().parents[2] / "packaging/polkit/50-godwit.rules"
SPLIT = {"mode": "split", "routes": ["2001:db8:f::/64"]}


@pytest.fixture
def named():
    """named(keeper="file", ...): a home agent and a mobile node in the network A, neither started."""
    opened = []

    def make(mobile_node=None, home_agent=DNS, **topology):
        network = NamesTopology(**topology)
        opened.append(network)
        network.__enter__()
        network.move("A")
        return Deployment(network, mobile_node=mobile_node, home_agent=home_agent)
    yield make
    for network in opened:
        network.__exit__(None, None, None)


def served(deployment, backend):
    """Both daemons run, and names are looked up by that backend."""
    deployment.start_all()
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    return deployment.wait("mn", lambda status: status["dns"]["backend"] == backend)


def file_state(path):
    status = os.lstat(path)
    return path.read_bytes(), status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns


def eventually(deployment, condition):
    """Whether it becomes so; the daemon is watched meanwhile."""
    return deployment.wait("mn", lambda _: condition())


def assert_as_in_network(topology):
    assert topology.lookup(PUBLIC_NAME) == PUBLIC_ADDRESS_IN_NETWORK
    assert topology.lookup(HOME_NAME) is None


def assert_as_at_home(topology):
    assert topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS
    assert topology.lookup(PUBLIC_NAME) == PUBLIC_ADDRESS_AT_HOME
    assert any(f"{HOME_NAME} from {HOME_ADDRESS}" in question for question in topology.questions()), "not by the tunnel"


def test_by_the_file_and_put_back_byte_for_byte(named):
    deployment = named()
    topology = deployment.topology
    assert_as_in_network(topology)
    before = file_state(topology.resolver_configuration)
    status = served(deployment, "file")
    assert status["dns"] == {"backend": "file", "servers": [HOME_DNS], "domains": ["home.example"]}
    assert status["health"] == []
    assert_as_at_home(topology)
    assert topology.lookup("nas") == HOME_NAME_ADDRESS, "the search domain"
    deployment.stop("mn")
    assert file_state(topology.resolver_configuration) == before
    assert [path.name for path in topology.etc.glob("resolv.conf*")] == ["resolv.conf"]
    assert_as_in_network(topology)


def test_a_move_leaves_it_alone_and_a_long_absence_does_not(named):
    deployment = named()
    topology = deployment.topology
    served(deployment, "file")
    taken = file_state(topology.resolver_configuration)
    deployment.move("B")
    deployment.move("A")
    assert file_state(topology.resolver_configuration) == taken
    deployment.topology.unplug()
    eventually(deployment, lambda: topology.resolver_configuration.read_text() == FOUND)
    deployment.move("A")
    eventually(deployment, lambda: topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS)


def test_at_home_too(named):
    deployment = named()
    served(deployment, "file")
    deployment.move("home")
    assert deployment.status()["dns"]["backend"] == "file"
    assert deployment.topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS


def test_after_kill_9_the_next_start_puts_it_back(named):
    deployment = named()
    topology = deployment.topology
    before = file_state(topology.resolver_configuration)
    served(deployment, "file")
    deployment.crash("mn")
    assert topology.resolver_configuration.read_text() != FOUND
    deployment.configure_mobile_node(dns="off")
    deployment.start("mn")
    assert file_state(topology.resolver_configuration) == before
    deployment.wait_registered(topology.care_of_address("A"))
    assert deployment.status()["dns"] == {"backend": None, "servers": [], "domains": []}


def test_what_somebody_else_writes_meanwhile_is_what_comes_back(named):
    deployment = named()
    topology = deployment.topology
    served(deployment, "file")
    theirs = f"# theirs\nnameserver {NETWORK_DNS}\n"
    topology.resolver_configuration.write_text(theirs)
    eventually(deployment, lambda: topology.resolver_configuration.read_text() != theirs)
    assert topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS
    deployment.stop("mn")
    assert topology.resolver_configuration.read_text() == theirs


def test_what_somebody_else_writes_last_stays(named):
    deployment = named()
    topology = deployment.topology
    served(deployment, "file")
    topology.resolver_configuration.write_text("# theirs\n")
    deployment.stop("mn")
    assert topology.resolver_configuration.read_text() == "# theirs\n"
    assert [path.name for path in topology.etc.glob("resolv.conf*")] == ["resolv.conf"]


def test_a_link_stays_and_status_says_so(named):
    deployment = named()
    topology = deployment.topology
    topology.resolver_configuration.rename(topology.etc / "kept")
    topology.resolver_configuration.symlink_to("kept")
    deployment.start_all()
    deployment.wait_registered(topology.care_of_address("A"))
    status = deployment.wait("mn", lambda status: status["health"])
    assert "is a link to kept" in status["health"][0] and status["dns"]["backend"] is None
    assert os.readlink(topology.resolver_configuration) == "kept"
    assert_as_in_network(topology)


def test_nothing_is_touched_without_name_servers_or_where_it_is_off(named):
    for settings in ({"home_agent": {}}, {"mobile_node": {"dns": "off"}}):
        deployment = named(**settings)
        before = file_state(deployment.topology.resolver_configuration)
        deployment.start_all()
        deployment.wait_registered(deployment.topology.care_of_address("A"))
        settle(0.3)
        assert file_state(deployment.topology.resolver_configuration) == before
        assert deployment.status()["health"] == []


def test_the_configuration_of_the_mobile_node_counts_more(named):
    deployment = named(mobile_node={"dns_servers": [HOME_DNS], "search_domains": ["own.example"]}, home_agent={})
    status = served(deployment, "file")
    assert status["dns"]["domains"] == ["own.example"]


def test_a_server_that_the_tunnel_does_not_lead_to_is_not_used(named):
    deployment = named(mobile_node=SPLIT, home_agent={"dns": ["2001:db8:e::53", HOME_DNS]})
    status = served(deployment, "file")
    assert status["dns"]["servers"] == [HOME_DNS]
    assert "2001:db8:e::53 is not used" in status["health"][0]


# What a sandboxed daemon has somebody else do

RESOLVER = "{program} resolver {options} --orders {orders} --answers /run/godwit-resolver"


def carry_out(deployment, path="/nonexistent", options=""):
    """What godwit-resolver.service does, with the programs that are along the path."""
    command = RESOLVER.format(program=GODWIT, options=options, orders=deployment.directory)
    return deployment.topology.as_root("mn", f"PATH={path} {command}")


def killed_with_its_order_carried_out(named):
    """What is left behind, and what the file was before."""
    deployment = named(is_etc_writable=False)
    topology = deployment.topology
    before = file_state(topology.resolver_configuration)
    deployment.start_all()
    deployment.wait_registered(topology.care_of_address("A"))
    deployment.wait("mn", lambda status: status["health"])
    assert carry_out(deployment) == (0, "")
    assert file_state(topology.resolver_configuration) != before
    deployment.crash("mn")
    return deployment, topology, before


def test_by_the_service_where_the_daemon_may_not(named):
    deployment = named(is_etc_writable=False)
    topology = deployment.topology
    before = file_state(topology.resolver_configuration)
    deployment.start_all()
    deployment.wait_registered(topology.care_of_address("A"))
    status = deployment.wait("mn", lambda status: status["health"])
    assert "systemctl start godwit-resolver.path" in status["health"][0]
    assert carry_out(deployment) == (0, "")
    status = deployment.wait("mn", lambda status: status["dns"]["backend"] == "file")
    assert status["health"] == []
    assert_as_at_home(topology)
    deployment.stop("mn")
    assert carry_out(deployment) == (0, "")
    assert file_state(topology.resolver_configuration) == before


def test_by_resolvconf_where_it_is_there(named):
    deployment = named(is_etc_writable=False)
    topology = deployment.topology
    before = file_state(topology.resolver_configuration)
    tools = topology.directory / "tools"
    tools.mkdir()
    (tools / "resolvconf").write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\nexec >> {tools}/calls\necho "$@"\n'
                                      '[ "$1" = -d ] || cat\n')
    (tools / "resolvconf").chmod(0o755)
    deployment.start_all()
    deployment.wait_registered(topology.care_of_address("A"))
    deployment.wait("mn", lambda status: status["health"])
    assert carry_out(deployment, tools) == (0, "")
    deployment.wait("mn", lambda status: status["dns"]["backend"] == "resolvconf")
    deployment.stop("mn")
    assert carry_out(deployment, tools) == (0, "")
    assert (tools / "calls").read_text() == (f"-a tun.godwit -m 0 -x\nnameserver {HOME_DNS}\nsearch home.example\n"
                                             "-d tun.godwit -f\n")
    assert file_state(topology.resolver_configuration) == before


def test_an_order_that_is_withdrawn_while_it_is_carried_out_does_not_stay(named):
    deployment = named(is_etc_writable=False)
    topology = deployment.topology
    tools = topology.directory / "tools"
    tools.mkdir()
    (tools / "resolvconf").write_text(f'#!/bin/sh\nPATH=/usr/bin:/bin\necho "$1" >> {tools}/calls\n'
                                      f'[ "$1" = -d ] || rm {deployment.directory}/resolver-order\n')
    (tools / "resolvconf").chmod(0o755)
    deployment.start_all()
    deployment.wait_registered(topology.care_of_address("A"))
    deployment.wait("mn", lambda status: status["health"])
    assert carry_out(deployment, tools) == (0, "")
    assert (tools / "calls").read_text() == "-a\n-d\n"


def test_leaving_without_a_daemon_puts_the_file_back(named):
    deployment, topology, before = killed_with_its_order_carried_out(named)
    leave(deployment)
    assert file_state(topology.resolver_configuration) == before
    assert not (deployment.directory / "resolver-order").exists()


def leave(deployment):
    """The words of somebody who may write in /etc."""
    status, said = deployment.topology.as_root("mn", f"{GODWIT} leave --yes --config {deployment.directory}/mn.toml")
    assert status == 0, said
    return said


def test_leaving_puts_the_file_back_that_a_daemon_without_a_service_has_written(named):
    deployment = named()
    topology = deployment.topology
    (topology.run_directory / "godwit-resolver").rmdir()
    before = file_state(topology.resolver_configuration)
    served(deployment, "file")
    deployment.crash("mn")
    assert file_state(topology.resolver_configuration) != before
    assert "put-back" not in leave(deployment)
    assert file_state(topology.resolver_configuration) == before
    assert [path.name for path in topology.etc.glob("resolv.conf*")] == ["resolv.conf"]


def test_who_may_not_put_the_file_back_is_told_so(named):
    deployment, topology, before = killed_with_its_order_carried_out(named)
    said = topology.run("mn", f"{GODWIT} leave --yes --config {deployment.directory}/mn.toml 2>&1")
    assert "the tunnel's name servers stay in /etc/resolv.conf; as root: godwit resolver --put-back" in said
    assert file_state(topology.resolver_configuration) != before
    assert carry_out(deployment, options="--put-back") == (0, "")
    assert file_state(topology.resolver_configuration) == before


def test_the_order_of_a_daemon_that_was_killed_is_withdrawn_and_given_anew(named):
    deployment, topology, before = killed_with_its_order_carried_out(named)
    order = deployment.directory / "resolver-order"
    assert order.exists() and file_state(topology.resolver_configuration) != before
    assert carry_out(deployment, options="--put-back") == (0, "")
    assert not order.exists() and file_state(topology.resolver_configuration) == before
    assert carry_out(deployment) == (0, ""), "as godwit-resolver.path has it done then"
    assert file_state(topology.resolver_configuration) == before
    deployment.start("mn")
    eventually(deployment, order.exists)
    assert carry_out(deployment) == (0, "")
    assert_as_at_home(topology)


@pytest.mark.parametrize("order", ["nameserver 2001:db8:f::53\noptions rotate\n", "# nothing\n", "\0" * 70000],
                         ids=["options", "nothing", "too long"])
def test_an_order_of_anything_else_is_refused(named, order):
    deployment = named(is_etc_writable=False)
    (deployment.directory / "resolver-order").write_text(order)
    status, output = carry_out(deployment)
    assert (status, output) == (1, "godwit: the order names more than servers\n")
    assert deployment.topology.resolver_configuration.read_text() == FOUND


# systemd-resolved

def test_by_resolved_in_a_full_tunnel(named):
    deployment = named(keeper="resolved")
    topology = deployment.topology
    assert_as_in_network(topology)
    status = served(deployment, "systemd-resolved")
    assert status["dns"] == {"backend": "systemd-resolved", "servers": [HOME_DNS], "domains": ["home.example", "~."]}
    assert status["health"] == []
    assert f"(godwit0): {HOME_DNS}" in topology.resolvectl("dns godwit0")
    assert_as_at_home(topology)
    deployment.move("B")
    assert_as_at_home(topology)
    deployment.move("A")
    deployment.stop("mn")
    assert os.readlink(topology.resolver_configuration) == STUB
    assert_as_in_network(topology)


def test_by_resolved_in_a_split_tunnel(named):
    deployment = named(keeper="resolved", mobile_node=SPLIT)
    topology = deployment.topology
    status = served(deployment, "systemd-resolved")
    assert status["dns"]["domains"] == ["~home.example"]
    assert topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS
    assert topology.lookup(PUBLIC_NAME) == PUBLIC_ADDRESS_IN_NETWORK
    assert not any(PUBLIC_NAME in question for question in topology.questions())
    deployment.stop("mn")
    assert_as_in_network(topology)


def test_resolved_is_told_again_when_it_is_started_anew(named):
    deployment = named(keeper="resolved")
    topology = deployment.topology
    served(deployment, "systemd-resolved")
    topology.stop(topology.resolved)
    deployment.wait("mn", lambda status: status["dns"]["backend"] is None)
    topology.start_resolved()
    deployment.wait("mn", lambda status: status["dns"]["backend"] == "systemd-resolved")
    assert_as_at_home(topology)


CALLS = {"SetLinkDNS": ("a(iay)", 1, 10, 16, *[0] * 15, 1), "SetLinkDomains": ("a(sb)", 1, "home.example", 1),
         "SetLinkDefaultRoute": ("b", 0), "RevertLink": ()}


wants_users = pytest.mark.skipif(not has_users(), reason="an ordinary user's namespace has root alone, whom polkit refuses nothing")


@wants_users
def test_polkit_lets_the_daemons_user_set_the_servers_of_a_link_and_no_more(named):
    topology = named(keeper="resolved").topology
    topology.start_polkit(RULE)
    for method, arguments in CALLS.items():
        assert topology.call_resolved(DAEMON_USER, method, *arguments) == "", method
        assert "authentication required" in topology.call_resolved(65534, method, *arguments), method
    assert "authentication required" in topology.call_resolved(DAEMON_USER, "SetLinkDNSSEC", "s", "no")


def start_as_its_user(deployment):
    """The mobile node's daemon as its service starts it: no root, two capabilities."""
    topology = deployment.topology
    shutil.copy(GODWIT, topology.directory / "godwit")
    for path in (topology.directory, topology.directory / "mn.key", topology.directory / "mn.toml"):
        os.chown(path, DAEMON_USER, DAEMON_USER)
    capabilities = "+net_admin,+net_raw"
    # As udev makes it; not every machine has udev.
    device = topology.directory / "tun"
    os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(10, 200))
    device.chmod(0o666)
    deployment.daemons["mn"] = topology.start(
        "mn", f"unshare -m sh -c 'mount --bind {device} /dev/net/tun && exec setpriv --reuid {DAEMON_USER} "
        f"--regid {DAEMON_USER} --clear-groups --inh-caps {capabilities} --ambient-caps {capabilities} "
        f"{topology.directory}/godwit daemon --config {topology.directory}/mn.toml'",
        log="mn.log")
    deployment.wait_registered(topology.care_of_address("A"))


@wants_users
def test_the_daemons_user_is_allowed_by_the_rule(named):
    deployment = named(keeper="resolved")
    deployment.topology.start_polkit(RULE)
    deployment.start("ha")
    start_as_its_user(deployment)
    status = deployment.wait("mn", lambda status: status["dns"]["backend"] == "systemd-resolved")
    assert status["health"] == []
    assert_as_at_home(deployment.topology)


@wants_users
def test_status_says_where_polkit_has_no_rule_and_all_else_goes_on(named):
    deployment = named(keeper="resolved")
    deployment.topology.start_polkit()
    deployment.start("ha")
    start_as_its_user(deployment)
    status = deployment.wait("mn", lambda status: status["health"])
    assert status["health"] == ["names are not looked up with the home agent's name servers: systemd-resolved does "
                                "not allow it; polkit has no rule for it"]
    assert status["dns"]["backend"] is None and status["state"] == "registered"
    assert_as_in_network(deployment.topology)


def test_after_kill_9_resolved_has_forgotten_the_tunnel(named):
    deployment = named(keeper="resolved")
    served(deployment, "systemd-resolved")
    deployment.crash("mn")
    deployment.topology.run("mn", "while ip link show godwit0 > /dev/null 2>&1; do sleep 0.05; done")
    settle(0.2)
    deployment.configure_mobile_node(dns="off")
    deployment.start("mn")
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    assert_as_in_network(deployment.topology)


def test_at_home_resolved_goes_by_the_home_link(named):
    deployment = named(keeper="resolved")
    served(deployment, "systemd-resolved")
    deployment.move("home")
    deployment.wait("mn", lambda status: status["dns"]["backend"] is None)
    assert HOME_DNS not in deployment.topology.resolvectl("dns godwit0")
    assert deployment.status()["health"] == []
