"""Datagrams that nobody should send, at the home agent's UDP port: counted, and without effect."""
import socket
import struct

import pytest
from access_networks import CORRESPONDENT, HOME_AGENT_IP4, HOME_AGENT_IP6
from topology import HOME_ADDRESS

PORT = 4191
ANYBODY, SOMEBODY = (socket.inet_pton(socket.AF_INET6, text) for text in ("2001:db8:c::66", HOME_ADDRESS))
ANYBODY_IP4, SOMEBODY_IP4 = (socket.inet_aton(text) for text in ("192.0.2.66", "10.19.0.2"))
NO_NEXT_HEADER, FRAGMENT, UDP = 59, 44, 17
FLOOD = 2000


def ip6(payload=b"", next_header=NO_NEXT_HEADER, length=None):
    return struct.pack("!IHBB", 6 << 28, len(payload) if length is None else length, next_header,
                       64) + ANYBODY + SOMEBODY + payload


def ip4(payload=b"", options=b"", fragment=0, length=None):
    header_length = 20 + len(options)
    length = header_length + len(payload) if length is None else length
    return struct.pack("!BBHHHBBH", 0x40 | header_length // 4, 0, length, 1, fragment, 64, UDP,
                       0) + ANYBODY_IP4 + SOMEBODY_IP4 + options + payload


def unknown_spi(number):
    """ESP that begins with a nibble above those of IP versions, by an SPI that nobody has."""
    return struct.pack("!II", 0x80000000 + number * 65537 % 0x7fffffff, number) + bytes(48)


CASES = {
    "what is neither IP nor ESP": [bytes([nibble << 4 | 1]) + bytes(63) for nibble in (0, 1, 2, 3, 5, 7)],
    "cut short": [ip6()[:length] for length in (1, 8, 39)] + [ip4()[:length] for length in (1, 19)]
    + [unknown_spi(1)[:7]],
    "inner packets longer than their datagram": [ip6(bytes(8), length=9), ip6(length=65535),
                                                 ip4(bytes(8), length=29), ip4(bytes(8), length=65535)],
    "inner fragments": [ip6(struct.pack("!BBHI", UDP, 0, offset, 7) + bytes(8), FRAGMENT) for offset in (1, 8, 9)]
    + [ip4(bytes(8), fragment=fragment) for fragment in (0x2000, 0x0001, 0x2001)],
    "IPv4 options": [ip4(bytes(8), bytes([7, 7, 4, 0, 0, 0, 0, 0])), ip4(bytes(8), bytes([1] * 40))],
}


@pytest.fixture
def target(deploy_roaming):
    deployment = deploy_roaming(("native",))
    assert works(deployment)
    return deployment


def works(deployment):
    return " 0% packet loss" in deployment.topology.run("mn", f"ping -n -c 3 -i 0.05 -W 5 {CORRESPONDENT}", check=False)


def bindings(deployment):
    """What must not change: all but what passes by itself."""
    return [{key: value for key, value in entry.items() if key in ("home_address", "care_of_address", "sequence",
                                                                   "encapsulation")}
            for entry in deployment.status("ha")["bindings"]]


def dropped(status):
    return sum(status["drops"].values())


def throw(deployment, payloads):
    """From the correspondent, over both IP versions; how many."""
    for family, address in ((socket.AF_INET6, HOME_AGENT_IP6), (socket.AF_INET, HOME_AGENT_IP4)):
        with deployment.topology.socket("cn", family, socket.SOCK_DGRAM) as thrower:
            for payload in payloads:
                thrower.sendto(payload, (address, PORT))
    return 2 * len(payloads)


@pytest.mark.parametrize("case", CASES)
def test_hostile_payloads_are_counted_and_change_nothing(target, case):
    before, count = bindings(target), dropped(target.status("ha"))
    count += throw(target, CASES[case])
    target.wait("ha", lambda status: dropped(status) >= count)
    assert bindings(target) == before
    assert works(target)


def test_a_flood_of_unknown_spis_changes_nothing(target, report):
    before, count = bindings(target), dropped(target.status("ha"))
    sent = throw(target, [unknown_spi(number) for number in range(FLOOD)])
    target.wait("ha", lambda status: dropped(status) > count + sent // 2)  # some may find the socket's buffer full
    report(f"of {sent} datagrams of unknown SPIs {dropped(target.status('ha')) - count} were counted")
    assert bindings(target) == before
    assert works(target)
