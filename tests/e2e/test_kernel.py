"""Native mode, with whatever the kernel itself does about Mobile IPv6 and tunnels, over links that delay and lose, and
beside the kernel's WireGuard. Kernels that lack a thing leave its test out; tests/kernels/run boots one that has all."""
import base64
import os
import subprocess

import pytest
from flows import Download
from topology import CORRESPONDENT, HOME_ADDRESS, HOME_AGENT, SLOWNESS

JOURNEY = ("A", "B", "home", "A")
VARIANT = os.environ.get("GODWIT_KERNEL_VARIANT", "")  # of tests/kernels/run: nothing may be left out there
TUNNELS = {"ip6_tunnel", "sit", "xfrm6_tunnel", "esp6"}


@pytest.fixture
def native(deploy):
    deployment = deploy(mobile_node={"encapsulation": "ip6"})
    deployment.topology.plug("home")
    deployment.start_all()
    deployment.wait_home()
    return deployment


def lacking(what):
    (pytest.fail if VARIANT else pytest.skip)(f"this kernel, or this machine, has no {what}")


def ping(topology, node, target, count=5):
    """Each is answered, or asked again; links may lose some."""
    topology.run(node, f"ping -n -c {count} -i 0.2 -W {5 * SLOWNESS} {target}")


def test_the_kernel_has_the_modules_that_are_meant():
    if not VARIANT:
        pytest.skip("only where a kernel has been chosen")
    with open("/proc/modules") as modules:
        loaded = {line.split()[0] for line in modules}
    assert TUNNELS & loaded == (TUNNELS if VARIANT == "loaded" else set())
    assert ("wireguard" in loaded) == (VARIANT == "wireguard")


def test_native_mode_registers_moves_and_returns_home(native):
    for link in JOURNEY:
        moved = native.move(link)
        ping(native.topology, "mn", CORRESPONDENT)
        ping(native.topology, "cn", HOME_ADDRESS)
        if link != "home":
            assert moved["status"]["path"]["encapsulation"] == "ip6"
    for node in ("mn", "ha"):
        assert native.status(node)["health"] == []


def test_a_download_goes_on_over_links_of_netem_that_delay_and_lose(native):
    topology = native.topology
    for port in ("rt-A", "rt-B", "mn-uplink"):
        topology.run("net", f"tc qdisc add dev {port} root netem delay 30ms loss 3%", check=False)
        if "netem" not in topology.run("net", f"tc qdisc show dev {port}"):
            lacking("netem")
    download = Download(topology, HOME_ADDRESS, CORRESPONDENT, megabytes_per_second=0.2)
    for link in JOURNEY:
        native.move(link)
        download.wait_for_more(60 * SLOWNESS)
    assert download.stop() > 0


class WireGuard:
    """A tunnel of the kernel's own between two nodes; `endpoints` are the addresses that they are reached at."""

    def __init__(self, topology, endpoints, port, prefix):
        self.topology, self.port, self.prefix = topology, port, prefix
        self.name = f"wg{port}"
        keys = {node: base64.b64encode(os.urandom(32)).decode() for node in endpoints}
        public = {node: self.of(key) for node, key in keys.items()}
        for place, (node, key) in enumerate(keys.items(), 1):
            other = next(name for name in endpoints if name != node)
            file = topology.directory / f"{self.name}-{node}.key"
            file.write_text(key)
            made = topology.run(node, f"ip link add {self.name} type wireguard", check=False)
            if made.strip():
                lacking("WireGuard")
            topology.run(node, f"wg set {self.name} private-key {file} listen-port {port} peer {public[other]} "
                         f"allowed-ips {prefix}::/64 endpoint '[{endpoints[other]}]:{port}'")
            topology.ip(node, f"addr add {prefix}::{place}/64 dev {self.name} nodad", f"link set {self.name} mtu 1280 up")
        self.near, self.far = endpoints

    @staticmethod
    def of(key):
        try:
            return subprocess.run(["wg", "pubkey"], input=key, capture_output=True, text=True, check=True).stdout.strip()
        except FileNotFoundError:
            lacking("wg")

    def carry(self):
        ping(self.topology, self.near, f"{self.prefix}::2")

    def received(self):
        return int(self.topology.run(self.near, f"wg show {self.name} transfer").split()[1])


def test_wireguard_of_the_kernel_goes_on_inside_and_beside(native):
    if VARIANT and VARIANT != "wireguard":
        pytest.skip("this variant is without it")
    inside = WireGuard(native.topology, {"mn": HOME_ADDRESS, "cn": CORRESPONDENT}, 51820, "fd00:77")
    beside = WireGuard(native.topology, {"ha": HOME_AGENT, "cn": CORRESPONDENT}, 51821, "fd00:78")
    download = Download(native.topology, HOME_ADDRESS, CORRESPONDENT)
    for link in JOURNEY:
        before = inside.received(), beside.received()
        native.move(link)
        inside.carry()
        beside.carry()
        assert inside.received() > before[0] and beside.received() > before[1]
        download.wait_for_more(20 * SLOWNESS)
    assert download.stop() > 0
    assert native.status()["health"] == []
