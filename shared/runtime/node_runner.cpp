#include "shared/runtime/node_runner.hpp"

#include <string_view>
#include <system_error>
#include <utility>

#include "shared/mobility/told_receptions.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::runtime {
NodeRunner::NodeRunner(Role role, const Parts& parts,
                       std::function<bool(const wire::Ipv6Address&)> is_ours)
    : role_(role), parts_(parts), is_ours_(std::move(is_ours)) {}

void NodeRunner::join(EventLoop& loop) {
    watches_ = {loop.on_readable(parts_.socket.descriptor(), [this] { read_signalling(); }),
                loop.on_readable(parts_.data_plane.notices(), [this] { read_notices(); })};
}

void NodeRunner::read_signalling() {
    for (std::size_t count = 0; count < max_packets; ++count) {
        const auto arrival = parts_.socket.receive(buffer_);
        if (!arrival) {
            break;
        }
        read_packet(*arrival);
    }
    take_handshakes();
}

void NodeRunner::read_packet(const platform::SignallingArrival& arrival) {
    const auto header = wire::Ipv6Header::parse(arrival.packet);
    if (!header || !is_ours_(header->destination)) {
        return;
    }
    const auto packet = wire::SignallingPacket::parse(arrival.packet);
    if (!packet) {
        drops_.add(wire::name(packet.error()));
        return;
    }
    const mobility::Path path{
        .interface = arrival.interface, .local = packet->destination, .remote = packet->source};
    take({path, *packet});
}

void NodeRunner::read_message(const InboundTunnelWorker::Message& message) {
    const auto packet = wire::SignallingPacket::parse(message.packet);
    if (!packet) {
        drops_.add(wire::name(packet.error()));
        return;
    }
    if (message.sealed_by) {
        const Claim claim{message.path, *packet};
        receive(claim, parts_.authenticator.open_tunnelled(message.path, *message.sealed_by,
                                                           claim.packet));
    } else {
        take({message.path, *packet});
    }
}

// Handshakes cost two hundred times as much as anything else, and anybody may start one.
void NodeRunner::take(Claim claim) {
    if (security::is_initiation(claim.packet.mobility_header)) {
        handshakes_.push_back(std::move(claim));
    } else {
        receive(claim, parts_.authenticator.open(claim.path, claim.packet));
    }
}

// They are on record together, and before anything comes of them.
void NodeRunner::take_handshakes() {
    if (handshakes_.empty()) {
        return;
    }
    const std::vector<Claim> claims = std::exchange(handshakes_, {});
    std::vector<Opened> opened;
    parts_.authenticator.begin_handshakes();
    for (const Claim& claim : claims) {
        opened.push_back(parts_.authenticator.open(claim.path, claim.packet));
    }
    const bool is_on_record = parts_.authenticator.commit_handshakes();
    for (std::size_t index = 0; index < claims.size(); ++index) {
        if (opened[index] && !is_on_record) {
            drop_handshake(*opened[index]);
        } else {
            receive(claims[index], opened[index]);
        }
    }
}

// Who has proved who he is hears why nothing comes of it, as if it had been refused on its own.
void NodeRunner::drop_handshake(const mobility::Received& received) {
    drops_.add("not-on-record");
    const auto* message = std::get_if<0>(&received.content);
    if (message == nullptr) {
        return;
    }
    if (const auto session = mobility::session_of(message->proof())) {
        parts_.authenticator.end(*session);
    }
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message->message())) {
        const mobility::Hint refused{mobility::Hint::Kind::join_refused, update->sequence,
                                     mobility::JoinRefusal::not_durable};
        perform(parts_.node.on_received(
            boot_now(), {.path = received.path, .home = received.home, .content = refused}));
    }
}

void NodeRunner::reject(const Claim& claim, const security::Rejection& rejection) {
    const std::string_view reason = security::name(rejection);
    drops_.add(reason);
    if (parts_.log.shows_debug()) {
        parts_.log.debug("message-rejected", {{"from", claim.packet.source}, {"reason", reason}});
    }
    if (rejection.reply) {
        const wire::HomeAddress home =
            claim.packet.home_address_option.value_or(wire::HomeAddress{claim.packet.source});
        carry_out(mobility::SendMessage{.path = claim.path,
                                        .home = home,
                                        .message = *rejection.reply,
                                        .seal = mobility::Unprotected{}});
    }
}

void NodeRunner::receive(const Claim& claim, const Opened& received) {
    if (!received) {
        reject(claim, received.error());
        return;
    }
    if (const auto* message = std::get_if<0>(&received->content)) {
        parts_.observer.on_message_in(message->message());
    }
    perform(parts_.node.on_received(boot_now(), *received));
}

void NodeRunner::read_notices() {
    const DataPlane::Notices notices = parts_.data_plane.take_notices();
    for (const mobility::SessionId session : notices.confirmed) {
        perform(parts_.node.on_session_confirmed(boot_now(), session));
    }
    for (const mobility::SessionId session : notices.rekey_due) {
        perform(parts_.node.on_rekey_due(boot_now(), session));
    }
    for (const InboundTunnelWorker::Message& message : notices.messages) {
        read_message(message);
    }
    take_handshakes();
    for (const auto& [session, path] : notices.moved_endpoints) {
        perform(parts_.node.on_moved_endpoint(boot_now(), session, path));
    }
    for (const auto& [home, what] : notices.watched) {
        notify_traffic(home, what);
    }
    for (const auto& [home, outcome] : notices.resent) {
        perform(parts_.node.on_resent(
            boot_now(), {.home = home, .resent = outcome.resent, .lost = outcome.lost}));
    }
    if (notices.device_lost) {
        // Nothing can be carried any more; who supervises the daemon starts it anew.
        throw std::system_error(std::make_error_code(std::errc::no_such_device),
                                "read the TUN interface, which somebody has deleted");
    }
}

void NodeRunner::notify_traffic(const wire::HomeAddress& home, mobility::WatchTraffic::What what) {
    const DataPlane::Traffic traffic = parts_.data_plane.traffic(home);
    perform(parts_.node.on_traffic(boot_now(), {.home = home,
                                                .what = what,
                                                .sent = traffic.sent.packets,
                                                .received = traffic.received.packets}));
}

// The acknowledgement that completes a handshake makes its session, so it is sealed in its turn;
// but it leaves last, since the other end's packets may come right after it and want to be
// admitted.
void NodeRunner::perform(const mobility::Actions& actions) {
    parts_.observer.before_actions();
    for (const mobility::Action& action : actions) {
        std::visit([this](const auto& order) { carry_out(order); }, action);
    }
    for (const Sealed& message : std::exchange(held_back_, {})) {
        send(message);
    }
    for (const wire::HomeAddress& home : std::exchange(readings_, {})) {
        notify_traffic(home, mobility::WatchTraffic::What::reading);
    }
}

void NodeRunner::carry_out(const mobility::SendMessage& order) {
    if (order.tells_reception) {
        mobility::SendMessage whole = order;
        whole.tells_reception = false;
        whole.message = mobility::telling(parts_.data_plane.receptions(order.home), order.message);
        carry_out(whole);
        return;
    }
    auto header = parts_.authenticator.seal(order);
    if (!header) {
        parts_.log.error("message-not-sealed", {{"reason", security::name(header.error())}});
        return;
    }
    const bool is_native = way_of(order) == Way::native;
    Sealed sealed{is_native ? addressed(order) : inner(order), order};
    if (!is_native) {
        // No path's address takes part in an inner packet, and no seal covers the checksum.
        wire::write_checksum(*header, sealed.packet.pseudo_header());
    }
    sealed.packet.mobility_header = std::move(*header);
    if (std::holds_alternative<mobility::InHandshake>(order.seal)) {
        held_back_.push_back(std::move(sealed));
    } else {
        send(sealed);
    }
}

void NodeRunner::send(const Sealed& message) {
    const mobility::SendMessage& order = message.order;
    const mobility::Path& path = order.path;
    const Way way = way_of(order);
    if (way == Way::through_tunnel) {
        parts_.data_plane.send_message(order.home, path, message.packet.serialize(),
                                       order.padded_to);
    } else if (way == Way::in_udp) {
        parts_.data_plane.send_bare(path, message.packet.serialize());
    } else if (const auto error = parts_.socket.send(message.packet.serialize(), path.interface)) {
        drops_.add("message-not-sent");
        parts_.log.debug("message-not-sent", {{"to", path.remote}, {"reason", error.message()}});
        return;
    }
    parts_.observer.on_message_out(order.message);
}

NodeRunner::Way NodeRunner::way_of(const mobility::SendMessage& order) {
    const bool is_heartbeat_in_session = std::holds_alternative<wire::Heartbeat>(order.message) &&
                                         std::holds_alternative<mobility::InSession>(order.seal);
    if (std::holds_alternative<mobility::ThroughTunnel>(order.seal) || is_heartbeat_in_session) {
        return Way::through_tunnel;
    }
    return order.path.encapsulation == mobility::Encapsulation::udp ? Way::in_udp : Way::native;
}

wire::SignallingPacket NodeRunner::inner(const mobility::SendMessage& order) const {
    const wire::Ipv6Address& home = order.home.address;
    const wire::Ipv6Address& home_agent = parts_.home_agent.address;
    if (role_ == Role::mobile_node) {
        return {.source = home, .destination = home_agent};
    }
    return {.source = home_agent, .destination = home};
}

wire::SignallingPacket NodeRunner::addressed(const mobility::SendMessage& order) const {
    wire::SignallingPacket packet{.source = order.path.local, .destination = order.path.remote};
    if (order.names_home && role_ == Role::mobile_node && order.path.local != order.home.address) {
        packet.home_address_option = order.home;
    }
    if (order.names_home && role_ == Role::home_agent && order.path.remote != order.home.address) {
        packet.routing_header = order.home;
    }
    return packet;
}

void NodeRunner::carry_out(const mobility::AdmitSession& order) {
    if (const auto keys = parts_.authenticator.take_tunnel_keys(order.session)) {
        suite_ = keys->suite;
        parts_.data_plane.admit(order.home, *keys);
    }
}

void NodeRunner::carry_out(const mobility::DirectTunnel& order) {
    if (!parts_.data_plane.direct(order.home, order.path, order.session, order.receptions,
                                  order.doubted_since)) {
        parts_.log.error("tunnel-not-directed", {{"home", order.home}});
    }
}

void NodeRunner::carry_out(const mobility::ConfirmSession& order) {
    parts_.data_plane.send_dummy(order.home);
}

void NodeRunner::carry_out(const mobility::HoldTunnel& order) {
    parts_.data_plane.hold(order.home);
}

void NodeRunner::carry_out(const mobility::FitTunnel& order) {
    parts_.data_plane.fit(order.home, order.mtu);
    parts_.observer.on_fit(order);
}

void NodeRunner::carry_out(const mobility::CarryIpv4& order) {
    parts_.data_plane.carry_ipv4(order.home, order.ipv4);
}

void NodeRunner::carry_out(const mobility::CarryPrefixes& order) {
    parts_.data_plane.carry_prefixes(order.home, order.prefixes);
}

void NodeRunner::carry_out(const mobility::RouteFlows& order) {
    parts_.data_plane.route_flows(order.home, order.paths, order.rules);
}

void NodeRunner::carry_out(const mobility::WatchTraffic& order) {
    if (order.what == mobility::WatchTraffic::What::reading) {
        readings_.push_back(order.home);
    } else {
        parts_.data_plane.watch(order);
    }
}

void NodeRunner::carry_out(const mobility::CloseTunnel& order) {
    parts_.data_plane.close(order.home);
}

void NodeRunner::carry_out(const mobility::EndSession& order) {
    parts_.data_plane.end(order.session);
    parts_.authenticator.end(order.session);
}

void NodeRunner::carry_out(const mobility::Event& event) {
    if (const auto* dropped = std::get_if<mobility::MessageDropped>(&event)) {
        drops_.add(mobility::name(dropped->reason));
    }
    parts_.observer.on_event(event);
}

}  // namespace godwit::runtime
