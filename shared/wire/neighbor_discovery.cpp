#include "shared/wire/neighbor_discovery.hpp"

#include <expected>
#include <utility>

namespace godwit::wire {
namespace {

constexpr unsigned managed_bit = 0x80;
constexpr unsigned other_configuration_bit = 0x40;
constexpr unsigned home_agent_bit = 0x20;
constexpr unsigned router_bit = 0x80;
constexpr unsigned solicited_bit = 0x40;
constexpr unsigned override_bit = 0x20;

template <class Message>
Parsed<Message> with_neighbor_options(Message message, Reader& in) {
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    auto options = NeighborOptions::parse(in);
    if (!options) {
        return std::unexpected(options.error());
    }
    message.options = *std::move(options);
    return message;
}

// RFC 4861 §7.1.1, §7.1.2: the Target Address is not a multicast address.
template <class Message>
Parsed<Message> with_unicast_target(Message message, Reader& in) {
    if (message.target.is_multicast()) {
        return std::unexpected(ParseError::bad_address);
    }
    return with_neighbor_options(std::move(message), in);
}

}  // namespace

Parsed<RouterSolicitation> RouterSolicitation::parse(Reader& in) {
    in.skip(4);
    return with_neighbor_options(RouterSolicitation{}, in);
}

void RouterSolicitation::serialize(Writer& out) const {
    out.zeros(4);
    options.serialize(out);
}

Parsed<RouterAdvertisement> RouterAdvertisement::parse(Reader& in) {
    RouterAdvertisement advertisement;
    advertisement.current_hop_limit = in.integer<std::uint8_t>();
    const unsigned flags = in.integer<std::uint8_t>();
    advertisement.managed = (flags & managed_bit) != 0;
    advertisement.other_configuration = (flags & other_configuration_bit) != 0;
    advertisement.home_agent = (flags & home_agent_bit) != 0;
    advertisement.router_lifetime =
        std::chrono::duration<std::uint16_t>(in.integer<std::uint16_t>());
    advertisement.reachable_time = Milliseconds(in.integer<std::uint32_t>());
    advertisement.retransmission_timer = Milliseconds(in.integer<std::uint32_t>());
    return with_neighbor_options(std::move(advertisement), in);
}

void RouterAdvertisement::serialize(Writer& out) const {
    const unsigned flags = (managed ? managed_bit : 0U) |
                           (other_configuration ? other_configuration_bit : 0U) |
                           (home_agent ? home_agent_bit : 0U);
    out.integer(current_hop_limit);
    out.integer(static_cast<std::uint8_t>(flags));
    out.integer(router_lifetime.count());
    out.integer(reachable_time.count());
    out.integer(retransmission_timer.count());
    options.serialize(out);
}

Parsed<NeighborSolicitation> NeighborSolicitation::parse(Reader& in) {
    NeighborSolicitation solicitation;
    in.skip(4);
    solicitation.target = Ipv6Address::read(in);
    return with_unicast_target(std::move(solicitation), in);
}

void NeighborSolicitation::serialize(Writer& out) const {
    out.zeros(4);
    out.bytes(target.octets);
    options.serialize(out);
}

Parsed<NeighborAdvertisement> NeighborAdvertisement::parse(Reader& in) {
    NeighborAdvertisement advertisement;
    const unsigned flags = in.integer<std::uint8_t>();
    advertisement.router = (flags & router_bit) != 0;
    advertisement.solicited = (flags & solicited_bit) != 0;
    advertisement.overrides = (flags & override_bit) != 0;
    in.skip(3);
    advertisement.target = Ipv6Address::read(in);
    return with_unicast_target(std::move(advertisement), in);
}

void NeighborAdvertisement::serialize(Writer& out) const {
    const unsigned flags = (router ? router_bit : 0U) | (solicited ? solicited_bit : 0U) |
                           (overrides ? override_bit : 0U);
    out.integer(static_cast<std::uint8_t>(flags));
    out.zeros(3);
    out.bytes(target.octets);
    options.serialize(out);
}

}  // namespace godwit::wire
