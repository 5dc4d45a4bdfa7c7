"""A network that wants a login first: it is found without a question while all is well, one browser alone gets out to
it, and the way out closes by itself."""
import contextlib
import json
import pathlib
import subprocess
import sys
import time

import pytest
from access_networks import CORRESPONDENT_IP4, HOME_AGENT_IP4, HOME_AGENT_NAME, IP4_POOL
from debian_files import unpacked
from deployment import GODWIT, PATIENCE, settle
from topology import HERE, HOME_AGENT
from wire import Capture, ethernet_address

OK, FAILED, USAGE, NOT_REGISTERED, NO_DAEMON, REFUSED = 0, 1, 2, 3, 4, 5
LOGIN = "http://login.example/hello"
# As on a machine with cgroups of version 2 alone, where both programs look for them.
WITH_CGROUPS = "mount -t cgroup2 none /sys/fs/cgroup"

CAPTIVE = """table inet captive {
    chain led_there { type nat hook prerouting priority -150; iifname %(lan)s tcp dport 80 redirect to :80; }
    chain held { type filter hook forward priority -150; iifname %(lan)s drop; }
}"""


def within(*mounts):
    """What runs a command line in a mount namespace of its own."""
    return f"unshare -m sh -c '{' && '.join([WITH_CGROUPS, *mounts])} && exec \"$0\" \"$@\"'"


@pytest.fixture(autouse=True)
def cgroups():
    if "cgroup2" not in pathlib.Path("/proc/filesystems").read_text():
        pytest.skip("this kernel has no cgroups of version 2")


class CaptivePortal:
    """In a router, for the machines behind an interface of it."""

    def __init__(self, topology, router, lan, address, login):
        self.topology, self.router, self.log = topology, router, topology.directory / "portal-requests"
        topology.run(router, f"nft -f - << END\n{CAPTIVE % {'lan': lan}}\nEND\n")
        topology._ready(topology.start(router, f"{sys.executable} {HERE}/captive_portal.py {address} 80 {login} {self.log} "
                                               "'nft delete table inet captive'"))

    def requests(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


class Browser:
    """`godwit portal` with a browser that does as it is told."""

    def __init__(self, deployment, *mounts, arguments=""):
        self.topology, self.folder = deployment.topology, deployment.directory / f"browser-{time.monotonic_ns()}"
        self.folder.mkdir()
        self.log = self.folder / "log"
        self.process = self.topology.start(
            "mn", f"{within(*mounts)} {GODWIT} portal {arguments} --socket {deployment.socket('mn')} "
                  f"--browser '{sys.executable} {HERE}/portal_browser.py {self.folder}'", log=self.log.relative_to(deployment.directory))

    def do(self, what):
        (self.folder / what).touch()

    def said(self):
        said = self.folder / "said"
        return said.read_text().splitlines() if said.exists() else []

    def wait_for_pages(self, count):
        until(lambda: len(self.said()) >= count, lambda: self.log.read_text())
        return self.said()

    def ended(self):
        status = self.process.wait(PATIENCE)
        return status, self.log.read_text()


def until(condition, otherwise=lambda: ""):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)


def launch(deployment, *mounts):
    deployment.launch("mn", within(*mounts))
    deployment.wait("mn", lambda status: True)


def portal(deployment, *arguments):
    return deployment.command("portal", "--socket", deployment.socket("mn"), *arguments)


def events(deployment):
    _, said, _ = deployment.command("events", "--once", "--json", "--socket", deployment.socket("mn"))
    return [json.loads(line) for line in said.splitlines()]


def reaches(deployment, url):
    """Whether a program that nobody has let out gets an answer."""
    status, _, _ = deployment.command("-s", "--max-time", "1", "-o", "/dev/null", url, program="curl")
    return status == 0


def is_shut(deployment):
    said = deployment.topology.run("mn", "nft list tables; ip rule; ip -6 rule")
    return "godwit_portal" not in said and "0x418e" not in said


@contextlib.contextmanager
def watched(deployment):
    with Capture(deployment.topology, "mn", "uplink") as capture:
        yield capture
        settle(0.2)


def connections(deployment, capture):
    """The ends to which the mobile node has begun TCP connections: {("192.0.2.1", 80)}."""
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6
    from scapy.utils import rdpcap
    own = ethernet_address(deployment.topology, "mn", "uplink")
    frames = [frame for frame in rdpcap(str(capture.path)) if bytes(frame)[6:12] == own and TCP in frame]
    return {((frame.getlayer(IP) or frame[IPv6]).dst, frame[TCP].dport) for frame in frames if frame[TCP].flags == "S"}


@pytest.fixture
def before_a_login(deploy):
    """Locked, registered from a network where all is well, and moved to one that wants a login. Nothing has been asked
    of anybody before; what has been since is in the capture."""
    deployment = deploy(access={"networks": ("native", "nat44"), "names": ("login.example=192.168.3.1",)},
                        home_agent={"ipv4_pool": IP4_POOL},
                        mobile_node={"agent": {"endpoints": [HOME_AGENT_NAME]}, "lockdown": True})
    deployment.portal = CaptivePortal(deployment.topology, "gw-3", "lan", "192.168.3.1", LOGIN)
    deployment.topology.move("native")
    deployment.start("ha")
    with watched(deployment) as capture:
        launch(deployment)
        deployment.wait_attached()
        settle(6)
    assert connections(deployment, capture) == set(), "asked, though all is well"
    with watched(deployment) as deployment.capture:
        deployment.topology.move("nat44")
        deployment.found = deployment.wait("mn", lambda status: status["portal"])
    return deployment


def test_one_browser_gets_out_logs_in_and_is_shut_in_again(before_a_login, report):
    deployment = before_a_login
    found = deployment.found
    assert (found["portal"]["url"], found["portal"]["source"]) == (LOGIN, "redirect")
    assert connections(deployment, deployment.capture) == {(HOME_AGENT_IP4, 80)}, "somebody else was asked"
    assert any("godwit portal" in line for line in found["health"])
    assert [event["url"] for event in events(deployment) if event["type"] == "portal-found"] == [LOGIN]
    assert portal(deployment, "--print") == (OK, LOGIN + "\n", "")
    _, said, _ = deployment.command("status", "--socket", deployment.socket("mn"))
    assert f"captive portal     this network leads to {LOGIN}" in said, said
    _, said, _ = deployment.command("doctor", "--config", deployment.directory / "mn.toml")
    assert LOGIN in said and "remedy: godwit portal\n" in said, said
    assert not reaches(deployment, "http://192.168.3.1/") and is_shut(deployment)

    # Nobody knows whom a stub of this machine would ask, and what it asks stays inside.
    stub = deployment.directory / "behind-stub"
    stub.write_text("nameserver 192.168.3.1\n")
    deployment.topology._resolver_configuration("mn").write_text("nameserver 127.0.0.53\n")
    browser = Browser(deployment, "mount -t tmpfs none /run/systemd", "mkdir /run/systemd/resolve",
                      f"cp {stub} /run/systemd/resolve/resolv.conf")
    assert browser.wait_for_pages(1) == [f"{LOGIN}: who are you?"]
    assert not reaches(deployment, "http://192.168.3.1/"), "another program gets out as well"
    status, _, complaint = portal(deployment, "--browser", "true")
    assert status == FAILED and "a browser is out already" in complaint

    logged_in = time.monotonic()
    browser.do("enter")
    deployment.wait_attached(encapsulation="udp")
    report(f"registered {time.monotonic() - logged_in:.1f} s after the login")
    status = deployment.wait("mn", lambda status: not status["portal_open_until"])
    assert status["portal"] is None and not any("login" in line for line in status["health"])
    assert is_shut(deployment) and not reaches(deployment, "http://192.168.3.1/")
    assert [event["type"] for event in events(deployment) if event["type"].startswith("portal-")] == [
        "portal-found", "portal-opened", "portal-closed", "portal-cleared"]
    browser.do("end")
    status, said = browser.ended()
    assert status == OK, said
    assert "open until 20" in said and "closed: the home agent serves this machine" in said
    assert not list(pathlib.Path("/tmp").glob("godwit-portal-*")), "a profile is left"
    assert {host for host in requested_hosts(deployment)} == {HOME_AGENT_IP4, "login.example"}


def requested_hosts(deployment):
    return {line.split(" of ")[1].split(" from ")[0] for line in deployment.portal.requests()}


@pytest.fixture
def advertised(deploy):
    """Link A tells of its portal by router advertisements, and lets nothing through."""
    login = "http://[2001:db8:a::1]/hello"
    deployment = deploy(topology={"advertise": {"A": f"portal={login}"}}, mobile_node={"lockdown": True})
    deployment.login = login
    deployment.portal = CaptivePortal(deployment.topology, "rt", "A", "2001:db8:a::1", login)
    deployment.topology.plug("A")
    deployment.start("ha")
    with watched(deployment) as deployment.capture:
        launch(deployment)
        deployment.found = deployment.wait("mn", lambda status: status["portal"])
    return deployment


def test_what_a_router_tells_is_taken_without_a_question(advertised):
    deployment = advertised
    assert (deployment.found["portal"]["url"], deployment.found["portal"]["source"]) == (
        deployment.login, "router-advertisement")
    assert connections(deployment, deployment.capture) == set()
    browser = Browser(deployment)
    assert browser.wait_for_pages(1) == [f"{deployment.login}: who are you?"]

    # The daemon is killed: nothing is left open, neither now nor after the next start.
    deployment.crash("mn")
    browser.do("enter")
    assert "failed: " in browser.wait_for_pages(2)[1]
    assert "godwit_portal" not in deployment.topology.run("mn", "nft list tables")
    launch(deployment)
    assert deployment.status()["portal_open_until"] is None and is_shut(deployment)
    browser.do("end")
    status, said = browser.ended()
    assert status in (NO_DAEMON, 7) and "closed: " in said, said

    # Who closes the browser without a login has closed the way out.
    deployment.wait("mn", lambda status: status["portal"])
    browser = Browser(deployment)
    browser.wait_for_pages(1)
    assert deployment.status()["portal_open_until"]
    browser.process.terminate()
    status, said = browser.ended()
    assert status == NOT_REGISTERED and "does not serve this machine yet" in said, said
    assert deployment.status()["portal_open_until"] is None and is_shut(deployment)


def test_a_network_that_tells_of_a_portal_and_lets_through_is_asked_nothing(deploy):
    deployment = deploy(topology={"advertise": {"A": "portal=http://[2001:db8:a::1]/hello"}})
    deployment.topology.plug("A")
    deployment.start("ha")
    with watched(deployment) as capture:
        launch(deployment)
        deployment.wait_registered(deployment.topology.care_of_address("A"))
        settle(6)
    assert deployment.status()["portal"] is None
    assert connections(deployment, capture) == set()
    for arguments, code, complaint in (
            ((), FAILED, "no captive portal: the home agent serves this machine"),
            (("--print",), FAILED, "no captive portal"),
            (("--url", "file:///etc/passwd"), USAGE, "--url takes http://HOST/"),
            (("--url", "http://login.example/", "--browser", "true"), FAILED, "wants no login")):
        status, said, told = portal(deployment, *arguments)
        assert status == code and said == "" and complaint in told and told.count("\n") == 1, (arguments, told)
    status, _, told = deployment.command("portal", "--socket", deployment.directory / "none.sock")
    assert status == NO_DAEMON and told.count("\n") == 1, told


def test_what_a_hostile_network_tells_goes_nowhere(deploy):
    deployment = deploy(topology={"advertise": {"A": "portal=javascript:alert"}})
    topology = deployment.topology
    topology.run("rt", "nft 'add table inet held; add chain inet held held { type filter hook forward priority 0; policy drop; }'")
    topology.plug("A")
    deployment.start("ha")
    with watched(deployment) as capture:
        launch(deployment)
        until(lambda: connections(deployment, capture))
        settle(3)
    assert connections(deployment, capture) == {(HOME_AGENT, 80)}
    assert deployment.status()["portal"] is None
    status, _, complaint = portal(deployment)
    assert status == FAILED and "no captive portal is known here" in complaint

    deployment.directory.chmod(0o755)
    executable = deployment.directory / "godwit"  # where anybody may run it
    executable.write_bytes(pathlib.Path(GODWIT).read_bytes())
    executable.chmod(0o755)
    status, _, complaint = deployment.command(
        "--reuid=65534", "--regid=65534", "--clear-groups", executable, "portal", "--socket", deployment.socket("mn"),
        "--url", "http://login.example/", "--browser", "true", program="setpriv")
    assert status == REFUSED, complaint
    status, _, complaint = portal(deployment, "--url", "http://login.example/", "--browser", "no-such-browser")
    assert status == USAGE and "there is no program no-such-browser" in complaint
    done = topology.run("mn", f"env PATH= {GODWIT} portal --socket {deployment.socket('mn')} --url http://login.example/ 2>&1; "
                              "echo $?")
    assert "no browser is known here" in done and done.endswith(f"{FAILED}\n"), done
    orders = [{"cgroup": "user.slice"}, {"cgroup": 'godwit-portal-x" accept'}, {"cgroup": "godwit-portal-none"}, {}]
    for order in orders:
        done = topology.run("mn", f"curl -s --unix-socket {deployment.socket('mn')} http://localhost/v1/portal -d '{json.dumps(order)}'")
        assert json.loads(done)["error"]["code"] == "bad-cgroup", done


def test_what_a_dhcp_server_tells_is_read_from_the_lease(deploy):
    client = unpacked("isc-dhcp-client")
    login = "https://login.example/api"
    deployment = deploy(mobile_node={"lockdown": True})
    topology, leases = deployment.topology, deployment.directory / "leases"
    leases.mkdir()
    CaptivePortal(topology, "rt", "A", "2001:db8:a::1", "http://[2001:db8:a::1]/hello")
    topology.ip("rt", "addr add 198.51.100.1/24 dev A")
    topology.start("rt", f"dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=A --bind-interfaces "
                         f"--dhcp-range=198.51.100.100,198.51.100.200 --dhcp-leasefile={deployment.directory}/dnsmasq.leases "
                         f"--dhcp-option=114,{login} --user=root --pid-file", log="dnsmasq.log")
    deployment.write("dhclient.conf", "request subnet-mask, routers, default-url;\n")
    script = deployment.write("dhclient-script", "#!/bin/sh\n[ -z \"$new_ip_address\" ] || ip addr replace $new_ip_address/24 dev $interface\n")
    script.chmod(0o755)
    topology.plug("A")
    topology.start("mn", f"{client}/sbin/dhclient -d -4 -cf {deployment.directory}/dhclient.conf -sf {script} "
                         f"-lf {leases}/dhclient.uplink.leases -pf {deployment.directory}/dhclient.pid uplink", log="dhclient.log")
    until(lambda: "default-url" in "".join(file.read_text() for file in leases.iterdir()),
          lambda: (deployment.directory / "dhclient.log").read_text())
    deployment.start("ha")
    with watched(deployment) as capture:
        launch(deployment, "mkdir -p /var/lib/dhcp", f"mount --bind {leases} /var/lib/dhcp")
        found = deployment.wait("mn", lambda status: status["portal"])
    assert (found["portal"]["url"], found["portal"]["source"]) == (login, "dhcp")
    assert connections(deployment, capture) == set()
