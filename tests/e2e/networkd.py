"""The real systemd-networkd in a node, with a D-Bus of its own, for one interface that takes router advertisements."""
import contextlib
import shlex
import subprocess

from deployment import settle
from private_bus import POLICY

# Where its files lie is fixed, so they are mounted over; /sys read-only tells it that no udev is to be waited for.
SCRIPT = """set -e
mount -t tmpfs networkd /run/systemd
mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp /run/dbus
chown -R systemd-network:systemd-network /run/systemd/netif
mount -t tmpfs bus /run/dbus
mount -o remount,ro,bind /sys 2>/dev/null || mount -o remount,ro /sys
printf '%s' "$CONFIGURATION" > /run/systemd/network/10-uplink.network
printf '%s' "$POLICY" > /run/dbus/bus.conf
dbus-daemon --config-file=/run/dbus/bus.conf --nofork --nopidfile 2>/dev/null &
while ! test -S /run/dbus/system_bus_socket; do sleep 0.05; done
start() { SYSTEMD_LOG_TARGET=console SYSTEMD_LOG_LEVEL=debug /lib/systemd/systemd-networkd & networkd=$!; }
start
trap 'kill $networkd %1; wait; exit 0' TERM
while read command; do
    case $command in
        reconfigure) networkctl reconfigure uplink ;;
        restart) kill $networkd; wait $networkd || true; start ;;
    esac
    echo "did $command"
done
wait
"""
CONFIGURATION = """[Match]
Name=uplink
[Network]
IPv6AcceptRA=yes
LinkLocalAddressing=ipv6
[IPv6AcceptRA]
Token=eui64
UseDNS=no
[RoutingPolicyRule]
From=2001:db8:77::/64
Table=77
"""


class Networkd:
    def __init__(self, topology, process, log):
        self.topology, self.process, self.log = topology, process, log

    def do(self, command):
        """`reconfigure` or `restart`."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def has_removed(self, what):
        return f"Removing foreign {what}" in self.log.read_text(errors="replace")


@contextlib.contextmanager
def networkd(topology, node="mn"):
    environment = {"CONFIGURATION": CONFIGURATION,
                   "POLICY": POLICY.format(socket="/run/dbus/system_bus_socket")}
    words = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    log = topology.directory / "networkd.log"
    process = topology.start(node, f"env {words} unshare --mount sh -c {shlex.quote(SCRIPT)}", log="networkd.log",
                             stdin=subprocess.PIPE)
    settle(1)
    try:
        yield Networkd(topology, process, log)
    finally:
        process.stdin.close()
        topology.stop(process)
