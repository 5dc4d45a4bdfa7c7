#pragma once
// Dynamic Home Agent Address Discovery: which home agents serve a home link (RFC 6275 §6.5, §6.6).
// Anybody may ask, from anywhere, and nothing proves the answer.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

// The Mobile IPv6 Home-Agents anycast address of a home prefix: RFC 2526 §2, identifier 0x7e. One
// that is no /64 has the 7 bits of the identifier behind ones, with no bit for "universal/local".
Ipv6Address home_agents_anycast(const Prefix& home_prefix);

//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |            Checksum           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Identifier           |            Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct HomeAgentDiscoveryRequest {
    static constexpr std::uint8_t type = 144;

    std::uint16_t identifier = 0;

    bool operator==(const HomeAgentDiscoveryRequest&) const = default;
    static Parsed<HomeAgentDiscoveryRequest> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |            Checksum           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Identifier          |             Reserved          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                   Home Agent Addresses, to the end            .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct HomeAgentDiscoveryReply {
    static constexpr std::uint8_t type = 145;
    // In one packet of the minimum IPv6 MTU, RFC 6275 §10.5.1.
    static constexpr std::size_t max_home_agents = 77;

    std::uint16_t identifier = 0;               // the request's
    std::vector<HomeAgentAddress> home_agents;  // the best first

    bool operator==(const HomeAgentDiscoveryReply&) const = default;
    static Parsed<HomeAgentDiscoveryReply> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
