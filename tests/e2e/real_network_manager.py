"""The real NetworkManager in a node, with a D-Bus of its own, for one interface that gets IPv6 by router advertisements
and IPv4 by DHCP. Its program is unpacked, never installed."""
import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import time

from debian_files import unpacked
from private_bus import POLICY
from topology import SLOWNESS

PACKAGING = pathlib.Path(__file__).resolve().parents[2] / "packaging/network-manager"
# What is compiled in is mounted over: /run, /var/lib, the folder of its configuration. /sys read-only tells it that no
# udev is to be waited for.
SCRIPT = """set -e
mount -t tmpfs run /run
mount -t tmpfs lib /var/lib
mkdir -p /run/dbus /run/NetworkManager /var/lib/NetworkManager
mount -o remount,ro,bind /sys 2>/dev/null || mount -o remount,ro /sys
printf '%s' "$POLICY" > /run/dbus/bus.conf
dbus-daemon --config-file=/run/dbus/bus.conf --nofork --nopidfile 2>/dev/null &
while ! test -S /run/dbus/system_bus_socket; do sleep 0.02; done
start() { NetworkManager --no-daemon --log-level=INFO --config="$FOLDER/main.conf" --config-dir="$FOLDER/conf.d" & manager=$!; }
start
trap 'kill $manager %1; wait; exit 0' TERM
while read command; do
    case $command in
        restart) kill $manager; wait $manager || true; start ;;
        *) nmcli $command < /dev/null > "$FOLDER/said" 2>&1 || true; mv "$FOLDER/said" "$FOLDER/done" ;;
    esac
done
kill $manager %1
wait
"""
MAIN = """[main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
auth-polkit=false
configure-and-quit=no
[keyfile]
path={folder}/connections
[connectivity]
enabled=false
"""
CONNECTION = """[connection]
id=uplink
uuid=5f9c1a52-7c39-4d3e-9d5c-0b8d2d5c2f01
type=ethernet
interface-name=uplink
autoconnect=true
[ipv4]
method=auto
[ipv6]
method=auto
addr-gen-mode=eui64
"""


class NetworkManager:
    def __init__(self, topology, process, folder):
        self.topology, self.process, self.folder = topology, process, folder

    def do(self, command):
        """`restart`, or the words of an nmcli, whose output this is."""
        done = self.folder / "done"
        done.unlink(missing_ok=True)
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        deadline = time.monotonic() + 20 * SLOWNESS
        while command != "restart" and not done.exists():
            assert time.monotonic() < deadline and self.process.poll() is None, self.log()
            time.sleep(0.01)
        return done.read_text() if done.exists() else ""

    def log(self):
        return (self.topology.directory / "network-manager.log").read_text(errors="replace")[-3000:]


def dhcp_server(topology, router, interface, first, last, *options):
    """dnsmasq, which gives addresses and no names."""
    return topology.start(router, f"dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --no-ping --dhcp-authoritative "
                                  f"--pid-file= --user= --log-facility=- --log-dhcp --interface={interface} --bind-interfaces "
                                  f"--dhcp-leasefile={topology.directory}/leases --dhcp-range={first},{last},255.255.255.0,120 "
                                  + " ".join(f"--dhcp-option={option}" for option in options), log="dhcp.log")


@contextlib.contextmanager
def network_manager(topology, node="mn", interface="uplink"):
    """It has come to the interface, which has no carrier yet."""
    files = [unpacked(package) for package in ("network-manager", "libnm0", "libndp0")]
    folder = topology.directory / "NetworkManager"
    for name in ("conf.d", "connections"):
        (folder / name).mkdir(parents=True)
    (folder / "main.conf").write_text(MAIN.format(folder=folder))
    (folder / "conf.d/godwit.conf").write_text((PACKAGING / "godwit.conf").read_text())
    connection = folder / "connections/uplink.nmconnection"
    connection.write_text(CONNECTION)
    connection.chmod(0o600)
    environment = {"POLICY": POLICY.format(socket="/run/dbus/system_bus_socket"), "FOLDER": folder,
                   "PATH": f"{files[0]}/usr/sbin:{files[0]}/usr/bin:{os.environ['PATH']}",
                   "LD_LIBRARY_PATH": ":".join(f"{place}/usr/lib/x86_64-linux-gnu" for place in files)}
    words = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in environment.items())
    process = topology.start(node, f"env {words} unshare --mount sh -c {shlex.quote(SCRIPT)}", log="network-manager.log",
                             stdin=subprocess.PIPE)
    manager = NetworkManager(topology, process, folder)
    try:
        # A link that has addresses when it comes to it, it leaves alone; that it runs does not say that it has come to it.
        while f"{interface}:unavailable" not in manager.do("-t -f DEVICE,STATE device").split():
            time.sleep(0.05)
        yield manager
    finally:
        process.stdin.close()
        process.wait(10 * SLOWNESS)
        topology.stop(process)
