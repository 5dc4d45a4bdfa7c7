#include "shared/wire/nat64.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace godwit::wire {
namespace {

constexpr std::size_t u = 8;  // the octet that is zero and carries nothing
constexpr std::array<std::uint8_t, 6> lengths{96, 64, 56, 48, 40, 32};

// What ipv4only.arpa has for A records, RFC 7050 §2.2.
constexpr std::array known{Ipv4Address{{192, 0, 0, 170}}, Ipv4Address{{192, 0, 0, 171}}};

// Where the octets of the IPv4 address stand.
std::array<std::size_t, 4> positions(std::uint8_t prefix_length) {
    std::array<std::size_t, 4> octets{};
    std::size_t next = prefix_length / 8U;
    for (std::size_t& octet : octets) {
        next += next == u ? 1U : 0U;
        octet = next++;
    }
    return octets;
}

std::optional<Prefix> prefix_that_made(const Ipv6Address& answer, std::uint8_t length) {
    Ipv4Address embedded;
    std::ranges::transform(positions(length), embedded.octets.begin(),
                           [&](std::size_t position) { return answer.octets[position]; });
    if (answer.octets[u] != 0 || std::ranges::find(known, embedded) == known.end()) {
        return std::nullopt;
    }
    Prefix prefix{{}, length};
    std::copy_n(answer.octets.begin(), length / 8U, prefix.address.octets.begin());
    return prefix;
}

}  // namespace

std::optional<Ipv6Address> nat64_address(const Prefix& prefix, Ipv4Address address) {
    if (std::ranges::find(lengths, prefix.length) == lengths.end() ||
        prefix.address.octets[u] != 0) {
        return std::nullopt;
    }
    Ipv6Address made;
    std::copy_n(prefix.address.octets.begin(), prefix.length / 8U, made.octets.begin());
    const auto places = positions(prefix.length);
    for (std::size_t octet = 0; octet < places.size(); ++octet) {
        made.octets[places[octet]] = address.octets[octet];
    }
    return made;
}

std::vector<Prefix> nat64_prefixes(std::span<const Ipv6Address> answers) {
    std::vector<Prefix> prefixes;
    for (const Ipv6Address& answer : answers) {
        for (const std::uint8_t length : lengths) {
            const auto prefix = prefix_that_made(answer, length);
            if (prefix && std::ranges::find(prefixes, *prefix) == prefixes.end()) {
                prefixes.push_back(*prefix);
            }
        }
    }
    return prefixes;
}

}  // namespace godwit::wire
