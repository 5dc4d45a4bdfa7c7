"""From the packages to the first ping, on machines with systemd."""
import json
import time

import pytest
from machines import CORRESPONDENT, VPS

INIT = ("godwit-ha", "init", "--yes")


def sysctl(machine, name):
    return machine.run("cat", f"/proc/sys/net/{name}").strip()


@pytest.mark.parametrize(("shape", "mode", "prefix"), [
    ("routed", "routed", "2001:db8:1::/64"), ("on-link", "on-link", "2001:db8:1::/64"), ("single", "nat", "fd"), ("ipv4-only", "nat", "fd")])
def test_init_finds_out_what_the_provider_gives(provide, packages, shape, mode, prefix):
    [vps] = provide(shape, "vps")
    vps.install(packages["godwit-ha"])
    said = vps.run(*INIT, "--no-start")
    written = vps.run("cat", "/etc/godwit/ha.toml")
    assert f'home_mode = "{mode}"' in written, said
    assert f'home_prefix = "{prefix}' in written
    assert "open UDP 4191 and 443" in said
    assert vps.run("stat", "-c", "%U %a", "/etc/godwit/ha.key").split() == ["godwit-ha", "600"]
    assert vps.run("godwit-ha", "serve", "--check") == "/etc/godwit/ha.toml: correct\n"


def test_init_writes_a_key_that_is_found_from_every_directory(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run("sh", "-c", "cd /root && " + " ".join(INIT) + " --no-start --config new/ha.toml")
    assert 'private_key_file = "ha.key"' in vps.run("cat", "/root/new/ha.toml")
    vps.run("test", "-s", "/root/new/ha.key")


def test_init_replaces_nothing_unasked(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run(*INIT, "--no-start")
    before = vps.run("sh", "-c", "cat /etc/godwit/*")
    again = vps.run(*INIT, "--no-start", check=False)
    assert (again.returncode, "--force" in again.stdout) == (1, True)
    assert vps.run("sh", "-c", "cat /etc/godwit/*") == before
    vps.run(*INIT, "--no-start", "--force", "--mode", "nat")
    assert 'home_mode = "nat"' in vps.run("cat", "/etc/godwit/ha.toml")
    assert 'home_mode = "routed"' in vps.run("cat", "/etc/godwit/ha.toml.old")


def test_a_home_agent_that_does_not_start_leaves_nothing_of_init(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run("mkdir", "-p", "/etc/systemd/system/godwit-ha.service.d")
    vps.run("sh", "-c", "printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > /etc/systemd/system/godwit-ha.service.d/x.conf")
    vps.run("systemctl", "daemon-reload")
    done = vps.run(*INIT, check=False)
    assert (done.returncode, "everything is as before" in done.stdout) == (1, True), done.stdout
    assert vps.run("ls", "/etc").split().count("godwit") == 0
    assert vps.run("systemctl", "is-enabled", "godwit-ha", check=False).stdout.strip() == "disabled"


def test_init_by_force_wants_the_home_agent_stopped_and_leaves_it_as_it_was(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run(*INIT)
    process = vps.run("systemctl", "show", "--property=MainPID", "godwit-ha")
    beside = vps.run(*INIT, "--force", check=False)
    assert (beside.returncode, "systemctl stop godwit-ha" in beside.stdout) == (1, True), beside.stdout
    assert vps.run("systemctl", "show", "--property=MainPID", "godwit-ha") == process

    vps.run("systemctl", "stop", "godwit-ha")
    before = vps.run("cat", "/etc/godwit/ha.toml")
    vps.run("mkdir", "-p", "/etc/systemd/system/godwit-ha.service.d")
    vps.run("sh", "-c", "printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > /etc/systemd/system/godwit-ha.service.d/x.conf")
    vps.run("systemctl", "daemon-reload")
    failed = vps.run(*INIT, "--force", "--mode", "nat", check=False)
    assert (failed.returncode, "everything is as before" in failed.stdout) == (1, True), failed.stdout
    assert vps.run("cat", "/etc/godwit/ha.toml") == before
    assert vps.run("systemctl", "is-enabled", "godwit-ha").strip() == "enabled"

    vps.run("rm", "/etc/systemd/system/godwit-ha.service.d/x.conf")
    vps.run("systemctl", "daemon-reload")
    assert "godwit://" in vps.run(*INIT, "--force", "--client", "phone")
    assert vps.run("systemctl", "is-active", "godwit-ha").strip() == "active"


def test_from_install_to_the_first_ping(provide, packages, record_property):
    vps, laptop = provide("routed", "vps", "laptop")
    began = time.monotonic()
    vps.install(packages["godwit-ha"])
    said = vps.run(*INIT)
    invite = next(word.strip("'") for word in said.split() if "godwit://" in word)
    laptop.install(packages["godwit"])
    laptop.run("godwit", "join", invite)
    laptop.wait("godwit", "status")
    home = json.loads(laptop.run("godwit", "status", "--json"))["home_address"]
    laptop.wait("ping", "-c", "1", "-W", "1", "-I", home, CORRESPONDENT)
    seconds = time.monotonic() - began
    record_property("seconds", seconds)
    assert seconds < 60
    assert "laptop" in vps.run("godwit-ha", "list")
    assert "wrong" not in vps.run("godwit-ha", "doctor")


HOME = "2001:db8:1::9"


def keygen(machine, program, file):
    machine.run("mkdir", "-p", "/etc/godwit")
    return machine.run(program, "keygen", "--output", file).split()[-1]


def write(machine, file, text, *how):
    machine.run("tee", *how, file, input=text, stdin=None)


def configure_by_hand(vps, laptop):
    """What invite and join do."""
    agent = keygen(vps, "godwit-ha", "/etc/godwit/ha.key")
    node = keygen(laptop, "godwit", "/etc/godwit/mn.key")
    laptop.run("chown", "godwit:", "/etc/godwit/mn.key")
    vps.run(*INIT, "--no-start")
    write(vps, "/etc/godwit/ha.toml",
          f'[[mobile_node]]\nname = "laptop"\nhome_address = "{HOME}"\npublic_key = "{node}"\n', "-a")
    write(laptop, "/etc/godwit/mn.toml", f'home_address = "{HOME}"\nprivate_key_file = "mn.key"\n'
          f'[home_agent]\naddress = "{VPS}"\npublic_key = "{agent}"\n')


def test_the_services_do_their_work_in_their_sandboxes(provide, packages):
    vps, laptop = provide("routed", "vps", "laptop")
    vps.install(packages["godwit-ha"])
    laptop.install(packages["godwit"])
    before = sysctl(vps, "ipv6/conf/all/forwarding")
    configure_by_hand(vps, laptop)
    vps.run("systemctl", "enable", "--now", "godwit-ha")
    laptop.run("systemctl", "enable", "--now", "godwit")
    laptop.wait("godwit", "status")
    laptop.run("ping", "-c", "3", "-i", "0.2", "-W", "2", "-I", HOME, CORRESPONDENT)
    assert vps.run("ps", "-o", "user:20=", "-C", "godwit-ha").strip() == "godwit-ha"
    assert sysctl(vps, "ipv6/conf/all/forwarding") == "1"
    assert "wrong" not in vps.run("godwit-ha", "doctor")
    assert json.loads(vps.run("godwit-ha", "doctor", "--json"))["well"]

    vps.run("systemctl", "kill", "--signal=KILL", "godwit-ha")
    laptop.wait("ping", "-c", "1", "-W", "1", "-I", HOME, CORRESPONDENT)
    assert vps.run("systemctl", "is-active", "godwit-ha").strip() == "active"

    process = vps.run("systemctl", "show", "--property=MainPID", "godwit-ha")
    vps.install(packages["godwit-ha"])  # as an upgrade does
    assert vps.run("systemctl", "show", "--property=MainPID", "godwit-ha") != process
    laptop.wait("ping", "-c", "1", "-W", "1", "-I", HOME, CORRESPONDENT)

    vps.run("systemctl", "disable", "--now", "godwit-ha")
    assert vps.run("systemctl", "show", "--property=Result", "godwit-ha").strip() == "Result=success"
    assert sysctl(vps, "ipv6/conf/all/forwarding") == before
    assert "godwit" not in vps.run("nft", "list", "ruleset") + vps.run("ip", "-6", "route")


def test_an_upgrade_ends_where_the_home_agent_cannot_start_yet(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run(*INIT)
    vps.run("mkdir", "-p", "/etc/systemd/system/godwit-ha.service.d")
    vps.run("sh", "-c", "printf '[Service]\\nExecStartPre=/bin/false\\n' > /etc/systemd/system/godwit-ha.service.d/x.conf")
    vps.run("systemctl", "daemon-reload")
    vps.install(packages["godwit-ha"])
    assert vps.run("dpkg-query", "-W", "-f", "${Status}", "godwit-ha") == "install ok installed"
    vps.run("rm", "/etc/systemd/system/godwit-ha.service.d/x.conf")
    vps.run("systemctl", "daemon-reload")
    vps.wait("systemctl", "is-active", "godwit-ha")


def test_the_doctor_names_what_is_wrong_and_the_remedy(provide, packages):
    [vps] = provide("routed", "vps")
    vps.install(packages["godwit-ha"])
    vps.run(*INIT, "--no-start")
    vps.run("chmod", "644", "/etc/godwit/ha.key")
    done = vps.run("godwit-ha", "doctor", check=False)
    assert done.returncode == 1
    assert "remedy: chmod 600 /etc/godwit/ha.key" in done.stdout
    assert "remedy: systemctl enable --now godwit-ha" in done.stdout
    assert "ok     home prefix: 2001:db8:1::/64 is routed to this machine" in done.stdout
