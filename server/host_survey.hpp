#pragma once
// Which kind of IPv6 the provider gives to this machine, judged from what has been seen and tried.
// No I/O: host_facts.hpp looks and tries.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/platform/network_snapshot.hpp"
#include "shared/platform/prefix_probe.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

enum class HostCase : std::uint8_t {
    routed,     // a prefix is routed to this machine
    on_link,    // it may take addresses of its link's prefix, if it answers for them
    single,     // it has the addresses that it was given, and no others
    ipv4_only,  // no way out over IPv6
    offline,    // no way out at all
};
std::string_view name(HostCase which);  // "routed"

// The way out.
struct Uplink {
    platform::Link link;
    std::optional<wire::Ipv6Address> router;   // over IPv6
    std::optional<wire::Ipv6Address> address;  // global, and the one that stays longest
    std::optional<wire::Ipv4Address> ipv4;
};

// Over IPv6 where there is a default route, else over IPv4; of several the one of the least metric.
std::optional<Uplink> uplink_of(const platform::NetworkSnapshot& network);

// A prefix of 64 bits that home addresses might be taken from, and why it came to mind.
struct PrefixCandidate {
    wire::Prefix prefix;
    bool is_of_uplink = false;  // known from an address there
    std::string origin;         // "2001:db8:1::2/56 on eth0"
    // The link that it is on, where that is not the uplink and other machines may be there: their
    // addresses are of it as well, and single ones are all that can be taken.
    std::optional<std::string> shared_link{};
};

// Worth a probe, in the order of hope. Of a prefix shorter than 64 bits the first 64 that no
// address of this machine is in and nothing is routed on from here, unless the link is shared.
std::vector<PrefixCandidate> prefix_candidates(const platform::NetworkSnapshot& network,
                                               const Uplink& uplink);

// What somebody has named, to be tried like the others.
PrefixCandidate named_candidate(const platform::NetworkSnapshot& network,
                                const wire::Prefix& prefix, const Uplink& uplink);

// An address of the prefix to try it by, at random each time: as far as there are others, neither
// one that this machine or a router of it is known to have, nor the anycast address of the routers
// there (RFC 4291 §2.6.1).
wire::Ipv6Address unused_address(const wire::Prefix& prefix,
                                 const platform::NetworkSnapshot& network);

struct ProbedPrefix {
    PrefixCandidate candidate;
    platform::PrefixAnswer answer{};
};

struct HostSurvey {
    HostCase found{};
    std::optional<Uplink> uplink;
    std::optional<wire::Prefix> prefix;  // that the home addresses can be of: routed, on_link
    std::vector<std::string> reasons;    // sentences for people
    // The link of the prefix where it is not the uplink: on_link, or `prefix` was named.
    std::optional<std::string> shared_link{};
};

HostSurvey survey_host(const std::optional<Uplink>& uplink,
                       const std::vector<ProbedPrefix>& probed);

// Whether only those behind the same NAT can reach it: RFC 1918, RFC 6598.
bool is_private(wire::Ipv4Address address);

}  // namespace godwit::server
