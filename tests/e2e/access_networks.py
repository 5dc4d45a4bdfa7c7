"""Kinds of access networks to roam between, with a correspondent and a home agent of both IP versions.

                2001:db8:c::/64, 192.0.2.0/24   +--------+   2001:db8:e::/64, 203.0.113.0/24
    cn ---wan-------------------------------cn--|   rt   |--ha-------------------------------wan--- ha ---home
    ::2, .2                             ::1, .1 |  core  | ::1, .1                     ::2, .2      2001:db8:f::1
                                                | router |
                                                +--------+
                                  w1   w2  ...      |          2001:db8:1:N::/64, 198.51.100.(4N)/30
                                                   wan
                                                  gw-N         a router for each network, with what its kind does
                                                   lan         2001:db8:a:N::1/64, 192.168.N.1/24
                                                    |
                                    impairment: 10 ms each way, changed by `change`
                                                    |
                                       a switch of the network's name in `net`          uplink mn

    native         IPv6 by SLAAC, nothing filtered
    native-no-esp  the same, but ESP disappears
    native-no-mh   the same, but Mobility Headers, Destination Options and Routing headers disappear
    udp-only       IPv6 by SLAAC; only TCP, UDP and ICMPv6 pass, without extension headers; the rest disappears
    nat44          IPv4 by DHCP behind a NAT that passes TCP, UDP and ICMP, and nothing unasked for from outside
    double-nat     the same, behind a second such NAT (gw-N-carrier, 100.64.N.0/24 between them)
    broken6        both IP versions; all IPv6 beyond the router disappears, IPv4 is as in nat44
    nat64          IPv6 by SLAAC; only NAT64 (tayga) leads out, by DNS64; the router knows no other route
    home           the home link, by the home agent

The NATs give each flow a port at random and forget them all by `reboot_nat`; whatever comes for a mapping that they
do not have disappears. Each network has a DNS server on its router (dns_server.py), named by DHCP and by router
advertisements, that knows ha.example.net and cn.example.net.

Every mobile node has a network_manager.py for its first uplink, which asks by DHCP and writes the node's resolver
configuration, a file in the topology's directory. Whatever runs in the node sees it as /etc/resolv.conf: `ip netns
exec` gives each command a mount namespace of its own, in which the file is mounted over it. No file of the machine is
touched, an ordinary user can do it in `unshare -Urnm`, and as the file is written in place, all see each change.
"""
import dataclasses
import pathlib
import sys

from network import HERE, Network

CORRESPONDENT, CORRESPONDENT_IP4 = "2001:db8:c::2", "192.0.2.2"
HOME_AGENT, HOME_AGENT_IP6, HOME_AGENT_IP4 = "2001:db8:f::1", "2001:db8:e::2", "203.0.113.2"  # the first: its identity
HOME_AGENT_NAME, CORRESPONDENT_NAME = "ha.example.net", "cn.example.net"
IP4_POOL = "10.19.0.0/24"  # of IPv4 home addresses; routed by the home agent
NAT64 = "2001:db8:64::/96"
ONE_WAY = 10  # ms, of each network's impairment

NO_ESP = "meta l4proto esp drop"
NO_EXTENSION_HEADERS = "exthdr dst exists drop; exthdr rt exists drop"
NO_MH = NO_EXTENSION_HEADERS + "; meta l4proto 135 drop"
ONLY_UDP = NO_EXTENSION_HEADERS + "; meta l4proto != { tcp, udp, ipv6-icmp } drop"
NO_IP6 = "meta nfproto ipv6 drop"


@dataclasses.dataclass(frozen=True)
class Kind:
    """Of a network: its number in addresses, which addresses it gives, and what its router does to what it forwards."""
    number: int
    ip6: bool = True
    nats: int = 0  # in a row, for IPv4
    filters: str = ""
    nat64: bool = False


KINDS = {"native": Kind(1), "udp-only": Kind(2, filters=ONLY_UDP), "nat44": Kind(3, ip6=False, nats=1),
         "double-nat": Kind(4, ip6=False, nats=2), "broken6": Kind(5, nats=1, filters=NO_IP6),
         "nat64": Kind(6, nat64=True), "native-no-esp": Kind(7, filters=NO_ESP), "native-no-mh": Kind(8, filters=NO_MH)}
NETWORKS = ("native", "udp-only", "nat44", "double-nat", "broken6", "nat64")  # all that differ in kind

FILTER = """
table inet filter {
    chain forward {
        type filter hook forward priority filter
        %s
    }
}"""
NAT = """
table ip nat {
    chain translate {
        type nat hook postrouting priority srcnat
        oifname "wan" masquerade fully-random
    }
    chain from_outside {
        type filter hook input priority filter
        iifname "wan" meta l4proto { tcp, udp } ct state new drop
    }
    chain through {
        type filter hook forward priority filter
        iifname "wan" ct state new drop
        meta l4proto != { tcp, udp, icmp } drop
    }
}"""


class AccessNetworks(Network):
    """`networks`: which of KINDS there are. `ha_families`: without "ip6", the home agent has no IPv6 address at all.
    `mapping_life` says for how many seconds the NATs of a network keep an idle mapping of UDP: {"nat44": 30}.
    `synthesize_all`: whether the DNS64 answers so for names that have AAAA records too. `names`: what the DNS servers
    know beside the usual ones: "login.example=192.168.3.1"."""

    translates = True

    def __init__(self, networks=NETWORKS, ha_families=("ip6", "ip4"), mapping_life=None, synthesize_all=True,
                 impair=None, names=(), **options):
        super().__init__(impair={name: f"--delay {ONE_WAY}" for name in networks} | (impair or {}), **options)
        self.networks, self.ha_families, self.names = networks, ha_families, names
        self.mapping_life, self.synthesize_all = mapping_life or {}, synthesize_all
        self.gateways = tuple(router for name in networks for router in self.gateways_of(name))
        self.nodes, self.routers = ("cn", "rt", "ha", "net", *self.gateways), ("rt", "ha", *self.gateways)

    @staticmethod
    def gateways_of(name):
        """The routers of a network, from inside to outside."""
        gateway = f"gw-{KINDS[name].number}"
        return (gateway, f"{gateway}-carrier")[:max(1, KINDS[name].nats)]

    @staticmethod
    def prefixes(link):
        if link == "home":
            return ["2001:db8:f::/64"]
        kind = KINDS[link]
        return [f"2001:db8:a:{kind.number}::/64"] * kind.ip6 + [f"192.168.{kind.number}.0/24"] * bool(kind.nats)

    def within(self, node):
        if node not in self.mobile_nodes:
            return super().within(node)
        mount = (f'mount --bind {self._resolver_configuration(node)} /etc/resolv.conf && '
                 f'mount --bind {self.directory}/nsswitch.conf /etc/nsswitch.conf && exec "$@"')
        return [*super().within(node), "sh", "-c", mount, "sh"]

    def reboot_nat(self, link):
        """The NATs of a network forget all their mappings."""
        for router in self.gateways_of(link):
            self.run(router, "conntrack -F 2>&1")

    def mappings(self, link, port):
        """Of UDP to a port, at the outermost NAT of a network: the ports by which they are known outside."""
        listed = self.run(self.gateways_of(link)[-1], f"conntrack -L -p udp --orig-port-dst {port} 2>/dev/null")
        return [int(line.split("dport=")[2].split()[0]) for line in listed.splitlines()]

    # Building

    def _resolver_configuration(self, node):
        return self.directory / f"resolv.conf-{node}"

    def _make_nodes(self):
        (self.directory / "nsswitch.conf").write_text("hosts: files dns\n")
        for node in self.mobile_nodes:
            self._resolver_configuration(node).write_text("")
        super()._make_nodes()

    def _configure(self, node):
        super()._configure(node)
        reverse_path = 2 if node in self.mobile_nodes else 0  # loosely filtered, as hosts often have it
        self.run(node, "cd /proc/sys/net/ipv4\n"
                 f"echo {int(node in self.routers)} > ip_forward\n"
                 f"for which in all default; do echo {reverse_path} > conf/$which/rp_filter; done")

    def _build(self):
        self._wire(("cn", "wan"), ("rt", "cn"))
        self._wire(("rt", "ha"), ("ha", "wan"))
        self._switch("home", "ha")
        self._build_core()
        for name in self.networks:
            self._build_network(name, KINDS[name])
        self._make_uplinks()
        for node in self.mobile_nodes:
            self._ready(self.start(node, f"{sys.executable} {HERE}/network_manager.py {self.uplinks[0]} "
                                         f"{self._resolver_configuration(node)}"))

    def _build_core(self):
        self.ip("cn", f"addr add {CORRESPONDENT}/64 dev wan", "route add default via 2001:db8:c::1",
                f"addr add {CORRESPONDENT_IP4}/24 dev wan", "route add default via 192.0.2.1")
        self.ip("rt", "addr add 2001:db8:c::1/64 dev cn", "addr add 192.0.2.1/24 dev cn")
        if "ip6" in self.ha_families:
            self.ip("rt", "addr add 2001:db8:e::1/64 dev ha", "route add 2001:db8:f::/64 via 2001:db8:e::2")
            self.ip("ha", f"addr add {HOME_AGENT_IP6}/64 dev wan", f"addr add {HOME_AGENT}/64 dev home",
                    "route add default via 2001:db8:e::1")
            self._ready(self.start("ha", f"{sys.executable} {HERE}/advertise.py home=2001:db8:f::,home-agent"))
        if "ip4" in self.ha_families:
            self.ip("rt", "addr add 203.0.113.1/24 dev ha", f"route add {IP4_POOL} via {HOME_AGENT_IP4}")
            self.ip("ha", f"addr add {HOME_AGENT_IP4}/24 dev wan", "route add default via 203.0.113.1")

    def _build_network(self, name, kind):
        inner, outer = self.gateways_of(name)[0], self.gateways_of(name)[-1]
        self._switch(name, inner, "lan", f"p{kind.number}")
        self._wire((outer, "wan"), ("rt", f"w{kind.number}"))
        if inner != outer:
            self._wire((inner, "wan"), (outer, "lan"))
        if kind.ip6:
            self._route_ip6(inner, kind)
        if kind.nats or kind.nat64:
            self._route_ip4(inner, outer, kind)
        for router in self.gateways_of(name):
            self._filter(router, kind, self.mapping_life.get(name))
        if kind.nat64:
            self._start_nat64(inner, kind)
        self._start_servers(name, inner, kind)

    def _route_ip6(self, router, kind):
        inside, outside = f"2001:db8:a:{kind.number}::", f"2001:db8:1:{kind.number}::"
        self.ip("rt", f"addr add {outside}1/64 dev w{kind.number}", f"route add {inside}/64 via {outside}2")
        self.ip(router, f"addr add {inside}1/64 dev lan", f"addr add {outside}2/64 dev wan",
                *([] if kind.nat64 else [f"route add default via {outside}1"]))

    def _route_ip4(self, inner, outer, kind):
        first = 4 * kind.number
        self.ip("rt", f"addr add 198.51.100.{first + 1}/30 dev w{kind.number}")
        self.ip(outer, f"addr add 198.51.100.{first + 2}/30 dev wan", f"route add default via 198.51.100.{first + 1}")
        if kind.nats:
            self.ip(inner, f"addr add 192.168.{kind.number}.1/24 dev lan")
        if inner != outer:
            self.ip(outer, f"addr add 100.64.{kind.number}.1/24 dev lan")
            self.ip(inner, f"addr add 100.64.{kind.number}.2/24 dev wan",
                    f"route add default via 100.64.{kind.number}.1")

    def _filter(self, router, kind, mapping_life):
        rules = FILTER % kind.filters.replace("; ", "\n        ") + NAT * bool(kind.nats or kind.nat64)
        self.run(router, f"nft -f - << END\n{rules}\nEND\n")
        if mapping_life:
            self.run(router, "cd /proc/sys/net/netfilter; for which in udp_timeout udp_timeout_stream; do "
                             f"echo {mapping_life} > nf_conntrack_$which; done")

    def _start_nat64(self, router, kind):
        pool, configuration = "192.168.255.0/24", self.directory / f"tayga-{kind.number}.conf"
        configuration.write_text(f"tun-device nat64\nipv4-addr 192.168.255.1\nprefix {NAT64}\ndynamic-pool {pool}\n")
        self.ip(router, "tuntap add nat64 mode tun", "link set nat64 up", f"route add {NAT64} dev nat64",
                f"route add {pool} dev nat64")
        self.start(router, f"tayga --nodetach --config {configuration}", log=f"tayga-{kind.number}.log")

    def _start_servers(self, name, router, kind):
        resolvers = [f"2001:db8:a:{kind.number}::1"] * kind.ip6 + [f"192.168.{kind.number}.1"] * bool(kind.nats)
        options = f"--nat64 {NAT64} {'--synthesize-all' * self.synthesize_all}" if kind.nat64 else ""
        self._ready(self.start(router, f"{sys.executable} {HERE}/dns_server.py {options} {','.join(resolvers)} "
                                       + " ".join(self._names())))
        if kind.ip6:
            self._ready(self.start(router, f"{sys.executable} {HERE}/advertise.py "
                                           f"lan=2001:db8:a:{kind.number}::,resolver={resolvers[0]}"))
        if kind.nats:
            self._start_dhcp_server(router, kind.number)

    def _names(self):
        home_agent = [HOME_AGENT_IP6] * ("ip6" in self.ha_families) + [HOME_AGENT_IP4] * ("ip4" in self.ha_families)
        yield f"{HOME_AGENT_NAME}={','.join(home_agent)}"
        yield f"{CORRESPONDENT_NAME}={CORRESPONDENT},{CORRESPONDENT_IP4}"
        yield from self.names

    def _start_dhcp_server(self, router, number):
        leases, configuration = self.directory / f"dhcp-{number}.leases", self.directory / f"dhcp-{number}.conf"
        pathlib.Path(leases).touch()
        configuration.write_text(
            f"start 192.168.{number}.100\nend 192.168.{number}.200\ninterface lan\nlease_file {leases}\n"
            f"pidfile {self.directory}/dhcp-{number}.pid\nopt subnet 255.255.255.0\nopt router 192.168.{number}.1\n"
            f"opt dns 192.168.{number}.1\nopt lease 3600\n")
        self.start(router, f"udhcpd -f -a 1 {configuration}", log=f"dhcp-{number}.log")
