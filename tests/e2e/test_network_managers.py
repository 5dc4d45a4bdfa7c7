"""The programs that keep a machine's network and its name servers, as they are: NetworkManager, dhclient, Debian's
resolvconf and openresolv change what the mobile node stands on, and it stays at its home address."""
import shutil
import time

import pytest
from debian_files import unpacked
from deployment import GODWIT, Deployment, settle
from names import HOME_DNS, HOME_NAME, HOME_NAME_ADDRESS, NETWORK_DNS, PUBLIC_ADDRESS_IN_NETWORK, PUBLIC_NAME, NamesTopology
from real_network_manager import dhcp_server, network_manager
from silence import Pinger
from system import snapshot
from topology import CORRESPONDENT, HOME_ADDRESS, SLOWNESS

ROUTER, FIRST, SECOND = "192.168.7.1", "192.168.7.100", "192.168.7.150"


@pytest.fixture
def at_a_with_dhcp(deploy):
    """A deployment, not started, whose network A gives addresses of both families; and who gives those of IPv4."""
    deployment = deploy(home_agent={"ipv4_pool": "10.64.0.0/24"}, mobile_node={"interface": "godwit0"})
    topology = deployment.topology
    topology.ip("rt", f"addr add {ROUTER}/24 dev A")
    dhcp_server(topology, "rt", "A", FIRST, FIRST)
    return deployment


def registered(deployment):
    deployment.wait_registered(deployment.topology.care_of_address("A"))
    return deployment.wait("mn", lambda status: status["ipv4_home_address"])


def footprint(deployment):
    """What godwit has added, and nobody else."""
    return {line for lines in snapshot(deployment.topology, "mn").values() for line in lines
            if '"protocol": "191"' in line or (HOME_ADDRESS in line and "godwit0" in line)}


def seconds_to_repair(deployment, wanted, began):
    while not wanted <= (found := footprint(deployment)):
        assert time.monotonic() < began + 15 * SLOWNESS, wanted - found
        time.sleep(0.02)
    registered(deployment)
    return time.monotonic() - began


def assert_reaches_the_correspondent(deployment):
    said = deployment.topology.run("mn", f"ping -n -c 3 -i 0.05 -W 5 -I {HOME_ADDRESS} {CORRESPONDENT}")
    assert " 0% packet loss" in said


def wait_for_address(deployment, address):
    deployment.wait("mn", lambda _: f" {address}/" in deployment.topology.run("mn", "ip -4 addr show dev uplink"))


def test_network_manager_does_its_work(at_a_with_dhcp, report):
    deployment = at_a_with_dhcp
    topology = deployment.topology
    with network_manager(topology) as manager:
        topology.plug("A")
        deployment.start_all()
        registered(deployment)
        wait_for_address(deployment, FIRST)
        wanted = footprint(deployment)
        assert any("4194" in line for line in wanted), wanted
        assert "godwit0:unmanaged" in manager.do("-t -f DEVICE,STATE device").split()
        for command in ("device reapply uplink", "connection up uplink", "restart"):
            began = time.monotonic()
            manager.do(command)
            report(f"as before {seconds_to_repair(deployment, wanted, began):.1f} s after {command}")
            assert_reaches_the_correspondent(deployment)
        manager.do("connection down uplink")
        deployment.wait("mn", lambda status: status["state"] == "unattached")
        began = time.monotonic()
        manager.do("connection up uplink")
        report(f"back {seconds_to_repair(deployment, wanted, began):.1f} s after connection up uplink")
        assert_reaches_the_correspondent(deployment)
        deployment.stop("mn")
        assert not footprint(deployment)


# dhclient

HOME_AGENT_IPV4 = "203.0.113.2"


@pytest.fixture
def with_ipv4_alone():
    """A mobile node in a network that has IPv4 alone, by DHCP, and that names a name server; nothing is started."""
    with NamesTopology() as topology:
        topology.ip("rt", f"addr add {ROUTER}/24 dev A", "addr add 203.0.113.1/24 dev ha")
        topology.ip("ha", f"addr add {HOME_AGENT_IPV4}/24 dev wan", "route add default via 203.0.113.1")
        topology.run("rt", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        topology.run("mn", "echo 1 > /proc/sys/net/ipv6/conf/uplink/disable_ipv6")
        topology.plug("A")
        yield Deployment(topology, mobile_node={"agent": {"endpoints": [HOME_AGENT_IPV4]}, "interface": "godwit0"},
                         home_agent={"ipv4_pool": "10.64.0.0/24", "dns": [HOME_DNS]})


def serve(topology, address):
    """The DHCP server of the network, which has this address to give and wants leases renewed after 3 s."""
    return dhcp_server(topology, "rt", "A", address, address, f"3,{ROUTER}", f"6,{ROUTER}", "59,4")


def dhclient(topology):
    program = unpacked("isc-dhcp-client") / "sbin/dhclient"
    (topology.etc / "fstab").touch()  # its script looks there
    (topology.directory / "dhclient.conf").write_text("request subnet-mask, routers, domain-name-servers;\n")
    files = f"-cf {topology.directory}/dhclient.conf -lf {topology.directory}/dhclient.leases -pf {topology.directory}/dhclient.pid"
    return topology.start("mn", f"{program} -d -4 {files} -sf {program}-script uplink", log="dhclient.log")


def registered_from(deployment, address):
    return deployment.wait("mn", lambda status: status["state"] == "registered" and status["path"]["local"].endswith(address))


def test_dhclient_gets_another_address_when_it_renews(with_ipv4_alone, report):
    deployment = with_ipv4_alone
    topology = deployment.topology
    server = serve(topology, FIRST)
    dhclient(topology)
    deployment.start_all()
    registered_from(deployment, FIRST)
    deployment.wait("mn", lambda status: status["dns"]["backend"] == "file")
    pinger = Pinger(topology, source=HOME_ADDRESS).under_way()
    began = time.time()
    topology.stop(server)
    (topology.directory / "leases").unlink()
    serve(topology, SECOND)
    registered_from(deployment, SECOND)
    pinger.under_way(since=time.time())
    settle(0.5)
    silent = pinger.longest(began, time.time())
    report(f"silent for {silent:.0f} ms when dhclient went from {FIRST} to {SECOND}")
    deployment.wait("mn", lambda _: f"nameserver {HOME_DNS}" in topology.resolver_configuration.read_text())
    deployment.stop("mn")
    assert topology.resolver_configuration.read_text() == f"nameserver {ROUTER}\n"


# resolvconf

def resolvconf(topology, package, words, text=""):
    """Runs `words` as root, where the package is installed."""
    files, place = unpacked(package), topology.directory / "resolvconf"
    place.mkdir(exist_ok=True)
    there = (f"mount -t overlay overlay -o lowerdir={files}/lib:/usr/lib /usr/lib && "
             f"export PATH={files}/sbin:/usr/sbin:/usr/bin:/sbin:/bin && printf '{text}' | {words}")
    status, said = topology.as_root("mn", there)
    assert status == 0, said
    return said


@pytest.mark.parametrize("package", ["resolvconf", "openresolv"])
def test_resolvconf_has_the_homes_servers_first_and_forgets_them(package):
    with NamesTopology(is_etc_writable=False) as topology:
        for file in (unpacked(package) / "etc").glob("resolvconf*"):
            shutil.copytree(file, topology.etc / file.name) if file.is_dir() else shutil.copy(file, topology.etc)
        (topology.run_directory / "resolvconf/interface").mkdir(parents=True)
        topology.resolver_configuration.unlink()
        if package == "resolvconf":
            topology.resolver_configuration.symlink_to("/run/resolvconf/resolv.conf")
            resolvconf(topology, package, "resolvconf --enable-updates")
        resolvconf(topology, package, "resolvconf -a uplink.dhclient", f"nameserver {NETWORK_DNS}\n")
        topology.move("A")
        before = topology.run("mn", "cat /etc/resolv.conf")
        assert NETWORK_DNS in before
        deployment = Deployment(topology, home_agent={"dns": [HOME_DNS]})
        deployment.start_all()
        deployment.wait_registered(topology.care_of_address("A"))
        deployment.wait("mn", lambda status: status["health"])
        carry_out = f"{GODWIT} resolver --orders {deployment.directory} --answers /run/godwit-resolver"
        resolvconf(topology, package, carry_out)
        deployment.wait("mn", lambda status: status["dns"]["backend"] == "resolvconf")
        assert topology.lookup(HOME_NAME) == HOME_NAME_ADDRESS
        deployment.stop("mn")
        resolvconf(topology, package, carry_out)
        assert topology.run("mn", "cat /etc/resolv.conf") == before
        assert topology.lookup(PUBLIC_NAME) == PUBLIC_ADDRESS_IN_NETWORK
