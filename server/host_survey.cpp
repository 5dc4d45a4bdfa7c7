#include "server/host_survey.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "shared/security/random.hpp"

namespace godwit::server {
namespace {

using platform::KnownAddress;
using platform::KnownRoute;
using platform::Link;
using platform::NetworkSnapshot;
using platform::PrefixAnswer;

constexpr std::uint8_t subnet_bits = 64;  // RFC 4291 §2.5.1: the prefix of a link
constexpr wire::Prefix every_ipv6{{}, 0};
constexpr unsigned most_subnets = 256;  // of a shorter prefix that are looked at for a free one

bool is_global(const wire::Ipv6Address& address) {  // 2000::/3
    constexpr unsigned global = 0x20;
    constexpr unsigned first_three_bits = 0xe0;
    return (address.octets[0] & first_three_bits) == global;
}

const Link* link_of(const NetworkSnapshot& network, mobility::InterfaceIndex index) {
    const auto found = std::ranges::find(network.links, index, &Link::index);
    return found == network.links.end() ? nullptr : &*found;
}

const KnownRoute* default_route(const NetworkSnapshot& network, bool ipv4) {
    const KnownRoute* best = nullptr;
    for (const KnownRoute& route : network.routes) {
        const bool is_default = ipv4 ? route.destination.is_ipv4() && route.destination.length == 96
                                     : route.destination == every_ipv6;
        if (is_default && (best == nullptr || route.metric < best->metric)) {
            best = &route;
        }
    }
    return best;
}

// The greater, the longer it will stay.
auto steadiness(const KnownAddress& address) {
    return std::tuple(!address.deprecated, !address.temporary, address.permanent);
}

bool is_usable(const KnownAddress& address) {
    return is_global(address.address) && !address.duplicate;
}

std::optional<wire::Ipv6Address> steadiest_address(const NetworkSnapshot& network,
                                                   mobility::InterfaceIndex interface) {
    const KnownAddress* best = nullptr;
    for (const KnownAddress& address : network.addresses) {
        if (address.interface == interface && is_usable(address) &&
            (best == nullptr || steadiness(*best) < steadiness(address))) {
            best = &address;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(best->address);
}

std::optional<wire::Ipv4Address> ipv4_address(const NetworkSnapshot& network,
                                              mobility::InterfaceIndex interface) {
    for (const KnownAddress& address : network.addresses) {
        const auto ipv4 = address.address.mapped_ipv4();
        if (address.interface == interface && ipv4 && ipv4->is_unicast_routable()) {
            return ipv4;
        }
    }
    return std::nullopt;
}

// The next 64 bits after these; of the last there is none, and the first comes again.
wire::Prefix next_subnet(wire::Prefix subnet) {
    for (std::size_t place = subnet_bits / 8; place-- > 0;) {
        if (++subnet.address.octets.at(place) != 0) {
            break;
        }
    }
    return subnet;
}

// Other machines have it, or a part of it. The loopback interface leads to none.
bool is_routed_on(const NetworkSnapshot& network, const wire::Prefix& subnet,
                  const wire::Prefix& whole) {
    return std::ranges::any_of(network.routes, [&](const KnownRoute& route) {
        const Link* link = link_of(network, route.interface);
        return route.destination.length > whole.length &&
               (subnet.contains(route.destination.address) ||
                route.destination.contains(subnet.address)) &&
               (link == nullptr || link->name != "lo");
    });
}

std::optional<wire::Prefix> free_subnet(const NetworkSnapshot& network,
                                        const wire::Prefix& prefix) {
    wire::Prefix candidate = wire::Prefix::around(prefix.address, subnet_bits);
    for (unsigned tried = 0; tried < most_subnets && prefix.contains(candidate.address);
         ++tried, candidate = next_subnet(candidate)) {
        if (!is_routed_on(network, candidate, prefix) &&
            std::ranges::none_of(network.addresses, [&](const KnownAddress& address) {
                return candidate.contains(address.address);
            })) {
            return candidate;
        }
    }
    return std::nullopt;
}

bool is_tunnel(const Link& link) {
    constexpr std::array<std::string_view, 10> tunnels{"tun",  "wireguard", "sit", "gre",  "ip6gre",
                                                       "ipip", "ip6tnl",    "vti", "vti6", "xfrm"};
    return std::ranges::find(tunnels, link.driver) != tunnels.end();
}

// Behind a tunnel are prefixes that others have chosen, and a link that is down has none.
bool is_of_interest(const NetworkSnapshot& network, const KnownAddress& address) {
    const Link* link = link_of(network, address.interface);
    return is_usable(address) && address.prefix_length <= subnet_bits && !address.deprecated &&
           link != nullptr && link->is_up && !is_tunnel(*link);
}

// A bridge of virtual machines, a LAN: to lead the whole of its prefix elsewhere cuts them off.
std::optional<std::string> shared_link_of(const NetworkSnapshot& network, const Uplink& uplink,
                                          mobility::InterfaceIndex interface) {
    const Link* link = link_of(network, interface);
    const bool is_shared = link != nullptr && link->index != uplink.link.index &&
                           (link->is_running || link->driver == "bridge") && link->name != "lo" &&
                           link->driver != "dummy" && !is_tunnel(*link);
    return is_shared ? std::optional(link->name) : std::nullopt;
}

std::string origin_of(const NetworkSnapshot& network, const KnownAddress& address) {
    return address.address.text() + "/" + std::to_string(address.prefix_length) + " on " +
           link_of(network, address.interface)->name;
}

std::string text_of(const ProbedPrefix& probed) {
    const std::string prefix = probed.candidate.prefix.text();
    const std::string tried =
        "From " + probed.candidate.origin + ": a packet from an unused address of " + prefix;
    switch (probed.answer) {
        case PrefixAnswer::delivered:
            return tried + " was answered straight to this machine: " + prefix + " is routed here.";
        case PrefixAnswer::answered:
            return tried +
                   " made the router ask who has it, and it took this machine's answer: " + prefix +
                   " is on-link.";
        case PrefixAnswer::asked:
            return tried +
                   " made the router ask who has it, but nothing came after this machine's "
                   "answer: only addresses that the provider has assigned work.";
        case PrefixAnswer::silent:
            break;
    }
    return tried +
           " was not answered: only addresses that the provider has assigned work, or "
           "the router answers no pings.";
}

// Of 64 random bits nobody has the same; a longer prefix leaves fewer.
wire::Ipv6Address random_address(const wire::Prefix& prefix) {
    constexpr std::size_t host_part = subnet_bits / 8;  // octets
    constexpr unsigned octet_bits = 8;
    wire::Ipv6Address random;
    for (std::size_t place = host_part; place < random.octets.size(); ++place) {
        random.octets.at(place) =
            static_cast<std::uint8_t>(security::random_number() >> octet_bits);
    }
    const wire::Ipv6Address fixed = wire::Prefix::around(random, prefix.length).address;
    wire::Ipv6Address address = prefix.address;
    for (std::size_t place = host_part; place < address.octets.size(); ++place) {
        address.octets.at(place) |=
            static_cast<std::uint8_t>(random.octets.at(place) ^ fixed.octets.at(place));
    }
    return address;
}

bool is_known(const NetworkSnapshot& network, const wire::Ipv6Address& address) {
    return std::ranges::any_of(
               network.addresses,
               [&](const KnownAddress& known) { return known.address == address; }) ||
           std::ranges::any_of(network.routes,
                               [&](const KnownRoute& known) { return known.gateway == address; });
}

const ProbedPrefix* find(const std::vector<ProbedPrefix>& probed, PrefixAnswer answer) {
    const auto found = std::ranges::find(probed, answer, &ProbedPrefix::answer);
    return found == probed.end() ? nullptr : &*found;
}

// All of a prefix rather than single addresses of another.
const ProbedPrefix* best_delivered(const std::vector<ProbedPrefix>& probed) {
    const auto whole = std::ranges::find_if(probed, [](const ProbedPrefix& each) {
        return each.answer == PrefixAnswer::delivered && !each.candidate.shared_link;
    });
    return whole != probed.end() ? &*whole : find(probed, PrefixAnswer::delivered);
}

void judge_prefixes(HostSurvey& survey, const std::vector<ProbedPrefix>& probed) {
    for (const ProbedPrefix& each : probed) {
        survey.reasons.push_back(text_of(each));
    }
    if (probed.size() == 1) {
        survey.shared_link = probed.front().candidate.shared_link;
    }
    if (const ProbedPrefix* routed = best_delivered(probed)) {
        survey.prefix = routed->candidate.prefix;
        survey.shared_link = routed->candidate.shared_link;
        survey.found = survey.shared_link ? HostCase::on_link : HostCase::routed;
        if (survey.shared_link) {
            survey.reasons.push_back("Other machines may be on " + *survey.shared_link +
                                     ": single addresses are taken there, and they keep theirs.");
        }
    } else if (const ProbedPrefix* on_link = find(probed, PrefixAnswer::answered);
               on_link != nullptr && on_link->candidate.is_of_uplink) {
        survey.found = HostCase::on_link;
        survey.prefix = on_link->candidate.prefix;
    }
}

}  // namespace

std::string_view name(HostCase which) {
    constexpr std::array names{"routed", "on-link", "single", "ipv4-only", "offline"};
    return names.at(static_cast<std::size_t>(which));
}

std::optional<Uplink> uplink_of(const NetworkSnapshot& network) {
    const KnownRoute* ipv6 = default_route(network, false);
    const KnownRoute* ipv4 = default_route(network, true);
    const KnownRoute* route = ipv6 != nullptr ? ipv6 : ipv4;
    const Link* link = route == nullptr ? nullptr : link_of(network, route->interface);
    if (link == nullptr) {
        return std::nullopt;
    }
    return Uplink{
        .link = *link,
        .router = ipv6 != nullptr ? ipv6->gateway : std::nullopt,
        .address = ipv6 != nullptr ? steadiest_address(network, link->index) : std::nullopt,
        .ipv4 = ipv4_address(network, ipv4 != nullptr ? ipv4->interface : link->index)};
}

std::vector<PrefixCandidate> prefix_candidates(const NetworkSnapshot& network,
                                               const Uplink& uplink) {
    std::vector<PrefixCandidate> candidates;
    const auto add = [&](const std::optional<wire::Prefix>& prefix, const KnownAddress& because) {
        if (prefix &&
            std::ranges::find(candidates, *prefix, &PrefixCandidate::prefix) == candidates.end()) {
            candidates.push_back({*prefix, because.interface == uplink.link.index,
                                  origin_of(network, because),
                                  shared_link_of(network, uplink, because.interface)});
        }
    };
    for (const KnownAddress& address : network.addresses) {
        if (!is_of_interest(network, address)) {
            continue;
        }
        if (address.prefix_length < subnet_bits &&
            !shared_link_of(network, uplink, address.interface)) {
            add(free_subnet(network, wire::Prefix::around(address.address, address.prefix_length)),
                address);
        }
        add(wire::Prefix::around(address.address, subnet_bits), address);
    }
    // What is elsewhere than on the uplink can only have been routed here.
    std::ranges::stable_sort(candidates, {}, [](const PrefixCandidate& candidate) {
        return std::tuple(candidate.is_of_uplink, candidate.shared_link.has_value());
    });
    return candidates;
}

PrefixCandidate named_candidate(const NetworkSnapshot& network, const wire::Prefix& prefix,
                                const Uplink& uplink) {
    PrefixCandidate named{prefix, uplink.address && prefix.contains(*uplink.address),
                          "the command line"};
    for (const KnownAddress& address : network.addresses) {
        if (prefix.contains(address.address) && !named.shared_link) {
            named.shared_link = shared_link_of(network, uplink, address.interface);
        }
    }
    return named;
}

wire::Ipv6Address unused_address(const wire::Prefix& prefix, const NetworkSnapshot& network) {
    constexpr int tries = 64;  // of a very long prefix there may be no other
    for (int tried = 0; tried < tries; ++tried) {
        const wire::Ipv6Address address = random_address(prefix);
        if (address != prefix.address && !is_known(network, address)) {
            return address;
        }
    }
    return prefix.address;
}

HostSurvey survey_host(const std::optional<Uplink>& uplink,
                       const std::vector<ProbedPrefix>& probed) {
    HostSurvey survey{.found = HostCase::offline, .uplink = uplink, .prefix = {}, .reasons = {}};
    if (!uplink) {
        survey.reasons.emplace_back("There is no default route, over IPv6 or over IPv4.");
        return survey;
    }
    if (!uplink->address) {
        survey.found = uplink->ipv4 ? HostCase::ipv4_only : HostCase::offline;
        survey.reasons.push_back(uplink->router ? "No interface with a default route over IPv6 has "
                                                  "a global IPv6 address."
                                                : "There is no default route over IPv6.");
        return survey;
    }
    survey.found = HostCase::single;
    if (probed.empty()) {
        survey.reasons.push_back(uplink->address->text() + " on " + uplink->link.name +
                                 " stands alone, without a prefix of 64 bits or fewer.");
    }
    judge_prefixes(survey, probed);
    return survey;
}

bool is_private(wire::Ipv4Address address) {
    constexpr std::array ranges{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"};
    return std::ranges::any_of(ranges, [&](const char* range) {
        return wire::Prefix::parse_ipv4(range)->contains(wire::Ipv6Address::mapped(address));
    });
}

}  // namespace godwit::server
