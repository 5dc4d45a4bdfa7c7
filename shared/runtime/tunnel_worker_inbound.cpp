#include "shared/runtime/tunnel_worker_inbound.hpp"

#include <cassert>
#include <iterator>
#include <ranges>
#include <utility>

#include "shared/datapath/udp_payload.hpp"
#include "shared/mobility/message_rates.hpp"
#include "shared/platform/privileges.hpp"
#include "shared/platform/readiness.hpp"
#include "shared/platform/thread_priority.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/esp_cipher.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::runtime {

using datapath::DropReason;

namespace {

// An IPv6 packet with the longest Mobility Header, and nothing else that counts.
constexpr std::size_t max_message = wire::Ipv6Header::size + wire::max_mobility_header;

void share(std::span<std::uint8_t> room, std::span<platform::TunnelArrival> arrivals) {
    const std::size_t each = room.size() / arrivals.size();
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        arrivals[i].buffer = room.subspan(i * each, each);
    }
}

}  // namespace

InboundTunnelWorker::InboundTunnelWorker(const platform::TunDevice& tun, const PathSockets& sockets,
                                         datapath::LookUpBy look_up_by,
                                         const wire::HomeAgentAddress& home_agent,
                                         const platform::EventSignal& control)
    : sockets_(sockets),
      control_(&control),
      channel_(control),
      tunnels_(look_up_by, home_agent),
      delivered_({}),
      sink_(tun),
      writes_(sink_, {.tcp = tun.offloads().tcp, .udp = tun.offloads().udp}, sockets.offloads) {
    delivered_.merge(writes_.wanted());
    share(std::span(room_.get(), room_octets), arrivals_);
    share(std::span(room_.get(), room_octets), coalesced_arrivals_);
}

void InboundTunnelWorker::run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { channel_.wake(); });
    const platform::Readiness readiness(descriptors());
    platform::keep_network_capabilities_alone();
    platform::prefer_this_thread();
    security::prepare_for_packets();
    while (!stop.stop_requested()) {
        const auto readable = readiness.wait();
        if (readable[0]) {
            channel_.woken();
            receive_commands();
        }
        forward_from(readable);
    }
}

std::vector<int> InboundTunnelWorker::descriptors() const {
    std::vector<int> all{channel_.descriptor(), sockets_.esp.descriptor(),
                         sockets_.ipv6.descriptor(), sockets_.ipv4.descriptor()};
    for (const platform::UdpTunnelSocket& socket : sockets_.udp) {
        std::ranges::copy(socket.descriptors(), std::back_inserter(all));
    }
    return all;
}

void InboundTunnelWorker::forward_from(platform::Readiness::Places readable) {
    if (readable[1]) {
        forward_batch(sockets_.esp, wire::NextHeader::esp);
    }
    if (readable[2]) {
        forward_batch(sockets_.ipv6, wire::NextHeader::ipv6);
    }
    if (readable[3]) {
        forward_batch(sockets_.ipv4, wire::NextHeader::ipv4);
    }
    std::size_t at = 4;
    for (platform::UdpTunnelSocket& socket : sockets_.udp) {
        if (readable[at] || readable[at + 1]) {
            forward_batch(socket, {readable[at], readable[at + 1]});
        }
        at += 2;
    }
}

void InboundTunnelWorker::receive_commands() {
    channel_.receive([this](Command command) {
        return std::visit([this](auto&& order) { return carry_out(std::move(order)); },
                          std::move(command));
    });
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(Admit order) {
    return {.sealed = tunnels_.admit(std::move(order.tunnel))};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const End& order) {
    return {.sealed = tunnels_.end(order.session)};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(AdmitPlain order) {
    return {.plain = tunnels_.admit_plain(std::move(order.tunnel))};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const ClosePlain& order) {
    return {.plain = tunnels_.close_plain(order.home)};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const Fit& order) {
    tunnels_.fit(order.session, order.whole);
    return {};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const FitPlain& order) {
    tunnels_.fit_plain(order.home, order.whole);
    return {};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const Limit& order) {
    tunnels_.limit(order.session, order.meter, order.rate);
    return {};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const LimitPlain& order) {
    tunnels_.limit_plain(order.home, order.meter, order.rate);
    return {};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(CarryIpv4 order) {
    return {.ipv4 = tunnels_.carry_ipv4(std::move(order.address))};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const EndIpv4& order) {
    return {.ipv4 = tunnels_.end_ipv4(order.home, order.address)};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(CarryPrefix order) {
    return {.prefix = tunnels_.carry_prefix(std::move(order.prefix))};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const EndPrefix& order) {
    return {.prefix = tunnels_.end_prefix(order.home, order.prefix)};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(const Watch& order) {
    tunnels_.watch(order.session, order.path);
    return {};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(Expect order) {
    return {.expected = tunnels_.expect(order.session, std::move(order.paths))};
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(ExpectPlain order) {
    return {.expected = tunnels_.expect_plain(order.home, std::move(order.paths))};
}

std::span<const platform::TunnelArrival> InboundTunnelWorker::take_batch(
    platform::Transferred count, std::span<platform::TunnelArrival> arrivals) {
    // An error of the socket is one that a link reported and that passes: it has been read away.
    now_ = boot_now();
    // Whatever was published before the other end could send one of these packets applies to it.
    receive_commands();
    arrivals = arrivals.first(count.value_or(0));
    tunnels_.prefetch(arrivals | std::views::transform(&platform::TunnelArrival::payload));
    return arrivals;
}

void InboundTunnelWorker::forward_batch(platform::RawTunnelSocket& socket,
                                        wire::NextHeader next_header) {
    for (const platform::TunnelArrival& arrival :
         take_batch(socket.receive(arrivals_), arrivals_)) {
        forward(arrival, arrival.payload, next_header);
    }
    finish_batch();
}

void InboundTunnelWorker::forward_batch(platform::UdpTunnelSocket& socket,
                                        std::array<bool, 2> from) {
    const auto count = socket.receive(coalesced_arrivals_, from);
    for (const platform::TunnelArrival& arrival : take_batch(count, coalesced_arrivals_)) {
        forward_from_udp(arrival);
    }
    finish_batch();
}

void InboundTunnelWorker::forward_from_udp(const platform::TunnelArrival& arrival) {
    datapath::each_datagram(
        arrival.payload, arrival.segment_size, [&](std::span<std::uint8_t> datagram) {
            if (const auto protocol = datapath::protocol_of_udp_payload(datagram)) {
                forward(arrival, datagram, *protocol);
            } else {
                drops_.count(protocol.error());
            }
        });
}

void InboundTunnelWorker::forward(const platform::TunnelArrival& arrival,
                                  std::span<std::uint8_t> payload, wire::NextHeader next_header) {
    if (arrival.cut_off) {
        drops_.count(DropReason::too_big);
        return;
    }
    const auto packet = tunnels_.decapsulate(arrival.path, next_header, payload,
                                             wire::ecn_of(arrival.traffic_class));
    if (!packet) {
        drops_.count(packet.error());
        return;
    }
    if (packet->sealed != nullptr) {
        report_confirmed(*packet->sealed);
    }
    if (packet->has_moved) {
        report_moved(*packet->sealed, arrival.path);
    }
    if (packet->content == datapath::Incoming::Content::packet) {
        deliver(*packet, arrival.path);
    } else if (packet->content == datapath::Incoming::Content::message) {
        hand_over(*packet, arrival.path);
    }
}

void InboundTunnelWorker::deliver(const datapath::Incoming& packet, const mobility::Path& path) {
    if (packet.meter != nullptr && !packet.meter->take(now_, packet.inner.size())) {
        drops_.count(DropReason::rate_limit);
        return;
    }
    delivered_.add(packet.inner);
    packet.received->count(packet.inner.size());
    received_.count(packet.inner.size());
    if (packet.sealed != nullptr && packet.sealed->watched) {
        report_watched(*packet.sealed, path);
    }
}

std::optional<InboundTunnelWorker::Message> InboundTunnelWorker::take_message(Urgency urgency) {
    switch (urgency) {
        case Urgency::sealed:
            return sealed_messages_.pop();
        case Urgency::in_clear:
            return clear_messages_.pop();
        case Urgency::handshake:
            return handshakes_->pop();
    }
    return std::nullopt;
}

void InboundTunnelWorker::hand_over(const datapath::Incoming& message, const mobility::Path& path) {
    if (message.sealed != nullptr) {
        datapath::SignallingBudget* budget = message.sealed->budget;
        // All of them share a queue of four such bursts.
        if (budget != nullptr && !budget->messages.take(now_, mobility::messages_of_each)) {
            drops_.count(DropReason::signalling_overflow);
            return;
        }
        hand_over(sealed_messages_, message, path);
    } else if (message.is_handshake()) {
        hand_over(*handshakes_, message, path);
    } else {
        hand_over(clear_messages_, message, path);
    }
}

// Anybody may send what looks like a message: without room it costs no memory.
template <std::size_t capacity>
void InboundTunnelWorker::hand_over(CommandQueue<Message, capacity>& queue,
                                    const datapath::Incoming& message, const mobility::Path& path) {
    if (message.inner.size() > max_message) {
        drops_.count(DropReason::too_big);
        return;
    }
    if (!queue.has_room()) {
        drops_.count(DropReason::signalling_overflow);
        return;
    }
    const bool room =
        queue.push({.path = path,
                    .packet = {message.inner.begin(), message.inner.end()},
                    .sealed_by = message.sealed != nullptr ? std::optional(message.sealed->key())
                                                           : std::nullopt});
    assert(room && "nobody else pushes");
    static_cast<void>(room);
    has_news_ = true;
}

void InboundTunnelWorker::finish_batch() {
    write_delivered();
    tell();
}

void InboundTunnelWorker::write_delivered() {
    for (const datapath::Coalescer::Write& write : delivered_.writes()) {
        if (const std::size_t lost = writes_.write(write); lost != 0) {
            drops_.count(DropReason::not_deliverable, lost);
        }
    }
    delivered_.clear();
    delivered_.merge(writes_.wanted());
}

// Once for a batch: each waking is a system call.
void InboundTunnelWorker::tell() {
    if (std::exchange(has_news_, false)) {
        control_->raise();
    }
}

void InboundTunnelWorker::report_confirmed(datapath::SealedTunnel& tunnel) {
    if (!tunnel.confirmed) {
        // Without room the next packet reports it.
        tunnel.confirmed = confirmed_.push(tunnel.key());
        has_news_ = true;
    }
}

void InboundTunnelWorker::report_watched(datapath::SealedTunnel& tunnel,
                                         const mobility::Path& path) {
    if (!datapath::comes_from_the_same(path, *tunnel.watched)) {
        return;
    }
    tunnel.watched.reset();
    static_cast<void>(
        watched_.push(wire::HomeAddress(tunnel.home)));  // without room it is not told
    has_news_ = true;
}

void InboundTunnelWorker::report_moved(datapath::SealedTunnel& tunnel, const mobility::Path& path) {
    // Too often, or without room: a later packet reports it, so that the last place is always told.
    if (tunnel.budget != nullptr && !tunnel.budget->moves.take(now_, mobility::moves_of_each)) {
        return;
    }
    if (moved_.push({.session = tunnel.key(), .path = path})) {
        tunnel.heard_by = path;
    }
    has_news_ = true;
}

}  // namespace godwit::runtime
