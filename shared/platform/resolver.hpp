#pragma once
// Where nodes are that are known by name: their addresses of both families, and by which addresses
// a network without IPv4 reaches the IPv4 ones (NAT64).

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "shared/wire/address.hpp"

namespace godwit::platform {

struct ResolverOptions {
    std::vector<std::string> names;           // names of the DNS in full, or literal addresses
    std::uint32_t mark = 0;                   // SO_MARK of what asks; 0: none
    std::chrono::milliseconds timeout{2000};  // for all of it together
    std::string servers;  // as DnsSettings has them; empty: those of this machine
};

struct UnresolvedName {
    std::string name;
    std::string reason;  // for a person
    bool operator==(const UnresolvedName&) const = default;
};

struct Resolution {
    // In the order of the names: of each the IPv6 addresses, then the IPv4 ones as ::ffff:0:0/96;
    // at the end the IPv4 ones again as the NAT64 of this network writes them (RFC 6052), if there
    // is one (RFC 7050). None twice.
    std::vector<wire::Ipv6Address> addresses;
    std::vector<UnresolvedName> unresolved;  // without an address of either family
    // There are IPv4 addresses, and no name server has said whether there is a NAT64, or none.
    bool is_nat64_unknown = false;
    bool operator==(const Resolution&) const = default;
};

// The address that this text is, without asking anybody; IPv4 as ::ffff:0:0/96.
std::optional<wire::Ipv6Address> literal_address(std::string_view text);

// What this network's name servers are known by (/etc/resolv.conf); empty if there is none. It
// changes when the machine is in another network, sooner or later.
std::string resolver_configuration();

// The name servers that systemd-resolved asks, as ResolverOptions has them, where this machine
// knows no other than its stub (127.0.0.53): what the stub sends has nobody's mark. Else empty.
// Those of a tunnel stand among them: without those that are left out.
std::string servers_behind_stub(const std::vector<wire::Ipv6Address>& left_out);
// The same of two texts as resolv.conf(5) has them: the machine's, and that of systemd-resolved.
std::string servers_behind_stub(const std::string& known, const std::string& behind,
                                const std::vector<wire::Ipv6Address>& left_out = {});

// The name servers of the networks that this machine is in, as resolv.conf(5) has them, past those
// of a tunnel and past a stub on this machine where it is known whom that one asks.
std::vector<std::string> name_servers_of_networks();

// Asks for everything at once, and waits until all is answered, the time is over or a stop is
// requested: then with what has come so far. Nothing that the network says, or keeps to itself, is
// an exception.
Resolution resolve(const ResolverOptions& options, const std::stop_token& stop = {});

}  // namespace godwit::platform
