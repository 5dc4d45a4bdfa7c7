#include "shared/datapath/inbound_tunnels.hpp"

#include <algorithm>
#include <utility>

#include "shared/datapath/esp_drop.hpp"
#include "shared/datapath/segment_size.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/wire/esp_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

using mobility::Encapsulation;

// What was said of it outside must be true of it.
std::expected<InnerPacket, DropReason> parse(wire::NextHeader said, std::span<std::uint8_t> bytes) {
    auto inner = InnerPacket::parse(bytes);
    if (inner && inner->protocol() != said) {
        return std::unexpected(DropReason::not_ip);
    }
    return inner;
}

bool comes_from(const mobility::Path& path, const mobility::Path& other) {
    return path.encapsulation == other.encapsulation && path.remote_port == other.remote_port &&
           path.remote == other.remote;
}

bool has_ends(const mobility::Path& path, const mobility::Path& other) {
    return comes_from(path, other) && path.local_port == other.local_port &&
           path.local == other.local;
}

// Only the newest packet tells where the other end is: an older one has come late, or somebody has
// kept it. On native IPv6 no NAT moves it; its care-of address is a matter of signalling.
bool has_moved(SealedTunnel& tunnel, std::uint32_t sequence, const mobility::Path& path) {
    if (sequence != tunnel.opener.highest_sequence() ||
        (tunnel.heard_by && has_ends(*tunnel.heard_by, path)) ||
        std::ranges::any_of(tunnel.expected,
                            [&](const auto& expected) { return has_ends(expected, path); })) {
        return false;
    }
    if (path.encapsulation == Encapsulation::udp) {
        return true;
    }
    tunnel.heard_by = path;
    return false;
}

// Another thread will destroy it, which has prepared nothing.
std::unique_ptr<SealedTunnel> forgotten(std::unique_ptr<SealedTunnel> tunnel) {
    if (tunnel != nullptr) {
        tunnel->opener.forget();
    }
    return tunnel;
}

}  // namespace

bool Incoming::is_handshake() const {
    const auto header = wire::Ipv6Header::parse(inner);
    return header && header->next_header == wire::NextHeader::mobility &&
           security::is_initiation(inner.subspan(wire::Ipv6Header::size));
}

bool comes_from_the_same(const mobility::Path& one, const mobility::Path& other) {
    return comes_from(one, other) && one.local == other.local;
}

std::unique_ptr<SealedTunnel> InboundTunnels::admit(std::unique_ptr<SealedTunnel> tunnel) {
    return forgotten(sealed_.insert(std::move(tunnel)));
}

std::unique_ptr<SealedTunnel> InboundTunnels::end(mobility::SessionId session) {
    return forgotten(sealed_.remove(session));
}

std::unique_ptr<PlainTunnel> InboundTunnels::admit_plain(std::unique_ptr<PlainTunnel> tunnel) {
    return plain_.insert(std::move(tunnel));
}

std::unique_ptr<PlainTunnel> InboundTunnels::close_plain(const wire::HomeAddress& home) {
    return plain_.remove(home);
}

void InboundTunnels::fit(mobility::SessionId session, std::uint32_t whole) {
    if (SealedTunnel* tunnel = sealed_.find(session)) {
        tunnel->whole = whole;
    }
}

void InboundTunnels::limit(mobility::SessionId session, RateMeter* meter, mobility::BitRate rate) {
    if (SealedTunnel* tunnel = sealed_.find(session)) {
        tunnel->meter = set_to(meter, rate);
    }
}

void InboundTunnels::limit_plain(const wire::HomeAddress& home, RateMeter* meter,
                                 mobility::BitRate rate) {
    if (PlainTunnel* tunnel = plain_.find(home)) {
        tunnel->meter = set_to(meter, rate);
    }
}

void InboundTunnels::watch(mobility::SessionId session, const mobility::Path& path) {
    if (SealedTunnel* tunnel = sealed_.find(session)) {
        tunnel->watched = path;
    }
}

std::vector<mobility::Path> InboundTunnels::expect(mobility::SessionId session,
                                                   std::vector<mobility::Path> paths) {
    SealedTunnel* tunnel = sealed_.find(session);
    return tunnel != nullptr ? std::exchange(tunnel->expected, std::move(paths)) : std::move(paths);
}

std::vector<mobility::Path> InboundTunnels::expect_plain(const wire::HomeAddress& home,
                                                         std::vector<mobility::Path> paths) {
    PlainTunnel* tunnel = plain_.find(home);
    return tunnel != nullptr ? std::exchange(tunnel->expected, std::move(paths)) : std::move(paths);
}

void InboundTunnels::fit_plain(const wire::HomeAddress& home, std::uint32_t whole) {
    if (PlainTunnel* tunnel = plain_.find(home)) {
        tunnel->whole = whole;
    }
}

std::expected<Incoming, DropReason> InboundTunnels::decapsulate(const mobility::Path& path,
                                                                wire::NextHeader next_header,
                                                                std::span<std::uint8_t> bytes,
                                                                wire::Ecn outer) {
    return next_header == wire::NextHeader::esp ? open(path, bytes, outer)
                                                : take_plain(path, next_header, bytes, outer);
}

// What comes in is looked at from the other end than what goes out.
std::optional<wire::HomeAddress> InboundTunnels::home_of(const InnerPacket& inner) const {
    return ipv4_.home_of(own_address(inner), inner.is_ipv4);
}

// RFC 3963 §9: nobody sends through the tunnel but from the prefixes that are registered. What is
// behind a mobile node never speaks for it.
bool InboundTunnels::is_of_network(const InnerPacket& inner, const wire::HomeAddress& home) const {
    return !networks_.empty() && networks_.home_of(own_address(inner)) == home &&
           !is_message(inner);
}

PlainTunnel* InboundTunnels::plain_tunnel_of(const InnerPacket& inner) const {
    const auto home = home_of(inner);
    PlainTunnel* tunnel = home ? plain_.find(*home) : nullptr;
    if (tunnel != nullptr || networks_.empty()) {
        return tunnel;
    }
    const auto behind = networks_.home_of(own_address(inner));
    return behind ? plain_.find(*behind) : nullptr;
}

bool InboundTunnels::is_message(const InnerPacket& inner) const {
    const wire::Ipv6Address& other_end =
        look_up_by_ == LookUpBy::inner_source ? inner.source : inner.destination;
    return inner.content == wire::NextHeader::mobility && !inner.is_ipv4 &&
           other_end == home_agent_.address;
}

// The checks in the order of docs/protocol.md: SPI known, not replayed, tag right (the opener's
// two), then the inner address. Where the packet came from does not matter (RFC 6275 §10.4.5).
std::expected<Incoming, DropReason> InboundTunnels::open(const mobility::Path& path,
                                                         std::span<std::uint8_t> bytes,
                                                         wire::Ecn outer) {
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
    Incoming incoming{.sealed = tunnel};
    if (opened->next_header == wire::NextHeader::none) {
        incoming.content = Incoming::Content::nothing;
        incoming.has_moved = has_moved(*tunnel, header->sequence, path);
        return incoming;
    }
    const auto inner = parse(opened->next_header, opened->inner);
    if (!inner) {
        return std::unexpected(inner.error());
    }
    if (home_of(*inner) != tunnel->home && !is_of_network(*inner, tunnel->home)) {
        return std::unexpected(DropReason::inner_address);
    }
    incoming.inner = inner->bytes;
    if (is_message(*inner)) {
        incoming.content = Incoming::Content::message;
        return incoming;
    }
    if (!wire::decapsulate_ecn(inner->bytes, outer)) {
        return std::unexpected(DropReason::congestion);
    }
    clamp_segment_size(*inner, tunnel->whole);
    incoming.received = &tunnel->received;
    incoming.meter = tunnel->meter;
    incoming.has_moved = has_moved(*tunnel, header->sequence, path);
    return incoming;
}

// RFC 6275 §10.4.5: "the home agent MUST verify that the Source Address in the tunnel IP header is
// the mobile node's primary care-of address"; §11.3.3: "the mobile node MUST check that the IPv6
// source address of the tunneled packet is the IP address of its home agent". Over UDP the port
// belongs to the address. With several bindings any of their care-of addresses will do (RFC 5648
// §6.5). A message comes before any binding, and proves itself.
std::expected<Incoming, DropReason> InboundTunnels::take_plain(const mobility::Path& path,
                                                               wire::NextHeader next_header,
                                                               std::span<std::uint8_t> bytes,
                                                               wire::Ecn outer) {
    const auto inner = parse(next_header, bytes);
    if (!inner) {
        return std::unexpected(inner.error());
    }
    if (is_message(*inner)) {
        return Incoming{.content = Incoming::Content::message, .inner = inner->bytes};
    }
    PlainTunnel* tunnel = plain_tunnel_of(*inner);
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    if (!comes_from(path, tunnel->path) &&
        std::ranges::none_of(tunnel->expected,
                             [&](const auto& expected) { return comes_from(path, expected); })) {
        return std::unexpected(DropReason::outer_source);
    }
    if (!wire::decapsulate_ecn(inner->bytes, outer)) {
        return std::unexpected(DropReason::congestion);
    }
    clamp_segment_size(*inner, tunnel->whole);
    return Incoming{.inner = inner->bytes, .received = &tunnel->received, .meter = tunnel->meter};
}

}  // namespace godwit::datapath
