"""The life of the packages, on Debian 12 and on Debian 13, on one VPS and one laptop that is locked: upgrades, crashes,
a boot, the end. Meanwhile programs talk, and nothing leaves the laptop but the tunnel and what a link needs to be one.
Each story leaves the laptop registered; the last takes the packages away."""
import pytest
from conftest import providing
from debian_tree import Debian
from leaks import assert_none
from locked_pair import Pair, footprint, of_version
from machines import LAPTOP_LINES, SLOWNESS
from system import changes

LOCKDOWN = ("nft", "list", "table", "inet", "godwit_lockdown")
NEWER = "0.1.0+newer"
# Configures the network as early as anybody may.
NETWORK = """[Unit]
DefaultDependencies=no
Wants=network-pre.target
After=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=nft -f /etc/witness.nft
ExecStart=ip -batch /etc/network.ip
[Install]
WantedBy=sysinit.target
"""
NEEDS_HOME = """[Unit]
Wants=godwit-online.target
After=godwit-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'godwit status > /run/needs-home'
[Install]
WantedBy=multi-user.target
"""
# What programs have tried to send, whatever became of it.
WITNESS = ("table inet witness { chain tried { type filter hook output priority -300; "
           "oifname eth0 udp dport 9 counter; }; }")
GODWITS_FILES = ("sh", "-c", "find / -xdev -path /var/lib/dpkg -prune -o -path /var/log -prune -o -path /var/cache -prune -o "
                 "'(' -name '*godwit*' -o -path '/etc/systemd/system/*' -xtype l -lname '/[lu]*' ')' -not -path '/root/*' -print; "
                 "ls -d /etc/godwit 2>/dev/null; true")


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def pair(request, packages):
    with providing(Debian(request.param).with_packages(packages.values())) as provide:
        yield settled(*provide("routed", "vps", "laptop"), packages)


def settled(vps, laptop, packages):
    before = footprint(laptop)
    vps.install(packages["godwit-ha"])
    said = vps.run("godwit-ha", "init", "--yes")
    laptop.install(packages["godwit"])
    laptop.run("godwit", "join", next(word.strip("'") for word in said.split() if "godwit://" in word))
    laptop.run("godwit", "set", "dns_servers", '["2001:db8:c::2"]')
    laptop.run("godwit", "set", "lockdown", "true", "--restart")
    laptop.wait("godwit", "status")
    home = laptop.run("sed", "-n", 's/^home_address = "\\(.*\\)"/\\1/p', "/etc/godwit/mn.toml").strip()
    pair = Pair(vps.network, vps, laptop, before, home)
    pair.reaches_home()
    return pair


def version(machine, package):
    return machine.run("dpkg-query", "-W", "-f", "${Version}", package)


def process(machine, unit):
    return machine.run("systemctl", "show", "--property=MainPID", unit)


@pytest.mark.parametrize("package", ["godwit", "godwit-ha"])
def test_an_upgrade_under_traffic(pair, packages, package, tmp_path, record_property):
    machine = pair.laptop if package == "godwit" else pair.vps
    newer, old = of_version(packages[package], NEWER, tmp_path), process(machine, package)
    with pair.watched() as watch:
        machine.install(newer)
    record_property("silent for ms", watch.gap())
    assert_none(watch.leaks())
    assert watch.gap() < 1000 * SLOWNESS
    assert version(machine, package) == NEWER
    assert process(machine, package) != old


def test_kill_9_under_traffic(pair, record_property):
    old = process(pair.laptop, "godwit")
    with pair.watched() as watch:
        pair.laptop.run("systemctl", "kill", "--signal=KILL", "godwit")
        pair.laptop.wait("sh", "-c", f"test \"$(systemctl show --property=MainPID godwit)\" != '{old.strip()}'")
    record_property("silent for ms", watch.gap())
    assert_none(watch.leaks())
    assert process(pair.laptop, "godwit") not in (old, "MainPID=0\n")


def test_a_daemon_that_is_killed_and_cannot_start_again_leaves_no_name_servers(pair):
    laptop = pair.laptop
    laptop.wait("grep", "-q", "godwit", "/etc/resolv.conf")
    right = (laptop.tree / "etc/godwit/mn.toml").read_text()
    laptop.write("/etc/godwit/mn.toml", "lifetime = 1\n" + right)
    laptop.run("systemctl", "kill", "--signal=KILL", "godwit")
    laptop.wait("systemctl", "is-failed", "godwit")  # what ExecStopPost= runs has ended then
    left = footprint(laptop)["DNS"]
    order = laptop.run("ls", "/run/godwit/resolver-order", check=False).returncode
    laptop.write("/etc/godwit/mn.toml", right)
    laptop.run("systemctl", "start", "godwit")
    pair.reaches_home()
    laptop.wait("grep", "-q", "godwit", "/etc/resolv.conf")
    assert left == pair.before["DNS"], "names are looked up in a tunnel that is not there"
    assert order != 0, "the path unit has it carried out again"


def test_after_down_all_is_as_before(pair):
    assert changes(pair.before, footprint(pair.laptop)), "the comparison sees nothing"
    pair.laptop.run("godwit", "down")
    pair.laptop.wait("sh", "-c", "! systemctl is-active godwit-resolver.service && ! grep -q godwit /etc/resolv.conf")
    left = changes(pair.before, footprint(pair.laptop))
    pair.laptop.run("godwit", "up")
    pair.reaches_home()
    assert not left


def test_nothing_leaves_from_the_boot_on(pair):
    laptop = pair.laptop
    laptop.write("/etc/systemd/system/network-up.service", NETWORK)
    laptop.write("/etc/systemd/system/needs-home.service", NEEDS_HOME)
    laptop.write("/etc/witness.nft", WITNESS)
    laptop.write("/etc/network.ip", "\n".join(("link set eth0 up", *LAPTOP_LINES)) + "\n")
    laptop.run("systemctl", "enable", "network-up", "needs-home")
    with pair.watched() as watch:
        laptop.shut_down()
        name_servers = (laptop.tree / "etc/resolv.conf").read_text()
        pair.network.ip("laptop", "link set eth0 down", "addr flush dev eth0")
        pair.network.run("laptop", "nft flush ruleset")
        laptop.boot()
        laptop.wait_up()
    tried = int(pair.network.run("laptop", "nft list table inet witness").split("packets ")[1].split()[0])
    pair.network.run("laptop", "nft delete table inet witness")
    assert tried > 0, "nobody has tried"
    assert_none(watch.leaks())
    assert "registered" in laptop.run("cat", "/run/needs-home")
    assert "godwit" not in name_servers, "who does not start godwit any more looks names up in the tunnel"
    assert laptop.run(*LOCKDOWN)
    assert laptop.run("systemctl", "list-units", "--failed", "--plain", "--no-legend", "*godwit*") == ""


def removed(pair):
    """What of the network is other than before the package came."""
    pair.laptop.run("dpkg", "--remove", "godwit")
    return changes(pair.before, footprint(pair.laptop))


def begins_again(pair, packages):
    pair.laptop.install(packages["godwit"])
    pair.laptop.run("systemctl", "start", "godwit")
    pair.reaches_home()
    pair.laptop.wait("grep", "-q", "godwit", "/etc/resolv.conf")


def test_removing_puts_resolv_conf_back_while_the_resolver_is_busy(pair, packages):
    laptop, folder = pair.laptop, "/etc/systemd/system/godwit-resolver.service.d"
    laptop.wait("grep", "-q", "godwit", "/etc/resolv.conf")
    laptop.run("mkdir", "-p", folder)
    laptop.write(f"{folder}/busy.conf", "[Service]\nExecStartPost=sleep 5\n")
    laptop.run("systemctl", "daemon-reload")
    laptop.run("systemctl", "start", "--no-block", "godwit-resolver.service")
    left = removed(pair)
    laptop.run("rm", "-r", folder)
    laptop.run("systemctl", "daemon-reload")
    begins_again(pair, packages)
    assert not left


def test_removing_puts_resolv_conf_back_where_a_daemon_has_left_its_order(pair, packages):
    laptop = pair.laptop
    laptop.run("systemctl", "stop", "godwit")
    laptop.wait("sh", "-c", "! grep -q godwit /etc/resolv.conf")
    laptop.run("sh", "-c", "echo nameserver 2001:db8:c::2 > /run/godwit/resolver-order")
    laptop.wait("grep", "-q", "godwit", "/etc/resolv.conf")
    left = removed(pair)
    begins_again(pair, packages)
    assert not left


def test_removing_keeps_the_keys_and_purging_nothing(pair, packages):
    laptop, vps = pair.laptop, pair.vps
    laptop.run("dpkg", "--remove", "godwit")
    assert changes(pair.before, footprint(laptop)) == [], "\n".join(changes(pair.before, footprint(laptop)))
    assert laptop.run("systemctl", "list-units", "--plain", "--no-legend", "*godwit*") == ""
    assert laptop.run("ls", "/etc/godwit").split() == ["mn.key", "mn.psk", "mn.toml"]
    laptop.install(packages["godwit"])
    laptop.run("systemctl", "start", "godwit")
    pair.reaches_home()
    assert pair.laptop.run(*LOCKDOWN)
    laptop.run("godwit", "profile", "rename", "mn", "work")  # whose keys are still called mn
    laptop.run("mkdir", "/etc/godwit/.godwit-join-1-2")
    laptop.run("touch", "/etc/godwit/.godwit-join-1-2/mn.key", "/etc/godwit/work-10.key")
    laptop.run("dpkg", "--purge", "godwit")
    assert laptop.run(*GODWITS_FILES) == ""
    assert "godwit" in laptop.run("getent", "passwd", "godwit"), "files of his may be anywhere: nobody else gets his number"
    assert changes(pair.before, footprint(laptop)) == [], "\n".join(changes(pair.before, footprint(laptop)))

    vps.run("dpkg", "--purge", "godwit-ha")
    assert vps.run(*GODWITS_FILES) == ""
    assert "godwit" not in vps.run("nft", "list", "ruleset") + vps.run("ip", "-6", "route") + vps.run("ip", "link")
