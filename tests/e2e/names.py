"""A topology whose mobile node has an /etc and a /run of its own, a name server in the network A and another one at
home, behind the home agent; and the real systemd-resolved for it, on a D-Bus of its own."""
import pathlib
import shutil
import subprocess
import sys

from debian_files import unpacked
from topology import HERE, Topology

HOME_DNS, NETWORK_DNS = "2001:db8:f::53", "2001:db8:a::1"
HOME_NAME, HOME_NAME_ADDRESS = "nas.home.example", "2001:db8:f::77"  # known at home alone
PUBLIC_NAME = "www.example"  # either server knows it, by another address
PUBLIC_ADDRESS_IN_NETWORK, PUBLIC_ADDRESS_AT_HOME = "2001:db8:c::80", "2001:db8:c::81"
FOUND = f"# of the network\nnameserver {NETWORK_DNS}\noptions timeout:1 attempts:2\n"
BUS = """<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen>
<policy context='default'><allow user='*'/><allow send_destination='*'/><allow eavesdrop='true'/><allow own='*'/>
</policy></busconfig>"""
RESOLVED = f"[Resolve]\nDNS={NETWORK_DNS}\nFallbackDNS=\nLLMNR=no\nMulticastDNS=no\nDNSSEC=no\nCache=no\n"
ETC = ("passwd", "group", "hosts", "ld.so.cache", "services", "protocols", "machine-id")  # what programs look for
DAEMON_USER = 993
STUB = "/run/systemd/resolve/stub-resolv.conf"


def has_users():
    """Whether there are other users than root here: not in a user namespace of one's own."""
    return int(pathlib.Path("/proc/self/uid_map").read_text().split()[2]) > 1


class NamesTopology(Topology):
    """`keeper`: who keeps the mobile node's /etc/resolv.conf: "file" nobody, "resolved" systemd-resolved.
    `is_etc_writable`: for what `within` runs; `as_root` lifts that."""

    def __init__(self, *arguments, keeper="file", is_etc_writable=True, **options):
        super().__init__(*arguments, **options)
        self.keeper, self.is_etc_writable = keeper, is_etc_writable

    def within(self, node, as_root=False):
        if node not in self.mobile_nodes:
            return super().within(node)
        seal = "" if self.is_etc_writable or as_root else "mount -o remount,bind,ro /etc && "
        mount = f'mount --bind {self.etc} /etc && {seal}mount --bind {self.run_directory} /run && exec "$@"'
        return [*super().within(node), "sh", "-c", mount, "sh"]

    def as_root(self, node, command):
        """(exit status, output) of a shell line of somebody who may write in /etc."""
        done = subprocess.run([*self.within(node, as_root=True), "sh", "-c", command], text=True, capture_output=True)
        return done.returncode, done.stdout + done.stderr

    @property
    def etc(self):
        return self.directory / "etc"

    @property
    def run_directory(self):
        return self.directory / "run"

    @property
    def resolver_configuration(self):
        return self.etc / "resolv.conf"

    def lookup(self, name):
        """The IPv6 address that the mobile node's programs find for a name; None: none."""
        words = self.run("mn", f"getent ahostsv6 {name} || true").split()
        return words[0] if words else None

    def _make_nodes(self):
        self.etc.mkdir()
        for name in ETC:
            if pathlib.Path("/etc", name).exists():
                shutil.copy(f"/etc/{name}", self.etc)
        (self.etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files dns\n")
        for folder in ("dbus", "systemd", "godwit-resolver"):
            (self.run_directory / folder).mkdir(parents=True)
        if self.keeper == "resolved":
            with (self.etc / "passwd").open("a") as users, (self.etc / "group").open("a") as groups:
                number = 994 if has_users() else 0
                users.write(f"systemd-resolve:x:{number}:{number}::/:/usr/sbin/nologin\n")
                groups.write(f"systemd-resolve:x:{number}:\n")
                users.write(f"godwit:x:{DAEMON_USER}:{DAEMON_USER}::/:/usr/sbin/nologin\n")
            (self.etc / "systemd").mkdir(exist_ok=True)
            (self.etc / "systemd/resolved.conf").write_text(RESOLVED)
            self.resolver_configuration.symlink_to(STUB)
        else:
            self.resolver_configuration.write_text(FOUND)
        super()._make_nodes()

    def _build(self):
        super()._build()
        self.ip("ha", f"addr add {HOME_DNS}/64 dev home")
        self._ready(self.start("rt", f"{sys.executable} {HERE}/dns_server.py {NETWORK_DNS} "
                                     f"{PUBLIC_NAME}={PUBLIC_ADDRESS_IN_NETWORK}"))
        self.start("ha", f"dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts "
                         f"--pid-file= --user= --listen-address={HOME_DNS} --bind-interfaces "
                         f"--log-queries --log-facility=- --host-record={HOME_NAME},{HOME_NAME_ADDRESS} "
                         f"--host-record={PUBLIC_NAME},{PUBLIC_ADDRESS_AT_HOME}", log="dnsmasq.log")
        if self.keeper == "resolved":
            (self.directory / "bus.conf").write_text(BUS)
            bus = self.start("mn", f"dbus-daemon --config-file={self.directory}/bus.conf --nofork --nopidfile "
                                   "--print-address=1")
            assert "system_bus_socket" in bus.stdout.readline()
            self.start_resolved()

    def start_resolved(self):
        program = unpacked("systemd-resolved", like="systemd") / "lib/systemd/systemd-resolved"
        self.resolved = self.start("mn", str(program), log="resolved.log")
        self.wait_for_name("org.freedesktop.resolve1")

    def wait_for_name(self, name):
        self.run("mn", f"until dbus-send --system --print-reply --dest=org.freedesktop.DBus / "
                       f"org.freedesktop.DBus.GetNameOwner string:{name} > /dev/null 2>&1; do sleep 0.05; done")

    def start_polkit(self, *rules):
        """polkitd, which knows the actions of systemd-resolved, and these rules in place of the machine's own."""
        folder = self.etc / "polkit-1/rules.d"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for rule in rules:
            shutil.copy(rule, folder)
        actions = unpacked("systemd-resolved", like="systemd") / "usr/share/polkit-1/actions"
        self.start("mn", f"sh -c 'mount --bind {actions} /usr/share/polkit-1/actions && "
                         "exec /usr/lib/polkit-1/polkitd --no-debug'", log="polkit.log")
        self.wait_for_name("org.freedesktop.PolicyKit1")

    def call_resolved(self, user, method, *arguments):
        """What systemd-resolved answers to a user about the uplink; nothing: it does it."""
        link = self.run("mn", "cat /sys/class/net/uplink/ifindex").strip()
        signature, *values = arguments or ("",)
        return self.run("mn", f"setpriv --reuid {user} --regid {user} --clear-groups busctl call "
                              "org.freedesktop.resolve1 /org/freedesktop/resolve1 org.freedesktop.resolve1.Manager "
                              f"{method} 'i{signature}' {link} {' '.join(map(str, values))} 2>&1", check=False).strip()

    def resolvectl(self, words):
        return self.run("mn", f"{unpacked('systemd-resolved', like='systemd')}/usr/bin/resolvectl --no-pager {words}",
                        check=False)

    def questions(self):
        """What dnsmasq was asked: "www.example from 2001:db8:f::9", a line each."""
        lines = (self.directory / "dnsmasq.log").read_text().splitlines()
        return [line.split("] ", 1)[1] for line in lines if "query[" in line]
