"""What chosen stories say on the outer links, for the oracles: `pytest tests/e2e --record FOLDER` writes a pcap file of each
interface of the home agent and of the mobile nodes, and tests/oracles/test_recorded.py looks at them.

Signalling, ICMPv6 and the first packets of each tunnel; the rest never leaves the kernel."""
import contextlib
import itertools
import subprocess

from wire import Capture

STORIES = ("test_on_the_wire", "test_enrolment", "test_laboratory_profile", "test_client_doctor", "test_two_uplinks", "test_home_link",
           "test_roaming_nats", "test_roaming_mtu", "test_roaming_firewalls", "test_leaves_nothing")
MOBILITY, FIRST = 135, 3  # the Mobility Header; ESP sequence numbers


def _in_udp(packet, header):
    """A Mobility Header or a tunnel's first packets behind an IP header of that length and UDP."""
    at = header + 8
    return (f"({packet}[{at}] & 0xf0 = 0x60 and {packet}[{at + 6}] = {MOBILITY}) or "
            f"({packet}[{at}] & 0x80 = 0x80 and {packet}[{at + 4}:4] <= {FIRST})")


def of_signalling():
    """A BPF program, as tcpdump compiles it."""
    words = " or ".join([*(f"ip6[6] = {header}" for header in (MOBILITY, 58, 43, 60)), f"(ip6[6] = 50 and ip6[44:4] <= {FIRST})",
                         f"(ip6[6] = 41 and ip6[46] = {MOBILITY})",
                         f"(ip6[6] = 17 and ({_in_udp('ip6', 40)}))", f"(ip[9] = 17 and ({_in_udp('ip', 20)}))"])
    printed = subprocess.run(["tcpdump", "-ddd", "-y", "EN10MB", words], check=True, capture_output=True, text=True).stdout
    return [tuple(map(int, line.split())) for line in printed.splitlines()[1:]]


@contextlib.contextmanager
def recording(network, folder, name):
    """Of a network that has been built."""
    watched = [("ha", "wan"), ("ha", "home"), *itertools.product(network.mobile_nodes, network.uplinks)]
    program, directory = of_signalling(), folder / f"{name}-{network.name}"
    directory.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        for node, interface in watched:
            if interface in network.run(node, "ls /sys/class/net").split():  # not every network has all of them
                stack.enter_context(Capture(network, node, interface, program, directory))
        yield
