"""Several home agents for one laptop, and a profile that goes to another one."""
import re
import json
import os
import pathlib
import subprocess
import time

import pytest
from deployment import GODWIT, PATIENCE
from profiles import LaptopTopology, TwoHomeAgents

OK, FAILED, USAGE, NOT_REGISTERED, NOT_REACHABLE, REFUSED = range(6)


@pytest.fixture
def laptops(request):
    """Two home agents and two laptops plugged into A and B, which know nobody."""
    with LaptopTopology(mobile_nodes=("mn", "mn2")) as topology:
        topology.plug("A")
        topology.plug("B", "mn2")
        topology.care_of_address("A")
        deployment = TwoHomeAgents(topology)
        request.node.deployments = [deployment]
        yield deployment


@pytest.fixture
def joined(laptops):
    """mn has joined both home agents; its daemon does not run yet."""
    line, laptops.first = laptops.invite_at("ha", "laptop")
    said = laptops.godwit("join", line)
    assert "written: /etc/godwit/mn.toml" in said and "next: sudo godwit daemon\n" in said
    line, laptops.second = laptops.invite_at("cn", "laptop")
    said = laptops.godwit("join", line, "--profile", "work")
    assert said.endswith("next: godwit profile use work\n")
    return laptops


@pytest.fixture
def running(joined):
    """mn is served by its first home agent."""
    joined.launch_laptop()
    joined.wait_served(joined.first)
    return joined


def listed(deployment, node="mn"):
    document = json.loads(deployment.godwit("profile", "--json", node=node))
    return document["active"], [profile["name"] for profile in document["profiles"]]


def test_a_laptop_goes_over_from_one_home_agent_to_the_other_and_back(running, report):
    assert listed(running) == ("mn", ["mn", "work"])
    assert f"* mn    {running.first}" in running.godwit("profile")
    assert running.status("mn")["profile"] == "mn" and re.search(r"^profile +mn$", running.godwit("status"), re.M)
    assert running.reaches(running.first)

    began = time.monotonic()
    said = running.godwit("profile", "use", "work")
    assert said == "active: work; connections over the home address of mn end\n"
    status = running.wait_served(running.second)
    report(f"from one home agent to the other: {(time.monotonic() - began) * 1e3:.0f} ms")
    assert status["profile"] == "work" and status["handovers"]["count"] <= 1, "the moves of the other are not its own"
    assert running.bindings("ha") == [] and running.bindings("cn") == [running.second]
    assert running.reaches(running.second) and not running.reaches(running.first, seconds=1)
    assert listed(running) == ("work", ["mn", "work"])
    assert running.godwit("profile", "use", "work") == "active: work\n", "nothing else happens"

    running.crash("mn")
    running.launch_laptop()
    running.wait_served(running.second)
    running.godwit("profile", "rename", "work", "office")
    assert running.status("mn")["profile"] == "office" and running.status("mn")["state"] == "registered"
    running.godwit("profile", "use", "mn")
    running.wait_served(running.first)
    assert running.reaches(running.first) and running.bindings("cn") == []
    assert len([name for name in running.state() if name.startswith("last-handshake-")]) == 2


def test_a_profile_is_chosen_without_a_daemon_or_while_the_machine_is_down(joined):
    assert "no daemon runs" in joined.godwit("profile", "use", "work")
    joined.launch_laptop()
    joined.wait_served(joined.second)
    joined.godwit("down")
    assert "stays down" in joined.godwit("profile", "use", "mn")
    assert joined.status("mn")["state"] == "down" and joined.status("mn")["profile"] == "mn"
    joined.godwit("up")
    joined.wait_served(joined.first)
    joined.godwit("set", "lifetime", "300", "--profile", "work")
    assert joined.godwit("get", "lifetime", "--profile", "work") == "300\n"
    assert joined.command("get", "lifetime")[0] == FAILED, "the active one has its default"


def test_each_profile_has_a_lockdown_of_its_own(running):
    def table():
        return running.topology.run("mn", "nft list table inet godwit_lockdown", check=False)
    running.godwit("set", "lockdown", "true", "--profile", "work")
    running.godwit("profile", "use", "work")
    assert "2001:db8:c::2" in table(), "the home agent may be reached"
    running.wait_served(running.second)
    running.godwit("profile", "use", "mn")
    assert "No such file" in table()
    running.wait_served(running.first)


def test_what_cannot_be_taken_up_leaves_the_other_in_force(running):
    configuration = running.directory / "mn/etc/godwit/work.toml"
    right = configuration.read_text()
    running.topology.run("mn", "ip link add taken type veth peer name taker")
    for change, code in (("lifetime = 1\n", USAGE), ('interface = "taken"\n', FAILED), ('status_socket = "/run/other"\n', FAILED),
                         ('state_directory = "/var/lib/other"\n', FAILED)):
        configuration.write_text(change + right)
        assert running.refused("profile", "use", "work")[0] == code, change
        assert running.wait_served(running.first)["profile"] == "mn"
    assert running.refused("profile", "use", "nobody")[0] == USAGE
    assert running.refused("profile", "use", "../ha")[0] == USAGE
    configuration.write_text(right)
    running.godwit("profile", "use", "work")
    running.wait_served(running.second)


def test_a_full_disk_changes_nothing(joined):
    """The state of the daemon on a disk of a few pages, and then the configurations."""
    joined.launch_laptop(before="mount -t tmpfs -o size=64k none /var/lib/godwit;")
    joined.wait_served(joined.first)
    filler = pathlib.Path(f"/proc/{joined.daemons['mn'].pid}/root/var/lib/godwit/filler")
    with pytest.raises(OSError):
        filler.write_bytes(bytes(1 << 20))
    code, said = joined.refused("profile", "use", "work")
    assert code == FAILED and "No space left" in said
    assert joined.status("mn")["state"] == "registered" and joined.status("mn")["profile"] == "mn"
    filler.unlink()
    joined.godwit("profile", "use", "work")
    joined.wait_served(joined.second)
    joined.stop("mn")

    joined.godwit("export", "work", "--with-private-key", "--output", "/run/work.profile")
    line, _ = joined.invite_at("cn", "another")
    for command in (f"join {line!r} --profile third", "import /run/work.profile --profile third"):
        said = joined.topology.run("mn", "cp -a /etc/godwit /run/copy; mount -t tmpfs -o size=64k none /etc/godwit; "
                                   "cp -a /run/copy/. /etc/godwit; head -c 1M /dev/zero > /etc/godwit/filler 2> /dev/null; "
                                   f"{GODWIT} {command}; echo status $?; rm /etc/godwit/filler; diff -r /run/copy /etc/godwit && "
                                   "echo the same; rm -r /run/copy")
        assert "No space left" in said and "status 1\n" in said and said.endswith("the same\n"), said
    joined.godwit("join", line, "--profile", "third")  # no invite was spent


def test_a_profile_goes_to_another_laptop(running):
    export = running.directory / "mn2/run/work.profile"
    text = running.godwit("export", "work")
    secrets = [(running.directory / "mn/etc/godwit" / name).read_text().strip() for name in ("work.key", "work.psk")]
    assert not any(secret in text for secret in secrets)
    running.godwit("export", "work", "--with-private-key", "--output", "/run/work.profile")
    written = running.directory / "mn/run/work.profile"
    assert all(secret in written.read_text() for secret in secrets), "here they are"
    assert written.stat().st_mode & 0o777 == 0o600
    assert running.refused("export", "work", "--output", "/run/work.profile")[0] == FAILED, "it writes over nothing"
    export.write_text(written.read_text())

    said = running.godwit("import", "/run/work.profile", "--no-start", node="mn2")
    assert "written: /etc/godwit/work.toml" in said and listed(running, "mn2") == ("work", ["work"])
    running.launch_laptop("mn2")
    running.wait_served(running.second, "mn2")
    assert running.reaches(running.second) and running.bindings("ha") == [running.first]

    export.write_text(text)
    code, said = running.refused("import", "/run/work.profile", node="mn2")
    assert code == USAGE and "there is a profile work already" in said
    said = running.godwit("import", "/run/work.profile", "--profile", "other", node="mn2")
    assert "public key" in said and said.endswith("next: godwit profile use other\n")
    assert "other.psk" not in running.configurations("mn2") and running.status("mn2")["profile"] == "work"


def test_what_is_no_profile_is_told_in_a_line(joined):
    before = joined.configurations()
    document = json.loads(joined.godwit("export", "--with-private-key"))
    key = document["private_key"]
    damaged = {"version": (document | {"godwit_profile": 2}, "of version 2, and this program reads version 1"),
               "key": (document | {"private_key": key[::-1]}, ""),
               "length": (document | {"private_key": key[:20]}, "is no key"),
               "address": (document | {"configuration": ['home_address = "2001:db8::zz"']}, "home_address")}
    texts = {name: (json.dumps(content), said) for name, (content, said) in damaged.items()}
    texts |= {"cut": (json.dumps(document)[:200], "damaged"), "other": ("godwit://h/x#AQ", "no export of a profile"), "empty": ("", "no export")}
    for name, (text, said) in texts.items():
        (joined.directory / "mn/run" / name).write_text(text)
        status, _, complaint = joined.command("import", f"/run/{name}", "--profile", "new")
        assert status in (FAILED, USAGE) and said in complaint, (name, complaint)
        assert not any(secret in complaint for secret in (key[:20], key[::-1])), "nothing of a key is told, whole or damaged"
    assert joined.refused("import", "/run/nowhere")[0] == FAILED
    line, _ = joined.invite_at("ha", "again")
    code, said = joined.refused("join", line)
    assert code == USAGE and "the profile mn is at this home agent already" in said
    assert joined.refused("join", line[:-3])[0] == USAGE
    assert joined.refused("join", line, "--profile", "ha")[0] == USAGE
    assert joined.refused("join", line, "--profile", "work")[0] == USAGE
    assert joined.configurations() == before
    joined.godwit("join", line, "--profile", "second-at-home")
    assert joined.godwit("profile", "use", "second-at-home")


def test_whoever_is_killed_on_the_way_has_the_old_or_the_new(joined):
    joined.godwit("export", "work", "--with-private-key", "--output", "/run/work.profile")
    for number in range(12):
        process = subprocess.Popen([*joined.topology.within("mn"), GODWIT, "import", "/run/work.profile", "--profile", f"p{number}"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(0.004 * number)
        os.killpg(process.pid, 9)
        process.wait()
    active, names = listed(joined)
    assert active == "mn" and {"mn", "work"} <= set(names)
    for name in names:
        joined.godwit("daemon", "--check", "--profile", name)
    for number in range(12):  # and nothing is in the way of another try
        if f"p{number}" not in names:
            joined.godwit("import", "/run/work.profile", "--profile", f"p{number}")
    joined.godwit("import", "/run/work.profile", "--profile", "last")
    assert not [name for name in joined.configurations() if name.startswith(".")], "nor left behind"

    joined.launch_laptop()
    using = subprocess.Popen([*joined.topology.within("mn"), GODWIT, "profile", "use", "work"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    time.sleep(0.03)
    joined.crash("mn")
    using.wait(PATIENCE)
    active = listed(joined)[0]
    assert active in ("mn", "work")
    joined.launch_laptop()
    joined.wait_served(joined.first if active == "mn" else joined.second)


def test_leaving_one_keeps_the_others(running):
    (running.directory / "mn/etc/godwit/spare.toml").write_text((running.directory / "mn/etc/godwit/work.toml").read_text())
    running.godwit("leave", "spare", "--yes")  # by hand, with the keys of another
    assert running.configurations() == ["mn.key", "mn.psk", "mn.toml", "work.key", "work.psk", "work.toml"]
    assert running.status("mn")["state"] == "registered", "the active one has not noticed"

    said = running.godwit("leave", "--yes")
    assert "deregistered" in said and said.endswith("next: godwit profile use work\n")
    assert running.bindings("ha") == [] and running.configurations() == ["work.key", "work.psk", "work.toml"]
    assert listed(running) == (None, ["work"]) and "* " not in running.godwit("profile"), "no other by itself"
    code, said = running.refused("up")
    assert code == USAGE and "none of the profiles is active" in said
    assert len([name for name in running.state() if name.startswith("last-handshake-")]) == 1
    running.godwit("profile", "use", "work")
    running.wait_served(running.second)
    running.godwit("leave", "work", "--yes")
    assert running.configurations() == [] and running.bindings("cn") == []
    assert set(running.state()) <= {"lockdown.nft"}
    assert running.godwit("profile") == "no profiles; godwit join makes one\n"
    assert running.refused("leave", "--yes")[0] == USAGE


def test_leaving_changes_no_directory_that_a_profile_names(joined):
    """A profile is its daemon's user's to write, and root leaves by it."""
    elsewhere = joined.directory / "elsewhere"
    elsewhere.mkdir()
    files = ["down", "lockdown.nft", "resolver-order"]
    for name in files:
        (elsewhere / name).write_text("somebody's\n")
    configuration = joined.directory / "mn/etc/godwit/mn.toml"
    configuration.write_text(f'state_directory = "{elsewhere}"\nstatus_socket = "{elsewhere}/s"\n' + configuration.read_text())
    assert "removed: /etc/godwit/mn.toml" in joined.godwit("leave", "--yes")
    assert sorted(file.name for file in elsewhere.iterdir()) == files
    assert {(elsewhere / name).read_text() for name in files} == {"somebody's\n"}


def test_who_leaves_the_last_profile_has_nothing_chosen(joined):
    configuration = joined.directory / "mn/etc/godwit/mn.toml"
    text = configuration.read_text()
    joined.godwit("leave", "--yes")
    assert listed(joined) == (None, ["work"]) and "profile" in joined.state()
    joined.godwit("leave", "work", "--yes")
    assert joined.configurations() == [] and "profile" not in joined.state()
    configuration.write_text(text)  # the next one, by hand
    assert listed(joined) == ("mn", ["mn"])
    assert joined.first in joined.godwit("get", "home_address")


def test_an_invite_replaces_the_active_profile_once_the_daemon_reads_it(running):
    for name, option in (("once-more", "--use"), ("and-again", "--no-start")):
        line, address = running.invite_at("ha", name)
        running.godwit("down")  # its tunnel would carry the question
        said = running.godwit("join", line, "--force", option)
        assert said.endswith("next: godwit restart\n"), "the daemon goes by what it has read"
        running.godwit("restart")
        running.wait_served(address)


def test_a_member_of_the_sockets_group_may_go_over_and_nobody_else(running):
    running.directory.chmod(0o755)
    executable = running.directory / "godwit"
    executable.write_bytes(pathlib.Path(GODWIT).read_bytes())
    executable.chmod(0o755)
    os.chown(running.socket("mn"), 0, 4242)

    def as_user(group, *arguments):
        return running.command("--reuid=65534", "--regid=65534", f"--groups={group}", executable, *arguments, program="setpriv")

    status, said, complaint = as_user(65534, "profile")
    assert status == OK and "* mn " in said, (said, complaint)
    status, _, complaint = as_user(65534, "profile", "use", "work")
    assert status == REFUSED and len(complaint.splitlines()) == 1 and running.status("mn")["profile"] == "mn"
    status, _, complaint = as_user(65534, "export", "work", "--with-private-key")
    assert status != OK and "work.key" in complaint
    status, _, complaint = as_user(4242, "profile", "use", "work")
    assert status == OK, complaint
    running.wait_served(running.second)
