"""What is in the packages, before anything runs."""
import re
import subprocess

import pytest
from debian_tree import ROOT

PROGRAMS = {"godwit": "client/godwit", "godwit-ha": "server/godwit-ha"}


def test_lintian_finds_nothing(packages):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error,warning", "--pedantic", *packages.values()],
                          capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "")


def test_two_makings_are_the_same_octets(packages):
    subprocess.run([ROOT / "packaging/build-deb", "build/package-again"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL, timeout=3600)
    for package in packages.values():
        assert (ROOT / "build/package-again/packages" / package.name).read_bytes() == package.read_bytes()


@pytest.mark.parametrize("package", PROGRAMS)
def test_the_unit_is_sandboxed(package):
    unit = ROOT / f"packaging/systemd/{package}.service"
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-300:]


def test_the_right_to_divide_packets_costs_little(tmp_path):
    """What the administrator may put beside the home agent's unit."""
    units = ROOT / "packaging/systemd"
    both = tmp_path / "godwit-ha.service"
    both.write_text((units / "godwit-ha.service").read_text() + (units / "godwit-ha-workers.conf").read_text())
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=21", "--no-pager", both],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-300:]


# As the unit's user nothing is given to others, and who may go first has been said by Nice=.
LEFT_TO_ROOT = {"capset", "chown", "fchown", "fchownat", "lchown", "setpriority", "sched_setaffinity"}
# What begins the daemon itself.
BEGINNING = {"execve", "execveat", "fork", "vfork"}


def members(name):
    """The system calls that a name of SystemCallFilter= means."""
    if not name.startswith("@"):
        return {name}
    lines = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, timeout=60,
                           check=True).stdout.splitlines()
    return set().union(*(members(line.strip()) for line in lines if re.match(r"    [@\w-]+$", line)))


def allowed_by(unit):
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit.read_text(), re.M):
        named = set().union(*(members(name) for name in line.lstrip("~").split()))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


@pytest.mark.parametrize("unit", ["godwit.service", "godwit-ha.service"])
def test_the_units_system_calls_agree_with_the_daemons_own_filter(unit):
    own = (ROOT / "shared/platform/allowed_system_calls.cpp").read_text()
    allowed, forbidden = (set(re.findall(r'"(\w+)"', part.split("};")[0])) for part in own.split("constexpr std::array")[1:])
    by_unit = allowed_by(ROOT / "packaging/systemd" / unit)
    known = members("@known")  # to this systemd
    assert (allowed & known) - by_unit == LEFT_TO_ROOT & known
    assert forbidden & by_unit == BEGINNING & by_unit
    assert "seccomp" in by_unit


def test_what_begins_before_tmp_is_emptied_uses_no_tmp():
    text = (ROOT / "packaging/systemd/godwit-lockdown.service").read_text()
    assert "DefaultDependencies=no\n" in text
    assert not re.search(r"^Private(Devices|Tmp)=", text, re.M)


def subcommands(package):
    text = subprocess.run([ROOT / "build/package" / PROGRAMS[package], "--help"], capture_output=True, text=True,
                          timeout=60).stdout
    return re.findall(r"^  (\S+)  ", text[text.index("Subcommands:"):text.index("\n\n", text.index("Subcommands:"))], re.M)


def options(package, subcommand):
    text = subprocess.run([ROOT / "build/package" / PROGRAMS[package], subcommand, "--help"], capture_output=True,
                          text=True, timeout=60).stdout
    return set(re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", text, re.M)) - {"--help"}


@pytest.mark.parametrize("package", PROGRAMS)
def test_the_manual_tells_of_every_subcommand_and_option(packages, package):
    manual = (ROOT / f"docs/man/{package}.8.scd").read_text()
    assert subcommands(package)
    for subcommand in subcommands(package):
        assert f"*{subcommand}*" in manual
        for option in options(package, subcommand):
            assert f"*{option}*" in manual, subcommand


def keys_of_the_file(program):
    """What the readers of a configuration file ask it for, by name or by a constant; and its tables."""
    text = "".join(source.read_text() for source in sorted((ROOT / program).glob("*configuration*.cpp")))
    keys = set(re.findall(r'\b(?:read|require)\(\s*"(\w+)"', text))
    keys |= set(re.findall(r'\bconstexpr (?:auto|const char\*) (?:\w+_)?key = "(\w+)"', text))
    return keys, set(re.findall(r'\b(?:table|tables|optional_table)\(\s*"(\w+)"', text))


@pytest.mark.parametrize(("program", "file"), [("client", "godwit-mn.toml"), ("server", "godwit-ha.toml")])
def test_the_manual_tells_of_every_key_of_the_configuration(program, file):
    manual = (ROOT / f"docs/man/{file}.5.scd").read_text()
    keys, tables = keys_of_the_file(program)
    assert len(keys) > 30 and tables
    assert [key for key in sorted(keys) if f"*{key}*" not in manual] == []
    assert [table for table in sorted(tables) if f"[{table}]" not in manual] == []


@pytest.mark.parametrize("package", PROGRAMS)
def test_completion_knows_every_subcommand_and_option(packages, package):
    assert set(subcommands(package)) <= complete(package, [package, ""])
    for subcommand in subcommands(package):
        assert options(package, subcommand) <= complete(package, [package, subcommand, "--"])


def test_completion_offers_times_that_the_home_agent_takes():
    assert complete("godwit-ha", ["godwit-ha", "switch", "--grace", ""]) == {"10m", "1h"}
    assert complete("godwit-ha", ["godwit-ha", "rotate-key", "--grace", ""]) == {"7d", "30d"}


def complete(package, words):
    function = "_" + package.replace("-", "_")
    script = (f". {ROOT}/packaging/completion/{package}; COMP_WORDS=({' '.join(repr(word) for word in words)}); "
              f"COMP_CWORD={len(words) - 1}; {function}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return set(subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, timeout=60).stdout.split())


def test_installing_starts_nothing_and_purging_leaves_nothing(provide, packages):
    [vps] = provide("routed", "vps")
    files = ["sh", "-c", "find / -xdev -path /var/lib/dpkg -prune -o -path /var/log -prune -o -path /var/cache -prune -o "
             "-name '*godwit*' -not -path '/root/*' -print; ls -d /etc/godwit 2>/dev/null; true"]
    vps.install(packages["godwit-ha"])
    assert "godwit-ha" in vps.run("getent", "passwd", "godwit-ha")
    assert vps.run("stat", "-c", "%U %a", "/var/lib/godwit-ha").split() == ["godwit-ha", "700"]
    assert vps.run("systemctl", "is-enabled", "godwit-ha", check=False).stdout.strip() == "disabled"
    assert "/usr/share/man/man8/godwit-ha.8.gz" in vps.run(*files)
    vps.run("mkdir", "-p", "/etc/godwit")
    vps.run("touch", "/etc/godwit/ha.toml", "/etc/godwit/ha.key", "/var/lib/godwit-ha/godwit.db")
    vps.run("dpkg", "--purge", "godwit-ha")
    assert vps.run(*files) == ""
