#include "shared/wire/home_agent_discovery.hpp"

#include <algorithm>
#include <cstddef>
#include <expected>

namespace godwit::wire {
namespace {

constexpr unsigned bits_of_octet = 8;
constexpr unsigned eui64_interface = 64;          // bits of a prefix whose interface identifier
constexpr std::size_t universal_local_octet = 8;  // has a "universal/local" bit, in this octet
constexpr std::uint8_t not_universal = 0xfd;
constexpr std::uint8_t home_agents = 0xfe;  // a one, then the 7 bits of the anycast identifier

}  // namespace

Ipv6Address home_agents_anycast(const Prefix& home_prefix) {
    Ipv6Address anycast;
    anycast.octets.fill(0xff);
    for (unsigned bit = 0; bit < home_prefix.length; ++bit) {
        const unsigned mask = 0x80U >> (bit % bits_of_octet);
        std::uint8_t& octet = anycast.octets[bit / bits_of_octet];
        octet = static_cast<std::uint8_t>((octet & ~mask) |
                                          (home_prefix.address.octets[bit / bits_of_octet] & mask));
    }
    if (home_prefix.length == eui64_interface) {
        anycast.octets[universal_local_octet] = not_universal;
    }
    anycast.octets.back() = home_agents;
    return anycast;
}

Parsed<HomeAgentDiscoveryRequest> HomeAgentDiscoveryRequest::parse(Reader& in) {
    HomeAgentDiscoveryRequest request;
    request.identifier = in.integer<std::uint16_t>();
    in.skip(2);
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    return request;
}

void HomeAgentDiscoveryRequest::serialize(Writer& out) const {
    out.integer(identifier);
    out.zeros(2);
}

Parsed<HomeAgentDiscoveryReply> HomeAgentDiscoveryReply::parse(Reader& in) {
    HomeAgentDiscoveryReply reply;
    reply.identifier = in.integer<std::uint16_t>();
    in.skip(2);
    while (in.remaining() > 0 && !in.truncated()) {
        reply.home_agents.push_back({Ipv6Address::read(in)});
    }
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    return reply;
}

void HomeAgentDiscoveryReply::serialize(Writer& out) const {
    out.integer(identifier);
    out.zeros(2);
    for (const HomeAgentAddress& home_agent : home_agents) {
        out.bytes(home_agent.address.octets);
    }
}

}  // namespace godwit::wire
