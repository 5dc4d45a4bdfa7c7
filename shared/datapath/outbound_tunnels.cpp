#include "shared/datapath/outbound_tunnels.hpp"

#include <algorithm>
#include <utility>

#include "shared/datapath/esp_drop.hpp"
#include "shared/datapath/outbound_fitting.hpp"
#include "shared/datapath/segment_size.hpp"
#include "shared/datapath/too_big_reply.hpp"
#include "shared/datapath/udp_payload.hpp"

namespace godwit::datapath {
namespace {

using mobility::Encapsulation;

// The first `size` octets of the buffer's room, as the tunnel sends them; sealed to where `room`
// is, if that is not empty.
std::expected<Outgoing, DropReason> protect(OutboundTunnel& tunnel, PacketSlot& buffer,
                                            std::size_t size, wire::NextHeader inner,
                                            std::span<std::uint8_t> room = {}) {
    if (!tunnel.seal) {
        return Outgoing{.tunnel = &tunnel,
                        .next_header = inner,
                        .bytes = buffer.room().first(size),
                        .inner_size = size};
    }
    if (room.empty()) {
        room = buffer.whole().first(security::esp_length(size));
    }
    const auto sealed =
        tunnel.seal->sealer.seal(buffer.whole(), security::esp_headroom, size, inner, room);
    if (!sealed) {
        return std::unexpected(drop_reason(sealed.error()));
    }
    return Outgoing{.tunnel = &tunnel,
                    .next_header = wire::NextHeader::esp,
                    .bytes = *sealed,
                    .inner_size = size};
}

void forget_key(const OutboundTunnel& tunnel) {
    if (tunnel.seal) {
        tunnel.seal->forget();
    }
}

// A plain packet has no number by which the other end could tell that it has come twice.
std::span<const mobility::NumberedPath> paths_by_rule(const OutboundTunnel& tunnel,
                                                      const InnerPacket& packet) {
    const auto paths = tunnel.flows->paths_of(packet);
    return tunnel.seal ? paths : paths.first(std::min<std::size_t>(paths.size(), 1));
}

}  // namespace

bool Outgoing::settles_as_sent() const {
    if (copies == nullptr) {
        return true;
    }
    --copies->left;
    return !std::exchange(copies->is_taken, true);
}

bool Outgoing::settles_as_refused() const {
    return copies == nullptr || (--copies->left == 0 && !copies->is_taken);
}

std::unique_ptr<OutboundTunnel> OutboundTunnels::direct(mobility::Instant now,
                                                        std::unique_ptr<OutboundTunnel> tunnel) {
    OutboundTunnel& directed = *tunnel;
    directed.flows = flows_.find(directed.home);
    std::unique_ptr<OutboundTunnel> before = tunnels_.insert(std::move(tunnel));
    if (before != nullptr) {
        std::erase(behind_, before.get());
        forget_key(*before);
        directed.watch = before->watch;
        directed.kept = std::move(before->kept);
        if (before->path != directed.path || before->is_held) {
            on_path(now, directed, std::nullopt);
        } else {
            note_behind(directed);
        }
    }
    return before;
}

void OutboundTunnels::move(mobility::Instant now, const wire::HomeAddress& home,
                           const mobility::Path& path,
                           std::optional<mobility::Instant> doubted_since) {
    OutboundTunnel* tunnel = tunnels_.find(home);
    if (tunnel == nullptr) {
        return;
    }
    const bool is_other = tunnel->path != path || tunnel->is_held;
    tunnel->path = path;
    tunnel->is_held = false;
    if (is_other) {
        on_path(now, *tunnel, doubted_since);
    }
}

void OutboundTunnels::resend(mobility::Instant now, const wire::HomeAddress& home,
                             const std::vector<mobility::Reception>& receptions) {
    OutboundTunnel* tunnel = tunnels_.find(home);
    if (tunnel != nullptr && tunnel->kept != nullptr) {
        tunnel->kept->on_reception(now, receptions);
        note_behind(*tunnel);
        note_outcome(*tunnel);
    }
}

void OutboundTunnels::on_path(mobility::Instant now, OutboundTunnel& tunnel,
                              std::optional<mobility::Instant> doubted_since) {
    if (tunnel.kept != nullptr) {
        tunnel.kept->on_path(now, doubted_since);
        note_behind(tunnel);
    }
}

void OutboundTunnels::note_behind(OutboundTunnel& tunnel) {
    if (tunnel.kept != nullptr && tunnel.kept->is_behind() &&
        std::ranges::find(behind_, &tunnel) == behind_.end()) {
        behind_.push_back(&tunnel);
    }
}

// Whoever has nothing to send is asked at once, or nobody would ask.
void OutboundTunnels::note_outcome(OutboundTunnel& tunnel) {
    if (const auto outcome = tunnel.kept->take_outcome()) {
        outcomes_.push_back({.home = tunnel.home, .outcome = *outcome});
    }
}

std::unique_ptr<OutboundTunnel> OutboundTunnels::close(const wire::HomeAddress& home) {
    std::unique_ptr<OutboundTunnel> closed = tunnels_.remove(home);
    if (closed != nullptr) {
        std::erase(behind_, closed.get());
        closed->kept.reset();
        forget_key(*closed);
    }
    return closed;
}

void OutboundTunnels::hold(const wire::HomeAddress& home) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->is_held = true;
        if (ResendQueue* kept = queue_of(*tunnel)) {
            kept->hold();
        }
    }
}

void OutboundTunnels::fit(const wire::HomeAddress& home, const mobility::TunnelMtu& mtu) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->mtu = mtu;
    }
}

void OutboundTunnels::limit(const wire::HomeAddress& home, RateMeter* meter,
                            mobility::BitRate rate) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->meter = set_to(meter, rate);
    }
}

void OutboundTunnels::watch(const wire::HomeAddress& home, mobility::WatchTraffic::What what) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->watch.any_sent |= what == mobility::WatchTraffic::What::any_sent;
        tunnel->watch.large_sent |= what == mobility::WatchTraffic::What::large_sent;
    }
}

std::unique_ptr<FlowRoutes> OutboundTunnels::route_flows(const wire::HomeAddress& home,
                                                         std::unique_ptr<FlowRoutes> flows) {
    if (OutboundTunnel* tunnel = tunnels_.find(home)) {
        tunnel->flows = flows.get();
    }
    return flows != nullptr ? flows_.insert(std::move(flows)) : flows_.remove(home);
}

OutboundTunnel* OutboundTunnels::tunnel_of(const InnerPacket& packet) const {
    const wire::Ipv6Address& own =
        look_up_by_ == LookUpBy::inner_source ? packet.source : packet.destination;
    const auto home = ipv4_.home_of(own, packet.is_ipv4);
    OutboundTunnel* tunnel = home ? tunnels_.find(*home) : nullptr;
    return tunnel != nullptr || networks_.empty() ? tunnel : tunnel_of_network(own);
}

// RFC 3963 §6.5. A home address is a prefix of its own, and the longest.
OutboundTunnel* OutboundTunnels::tunnel_of_network(const wire::Ipv6Address& own) const {
    const auto home = networks_.home_of(own);
    return home ? tunnels_.find(*home) : nullptr;
}

std::expected<Outgoing, DropReason> OutboundTunnels::encapsulate(mobility::Instant now,
                                                                 PacketSlot& buffer) {
    const auto inner = InnerPacket::parse(buffer.packet());
    if (!inner) {
        return std::unexpected(inner.error());
    }
    if (passes_for_message(*inner)) {
        return std::unexpected(DropReason::not_tunnelled);
    }
    OutboundTunnel* tunnel = tunnel_of(*inner);
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    if (tunnel->is_held && tunnel->kept == nullptr) {
        return std::unexpected(DropReason::held);
    }
    if (inner->spent_limit()) {
        return std::unexpected(DropReason::encapsulation_limit);
    }
    const std::size_t size = inner->bytes.size();
    if (size > tunnel->mtu.inner && inner->dont_fragment) {
        return std::unexpected(DropReason::too_big);
    }
    if (tunnel->meter != nullptr && !tunnel->meter->take(now, size)) {
        return std::unexpected(DropReason::rate_limit);
    }
    std::span<const mobility::NumberedPath> by_rule;
    if (tunnel->flows != nullptr) {
        by_rule = paths_by_rule(*tunnel, *inner);
    }
    clamp_segment_size(*inner, least_whole(*tunnel, by_rule));
    ResendQueue* kept = queue_of(*tunnel);
    const auto room =
        kept != nullptr ? kept->room_for(security::esp_length(size)) : std::span<std::uint8_t>();
    auto outgoing = protect(*tunnel, buffer, size, inner->protocol(), room);
    if (outgoing) {
        outgoing->traffic_class = wire::outer_traffic_class(inner->traffic_class, outer_dscp_);
        outgoing->is_traffic = true;
        outgoing->longest = longest_outer(*tunnel, size);
        outgoing->by_rule = by_rule;
        outgoing->is_kept = kept != nullptr && outgoing->bytes.data() == room.data();
        outgoing->is_waiting =
            kept != nullptr &&
            !kept->keep(now, outgoing->bytes, outgoing->inner_size, outgoing->traffic_class);
    }
    return outgoing;
}

// A plain packet has no number by which the other end could tell that it has come twice. Which path
// a rule gave it is not kept: what waits, or is sent again, goes along the tunnel's own.
ResendQueue* OutboundTunnels::queue_of(OutboundTunnel& tunnel) {
    if (!tunnel.seal || memory_.limits().each == 0) {
        return nullptr;
    }
    if (tunnel.kept == nullptr) {
        tunnel.kept = std::make_unique<ResendQueue>(memory_);
    }
    return tunnel.kept.get();
}

bool OutboundTunnels::on_refused(const Outgoing& packet, DropReason reason) {
    return packet.tunnel != nullptr && packet.tunnel->kept != nullptr &&
           packet.tunnel->kept->on_refused(packet.bytes, reason);
}

std::optional<Outgoing> OutboundTunnels::next_resent(mobility::Instant now) {
    for (auto place = behind_.begin(); place != behind_.end();) {
        OutboundTunnel& tunnel = **place;
        if (const auto due = tunnel.kept->next(now)) {
            return Outgoing{.tunnel = &tunnel,
                            .next_header = wire::NextHeader::esp,
                            .bytes = due->sealed,
                            .inner_size = due->inner_size,
                            .traffic_class = due->traffic_class,
                            .is_traffic = due->is_new,
                            .longest = longest_outer(tunnel, due->inner_size)};
        }
        note_outcome(tunnel);
        place = tunnel.kept->is_behind() ? place + 1 : behind_.erase(place);
    }
    return std::nullopt;
}

std::optional<Resent> OutboundTunnels::take_outcome() {
    if (outcomes_.empty()) {
        return std::nullopt;
    }
    Resent outcome = outcomes_.back();
    outcomes_.pop_back();
    return outcome;
}

std::optional<mobility::Instant> OutboundTunnels::next_deadline() const {
    std::optional<mobility::Instant> next;
    for (const OutboundTunnel* tunnel : behind_) {
        if (const auto due = tunnel->kept->next_deadline()) {
            next = next ? std::min(*next, *due) : *due;
        }
    }
    return next;
}

// Whoever can send packets through this machine could else speak for it: at the other end a
// Mobility Header that has come through the tunnel is proved.
bool OutboundTunnels::passes_for_message(const InnerPacket& inner) const {
    const wire::Ipv6Address& other_end =
        look_up_by_ == LookUpBy::inner_source ? inner.destination : inner.source;
    return inner.content == wire::NextHeader::mobility && !inner.is_ipv4 &&
           other_end == home_agent_.address;
}

std::optional<wire::Bytes> OutboundTunnels::answer_too_big(mobility::Instant now,
                                                           PacketSlot& buffer) {
    const auto inner = InnerPacket::parse(buffer.packet());
    OutboundTunnel* tunnel = inner ? tunnel_of(*inner) : nullptr;
    if (tunnel == nullptr || !tunnel->replies.take(now, replies_of_each) ||
        !replies_.take(now, replies_of_all)) {
        return std::nullopt;
    }
    if (const auto limit = inner->spent_limit()) {
        return parameter_problem_reply(*inner, *limit, home_agent_);
    }
    return too_big_reply(*inner, tunnel->mtu.inner, home_agent_);
}

std::expected<Outgoing, DropReason> OutboundTunnels::dummy(const wire::HomeAddress& home,
                                                           PacketSlot& buffer) {
    OutboundTunnel* tunnel = tunnels_.find(home);
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    if (tunnel->is_held) {
        return std::unexpected(DropReason::held);
    }
    if (tunnel->seal) {
        return protect(*tunnel, buffer, 0, wire::NextHeader::none);
    }
    if (tunnel->path.encapsulation != Encapsulation::udp) {
        return std::unexpected(DropReason::no_binding);
    }
    buffer.room().front() = nat_keepalive_octet;
    return Outgoing{.tunnel = tunnel, .bytes = buffer.room().first(1)};
}

std::expected<Outgoing, DropReason> OutboundTunnels::message(const wire::HomeAddress& home,
                                                             wire::BytesView packet,
                                                             std::size_t padded_to,
                                                             PacketSlot& buffer) {
    OutboundTunnel* tunnel = tunnels_.find(home);
    if (tunnel == nullptr) {
        return std::unexpected(DropReason::no_binding);
    }
    const std::size_t size = std::max(packet.size(), padded_to);
    if (size > max_inner_packet) {
        return std::unexpected(DropReason::too_big);
    }
    const auto padding = std::ranges::copy(packet, buffer.room().begin()).out;
    std::fill(padding, buffer.room().begin() + static_cast<std::ptrdiff_t>(size), std::uint8_t{0});
    auto outgoing = protect(*tunnel, buffer, size, wire::NextHeader::ipv6);
    if (outgoing) {
        outgoing->is_probe = padded_to != 0;
    }
    return outgoing;
}

}  // namespace godwit::datapath
