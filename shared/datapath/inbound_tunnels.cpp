#include "shared/datapath/inbound_tunnels.hpp"

#include <utility>

#include "shared/datapath/esp_drop.hpp"
#include "shared/datapath/inner_packet.hpp"
#include "shared/wire/esp_header.hpp"

namespace godwit::datapath {
namespace {

// What comes in is looked at from the other end than what goes out.
wire::HomeAddress home_address_of(const InnerPacket& inner, LookUpBy outbound) {
    return {outbound == LookUpBy::inner_source ? inner.destination : inner.source};
}

}  // namespace

std::unique_ptr<SealedTunnel> InboundTunnels::admit(std::unique_ptr<SealedTunnel> tunnel) {
    return sealed_.insert(std::move(tunnel));
}

std::unique_ptr<SealedTunnel> InboundTunnels::end(mobility::SessionId session) {
    return sealed_.remove(session);
}

std::unique_ptr<PlainTunnel> InboundTunnels::admit_plain(std::unique_ptr<PlainTunnel> tunnel) {
    return plain_.insert(std::move(tunnel));
}

std::unique_ptr<PlainTunnel> InboundTunnels::close_plain(const wire::HomeAddress& home) {
    return plain_.remove(home);
}

std::expected<Incoming, DropReason> InboundTunnels::decapsulate(
    const wire::Ipv6Address& outer_source, wire::NextHeader next_header,
    std::span<std::uint8_t> bytes) {
    return next_header == wire::NextHeader::esp ? open(bytes) : take_plain(outer_source, bytes);
}

// The checks in the order of docs/protocol.md: SPI known, not replayed, tag right (the opener's
// two), then the inner address. Where the packet came from does not matter (RFC 6275 §10.4.5).
std::expected<Incoming, DropReason> InboundTunnels::open(std::span<std::uint8_t> bytes) {
    const auto header = wire::EspHeader::parse(bytes);
    if (!header) {
        return std::unexpected(DropReason::malformed);
    }
    SealedTunnel* tunnel = sealed_.find({header->spi});
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::unknown_spi);
    }
    const auto opened = tunnel->opener.open(bytes);
    if (!opened) {
        return std::unexpected(drop_reason(opened.error()));
    }
    if (opened->next_header == wire::NextHeader::none) {
        return Incoming{.inner = {}, .sealed = tunnel, .received = &tunnel->received};
    }
    if (opened->next_header != wire::NextHeader::ipv6) {
        return std::unexpected(DropReason::not_ipv6);
    }
    const auto inner = InnerPacket::parse(opened->inner);
    if (!inner) {
        return std::unexpected(inner.error());
    }
    if (home_address_of(*inner, look_up_by_) != tunnel->home) {
        return std::unexpected(DropReason::inner_address);
    }
    return Incoming{.inner = inner->bytes, .sealed = tunnel, .received = &tunnel->received};
}

// RFC 6275 §10.4.5: "the home agent MUST verify that the Source Address in the tunnel IP header is
// the mobile node's primary care-of address"; §11.3.3: "the mobile node MUST check that the IPv6
// source address of the tunneled packet is the IP address of its home agent".
std::expected<Incoming, DropReason> InboundTunnels::take_plain(
    const wire::Ipv6Address& outer_source, std::span<std::uint8_t> bytes) {
    const auto inner = InnerPacket::parse(bytes);
    if (!inner) {
        return std::unexpected(inner.error());
    }
    PlainTunnel* tunnel = plain_.find(home_address_of(*inner, look_up_by_));
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    if (tunnel->outer_source != outer_source) {
        return std::unexpected(DropReason::outer_source);
    }
    return Incoming{.inner = inner->bytes, .sealed = nullptr, .received = &tunnel->received};
}

}  // namespace godwit::datapath
