#include "shared/datapath/outbound_tunnels.hpp"

#include <utility>

#include "shared/datapath/esp_drop.hpp"
#include "shared/datapath/inner_packet.hpp"

namespace godwit::datapath {
namespace {

std::expected<Outgoing, DropReason> seal(OutboundTunnel& tunnel, PacketBuffer& buffer,
                                         std::size_t size, wire::NextHeader inner) {
    const auto sealed =
        tunnel.seal->sealer.seal(buffer.whole(), security::esp_headroom, size, inner);
    if (!sealed) {
        return std::unexpected(drop_reason(sealed.error()));
    }
    return Outgoing{.tunnel = &tunnel,
                    .next_header = wire::NextHeader::esp,
                    .bytes = *sealed,
                    .inner_size = size};
}

}  // namespace

std::unique_ptr<OutboundTunnel> OutboundTunnels::direct(std::unique_ptr<OutboundTunnel> tunnel) {
    return tunnels_.insert(std::move(tunnel));
}

void OutboundTunnels::move(const wire::HomeAddress& home, const mobility::Path& path) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->path = path;
    }
}

std::unique_ptr<OutboundTunnel> OutboundTunnels::close(const wire::HomeAddress& home) {
    return tunnels_.remove(home);
}

std::expected<Outgoing, DropReason> OutboundTunnels::encapsulate(PacketBuffer& buffer) {
    const auto inner = InnerPacket::parse(buffer.packet());
    if (!inner) {
        return std::unexpected(inner.error());
    }
    OutboundTunnel* tunnel =
        tunnels_.find({look_up_by_ == LookUpBy::inner_source ? inner->source : inner->destination});
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    if (tunnel->seal) {
        return seal(*tunnel, buffer, inner->bytes.size(), wire::NextHeader::ipv6);
    }
    return Outgoing{.tunnel = tunnel,
                    .next_header = wire::NextHeader::ipv6,
                    .bytes = inner->bytes,
                    .inner_size = inner->bytes.size()};
}

std::expected<Outgoing, DropReason> OutboundTunnels::dummy(const wire::HomeAddress& home,
                                                           PacketBuffer& buffer) {
    OutboundTunnel* tunnel = tunnels_.find(home);
    if (tunnel == nullptr || !tunnel->seal) {
        return std::unexpected(DropReason::no_binding);
    }
    return seal(*tunnel, buffer, 0, wire::NextHeader::none);
}

}  // namespace godwit::datapath
