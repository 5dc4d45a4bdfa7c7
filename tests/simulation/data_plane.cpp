#include "tests/simulation/data_plane.hpp"

#include <algorithm>
#include <utility>

#include "tests/support/addresses.hpp"

namespace godwit::simulation {
namespace {

using datapath::DropReason;
using datapath::OutboundTunnel;
using datapath::SealedTunnel;
using What = mobility::WatchTraffic::What;

// What a frame shows in clear in the place of what applications send: no Mobility Header has this
// type.
wire::SignallingPacket view_of(const wire::HomeAddress& home, bool has_content) {
    return {.source = home.address,
            .destination = test::home_agent.address,
            .home_address_option = {},
            .routing_header = {},
            .mobility_header = {59, 0, 0xff, static_cast<std::uint8_t>(has_content ? 1 : 0), 0, 0,
                                0, 0}};
}

}  // namespace

DataPlane::DataPlane(datapath::LookUpBy look_up_by, Send send, Deliver deliver)
    : look_up_by_(look_up_by),
      send_(std::move(send)),
      deliver_(std::move(deliver)),
      outbound_(look_up_by, test::home_agent),
      inbound_(look_up_by, test::home_agent) {}

void DataPlane::admit(const wire::HomeAddress& home, const security::TunnelKeys& keys) {
    const mobility::SessionId id{keys.inbound_spi};
    auto tunnel = std::make_unique<SealedTunnel>(home, security::EspOpener(keys));
    tunnel->whole = state_.mtu.whole;
    sessions_.emplace(
        id,
        Session{.home = home,
                .seal = datapath::OutboundSeal{.session = id, .sealer = security::EspSealer(keys)},
                .inbound = tunnel.get(),
                .number = ++sessions_so_far_});
    inbound_.admit(std::move(tunnel));
    state_.admitted[id] = keys.outbound_spi;
}

bool DataPlane::direct(mobility::Instant now, const mobility::DirectTunnel& order) {
    now_ = now;
    TunnelState::Direction& direction = state_.directed[order.home];
    const auto before = std::exchange(direction, {order.path, order.session}).session;
    state_.is_held = false;
    if (!order.session) {
        return true;
    }
    if (before == order.session) {
        outbound_.move(now_, order.home, order.path);
    } else {
        const auto session = sessions_.find(*order.session);
        if (session == sessions_.end() || !session->second.seal) {
            return false;
        }
        auto tunnel = std::make_unique<OutboundTunnel>(
            order.home, order.path, std::exchange(session->second.seal, std::nullopt));
        tunnel->mtu = state_.mtu;
        outbound_.direct(now_, std::move(tunnel));
    }
    if (!order.receptions.empty()) {
        outbound_.resend(now_, order.home, order.receptions);
        report_resent();
    }
    return true;
}

void DataPlane::hold(const wire::HomeAddress& home) {
    state_.is_held = true;
    outbound_.hold(home);
}

void DataPlane::fit(const mobility::FitTunnel& order) {
    state_.mtu = order.mtu;
    outbound_.fit(order.home, order.mtu);
    for (const auto& [id, session] : sessions_) {
        inbound_.fit(id, order.mtu.whole);
    }
}

void DataPlane::carry_ipv4(const mobility::CarryIpv4& order) {
    end_ipv4(order.home);
    if (order.ipv4) {
        ipv4_[order.home] = *order.ipv4;
        outbound_.carry_ipv4(std::make_unique<datapath::Ipv4HomeAddress>(*order.ipv4, order.home));
        inbound_.carry_ipv4(std::make_unique<datapath::Ipv4HomeAddress>(*order.ipv4, order.home));
    }
}

void DataPlane::end_ipv4(const wire::HomeAddress& home) {
    if (const auto carried = ipv4_.extract(home)) {
        outbound_.end_ipv4(home, carried.mapped());
        inbound_.end_ipv4(home, carried.mapped());
    }
}

void DataPlane::carry_prefixes(const mobility::CarryPrefixes& order) {
    for (const wire::Prefix& prefix : std::exchange(prefixes_[order.home], order.prefixes)) {
        outbound_.end_prefix(order.home, prefix);
        inbound_.end_prefix(order.home, prefix);
    }
    for (const wire::Prefix& prefix : order.prefixes) {
        outbound_.carry_prefix(std::make_unique<datapath::NetworkPrefix>(prefix, order.home));
        inbound_.carry_prefix(std::make_unique<datapath::NetworkPrefix>(prefix, order.home));
    }
}

void DataPlane::route_flows(const mobility::RouteFlows& order) {
    outbound_.route_flows(order.home, order.rules.empty()
                                          ? nullptr
                                          : std::make_unique<datapath::FlowRoutes>(
                                                order.home, datapath::flow_direction(look_up_by_),
                                                order.paths, order.rules));
}

void DataPlane::watch(const mobility::WatchTraffic& order) {
    if (order.what != What::received_along) {
        outbound_.watch(order.home, order.what);
        return;
    }
    for (const auto& [id, session] : sessions_) {
        if (session.home == order.home) {
            inbound_.watch(id, order.path);
        }
    }
}

void DataPlane::close(const wire::HomeAddress& home) {
    for (auto& [id, session] : sessions_) {
        if (session.home == home) {
            end_inbound(id, session);
            session.seal.reset();
        }
    }
    close_outbound(home);
    outbound_.route_flows(home, nullptr);
    end_ipv4(home);
    carry_prefixes({home, {}});
    state_.mtu = datapath::unfitted;
}

void DataPlane::end(mobility::SessionId id) {
    const auto session = sessions_.find(id);
    if (session == sessions_.end()) {
        return;
    }
    const wire::HomeAddress home = session->second.home;
    end_inbound(id, session->second);
    sessions_.erase(session);
    state_.admitted.erase(id);
    const auto directed = state_.directed.find(home);
    if (directed != state_.directed.end() && directed->second.session == id) {
        close_outbound(home);
    }
}

void DataPlane::end_inbound(mobility::SessionId id, Session& session) {
    session.inbound = nullptr;
    inbound_.end(id);
}

void DataPlane::close_outbound(const wire::HomeAddress& home) {
    outbound_.close(home);
    state_.directed.erase(home);
}

std::vector<mobility::Reception> DataPlane::receptions(const wire::HomeAddress& home) const {
    std::vector<const Session*> newest_first;
    for (const auto& [id, session] : sessions_) {
        if (session.home == home && session.inbound != nullptr &&
            session.inbound->opener.highest_sequence() != 0) {
            newest_first.push_back(&session);
        }
    }
    std::ranges::sort(newest_first, std::greater{}, &Session::number);
    std::vector<mobility::Reception> receptions;
    for (const Session* session : newest_first) {
        if (receptions.size() < mobility::max_receptions) {
            receptions.push_back(session->inbound->opener.reception());
        }
    }
    return receptions;
}

bool DataPlane::send(mobility::Instant now, wire::BytesView inner) {
    now_ = now;
    std::ranges::copy(inner, buffer_->room().begin());
    buffer_->resize(inner.size());
    const auto packet = outbound_.encapsulate(now, *buffer_);
    if (!packet) {
        drop(packet.error());
        return false;
    }
    if (!packet->is_waiting) {
        depart(*packet, "data");
    }
    run(now);
    return true;
}

void DataPlane::depart(const datapath::Outgoing& packet, const std::string& text) {
    const auto view = view_of(packet.tunnel->home, packet.inner_size != 0);
    if (packet.by_rule.empty()) {
        static_cast<void>(depart_along(packet, packet.tunnel->path, view, text));
        return;
    }
    datapath::CopiesSent copies{.left = packet.by_rule.size()};
    for (const mobility::NumberedPath& numbered : packet.by_rule) {
        datapath::Outgoing copy = packet.copy_along(numbered);
        copy.copies = &copies;
        static_cast<void>(depart_along(copy, numbered.path, view, text));
    }
}

bool DataPlane::depart_along(const datapath::Outgoing& packet, const mobility::Path& path,
                             const wire::SignallingPacket& view, const std::string& text) {
    const bool is_sent = send_({.path = path,
                                .sealed_for = {{packet.tunnel->seal->sealer.spi()}},
                                .packet = view,
                                .sealed = {packet.bytes.begin(), packet.bytes.end()}},
                               text);
    if (is_sent) {
        on_sent(packet);
    } else if (packet.settles_as_refused() &&
               !outbound_.on_refused(packet, DropReason::no_source)) {
        drop(DropReason::no_source);
    }
    return is_sent;
}

void DataPlane::on_sent(const datapath::Outgoing& packet) {
    if (!packet.settles_as_sent() || !packet.is_traffic) {
        return;
    }
    ++state_.sent;
    datapath::TrafficWatch& watch = packet.tunnel->watch;
    if (std::exchange(watch.any_sent, false)) {
        notices_.watched.push_back({packet.tunnel->home, What::any_sent});
    }
    if (packet.inner_size > mobility::large_packet && std::exchange(watch.large_sent, false)) {
        notices_.watched.push_back({packet.tunnel->home, What::large_sent});
    }
}

void DataPlane::send_message(mobility::Instant now, const mobility::SendMessage& order,
                             const wire::SignallingPacket& inner, const std::string& text) {
    now_ = now;
    if (const auto packet =
            outbound_.message(order.home, inner.serialize(), order.padded_to, *buffer_)) {
        static_cast<void>(depart_along(*packet, order.path, inner, text));
    } else {
        drop(packet.error());
    }
}

void DataPlane::send_dummy(mobility::Instant now, const wire::HomeAddress& home) {
    now_ = now;
    if (const auto packet = outbound_.dummy(home, *buffer_)) {
        depart(*packet, "dummy");
    } else {
        drop(packet.error());
    }
}

bool DataPlane::receive(const mobility::Path& path, wire::Bytes sealed) {
    const auto packet = inbound_.decapsulate(path, wire::NextHeader::esp, sealed);
    if (!packet) {
        drop(packet.error());
        return false;
    }
    on_received(*packet, path);
    return true;
}

void DataPlane::on_received(const datapath::Incoming& packet, const mobility::Path& path) {
    SealedTunnel& tunnel = *packet.sealed;
    if (!std::exchange(tunnel.confirmed, true)) {
        notices_.confirmed.push_back(tunnel.key());
    }
    if (packet.has_moved) {
        tunnel.heard_by = path;
        notices_.moved_endpoints.push_back({tunnel.key(), path});
    }
    if (packet.content == datapath::Incoming::Content::message) {
        notices_.messages.push_back(
            {path, tunnel.key(), wire::Bytes(packet.inner.begin(), packet.inner.end())});
    } else if (packet.content == datapath::Incoming::Content::packet) {
        ++state_.received;
        if (tunnel.watched && datapath::comes_from_the_same(path, *tunnel.watched)) {
            tunnel.watched.reset();
            notices_.watched.push_back({tunnel.home, What::received_along});
        }
        deliver_(packet.inner);
    }
}

void DataPlane::run(mobility::Instant now) {
    now_ = now;
    const auto deadline = outbound_.next_deadline();
    if (!deadline || now < *deadline) {
        return;
    }
    while (const auto packet = outbound_.next_resent(now)) {
        depart(*packet, packet->is_traffic ? "data that has waited" : "data again");
    }
    outbound_.expire(now);
    for (const auto& [reason, packets] : outbound_.take_unsent()) {
        state_.drops[reason] += packets;
    }
    report_resent();
}

void DataPlane::report_resent() {
    while (const auto resent = outbound_.take_outcome()) {
        notices_.resent.push_back(*resent);
    }
}

std::optional<mobility::Instant> DataPlane::next_deadline() const {
    // As the worker has it.
    constexpr std::chrono::nanoseconds least = std::chrono::microseconds(500);
    const auto deadline = outbound_.next_deadline();
    return deadline ? std::optional(std::max(*deadline, now_ + least)) : std::nullopt;
}

}  // namespace godwit::simulation
