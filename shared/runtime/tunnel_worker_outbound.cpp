#include "shared/runtime/tunnel_worker_outbound.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <span>
#include <system_error>
#include <utility>

#include "shared/datapath/segmentation.hpp"
#include "shared/platform/privileges.hpp"
#include "shared/platform/thread_priority.hpp"
#include "shared/platform/unused_memory.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/esp_cipher.hpp"

namespace godwit::runtime {

using datapath::DropReason;
using What = mobility::WatchTraffic::What;

OutboundTunnelWorker::OutboundTunnelWorker(
    const platform::TunDevice& tun, const PathSockets& sockets, datapath::LookUpBy look_up_by,
    const wire::HomeAgentAddress& home_agent, const datapath::ResendLimits& resend_limits,
    const platform::EventSignal& control, wire::OuterDscp outer_dscp)
    : tun_(&tun),
      control_(&control),
      channel_(control),
      tunnels_(look_up_by, home_agent, resend_limits, outer_dscp),
      reads_(look_up_by, &tunnels_.networks()),
      merged_reads_([&tun](const auto& wanted) { static_cast<void>(tun.give_merged(wanted)); },
                    sockets.offloads),
      segments_(std::make_unique_for_overwrite<std::uint8_t[]>(segments_room)),
      departures_(sockets, *this) {}

void OutboundTunnelWorker::run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { channel_.wake(); });
    enum Place : std::uint8_t { commands, packets, expiry };
    const platform::Readiness readiness(
        std::array{channel_.descriptor(), tun_->descriptor(), expiry_.descriptor()});
    platform::keep_network_capabilities_alone();
    platform::prefer_this_thread();
    security::prepare_for_packets();
    now_ = boot_now();
    while (!stop.stop_requested()) {
        const auto readable = readiness.wait(timeout());
        now_ = boot_now();
        if (readable[commands]) {
            channel_.woken();
            receive_commands();
        }
        if (readable[packets]) {
            read_packets(readiness);
        }
        if (!reads_.empty()) {
            forward_batch();
        }
        send_again();
        if (readable[expiry]) {
            expiry_.clear();
        }
        expire();
    }
}

std::optional<std::chrono::nanoseconds> OutboundTunnelWorker::timeout() const {
    if (!reads_.empty()) {
        return std::chrono::nanoseconds(0);
    }
    // Of what is sent again a little at once: each time the thread wakes up costs.
    constexpr std::chrono::nanoseconds least = std::chrono::microseconds(500);
    const auto deadline = tunnels_.next_deadline();
    return deadline ? std::optional(std::max(*deadline - now_, least)) : std::nullopt;
}

void OutboundTunnelWorker::send_again() {
    if (const auto deadline = tunnels_.next_deadline(); !deadline || now_ < *deadline) {
        return;
    }
    std::size_t count = 0;
    while (const auto packet = tunnels_.next_resent(now_)) {
        departures_.add(*packet, packet->tunnel->path);
        if (++count % platform::max_tunnel_departures == 0) {
            departures_.send();
        }
    }
    send_batch();
    report_resent();
}

// Once in a while: that something is kept a little longer costs nothing, a timer for each wait
// would.
void OutboundTunnelWorker::expire() {
    if (expiry_.is_set()) {
        return;
    }
    tunnels_.expire(now_);
    tunnels_.on_departed();  // send_batch() has left nothing behind
    constexpr std::size_t worth_giving_back = std::size_t{1} << 20U;  // octets
    freed_ += tunnels_.take_freed();
    if (freed_ >= worth_giving_back) {
        freed_ = 0;
        platform::give_back_free_heap();
    }
    for (const auto& [reason, packets] : tunnels_.take_unsent()) {
        drops_.count(reason, packets);
    }
    if (const auto next = tunnels_.next_expiry()) {
        expiry_.set(
            std::max<std::chrono::nanoseconds>(*next - now_, std::chrono::milliseconds(100)));
    }
}

void OutboundTunnelWorker::receive_commands() {
    channel_.receive([this](Command command) {
        return std::visit([this](auto&& order) { return carry_out(std::move(order)); },
                          std::move(command));
    });
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(Direct order) {
    const wire::HomeAddress home = order.tunnel->home;
    Receipt receipt{.tunnel = tunnels_.direct(now_, std::move(order.tunnel))};
    resend(home, order.receptions);
    return receipt;
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(Move order) {
    tunnels_.move(now_, order.home, order.path, order.doubted_since);
    resend(order.home, order.receptions);
    return {};
}

void OutboundTunnelWorker::resend(const wire::HomeAddress& home,
                                  const std::vector<mobility::Reception>& receptions) {
    if (!receptions.empty()) {
        tunnels_.resend(now_, home, receptions);
        report_resent();
    }
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Hold& order) {
    tunnels_.hold(order.home);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Fit& order) {
    tunnels_.fit(order.home, order.mtu);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Limit& order) {
    tunnels_.limit(order.home, order.meter, order.rate);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(CarryIpv4 order) {
    return {.ipv4 = tunnels_.carry_ipv4(std::move(order.address))};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const EndIpv4& order) {
    return {.ipv4 = tunnels_.end_ipv4(order.home, order.address)};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(CarryPrefix order) {
    return {.prefix = tunnels_.carry_prefix(std::move(order.prefix))};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const EndPrefix& order) {
    return {.prefix = tunnels_.end_prefix(order.home, order.prefix)};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(RouteFlows order) {
    return {.flows = tunnels_.route_flows(order.home, std::move(order.flows))};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Watch& order) {
    tunnels_.watch(order.home, order.what);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Close& order) {
    return {.tunnel = tunnels_.close(order.home)};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const SendDummy& order) {
    if (const auto packet = tunnels_.dummy(order.home, own_)) {
        departures_.add(*packet, packet->tunnel->path);
        departures_.send();
    } else {
        drops_.count(packet.error());
    }
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(SendMessage order) {
    if (const auto packet = tunnels_.message(order.home, order.packet, order.padded_to, own_)) {
        departures_.add(*packet, order.path);
        departures_.send();
    } else {
        drops_.count(packet.error());
    }
    return {.message = std::move(order.packet)};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(SendBare order) {
    departures_.add({.bytes = order.payload}, order.path);
    departures_.send();
    return {.message = std::move(order.payload)};
}

void OutboundTunnelWorker::read_packets(const platform::Readiness& readiness) {
    if (reads_.fill(*tun_, now_) == TunnelReads::Device::lost) {
        readiness.leave(tun_->descriptor());
        device_lost_ = true;
        control_->raise();
    }
    if (const auto displaced = reads_.take_displaced()) {
        drops_.count(DropReason::overload, displaced);
    }
    if (const std::size_t unintelligible = reads_.take_unintelligible(); unintelligible != 0) {
        drops_.count(DropReason::malformed, unintelligible);
        merged_reads_.on_unintelligible(unintelligible);
    }
}

void OutboundTunnelWorker::forward_batch() {
    // Whatever was published before one of these packets was written applies to it.
    receive_commands();
    turn_.clear();
    while (auto read = reads_.next(now_)) {
        turn_.push_back(*read);
    }
    tunnels_.prefetch(turn_ | std::views::transform([](const TunnelReads::Read& read) {
                          return read.slot.packet();
                      }));
    std::ranges::for_each(turn_, [this](TunnelReads::Read& read) { forward(read); });
    send_batch();
    reads_.release();
}

void OutboundTunnelWorker::forward(TunnelReads::Read& read) {
    const auto segments = datapath::Segmentation::of(read.header, read.slot.packet());
    merged_reads_.on_read(read.header.segmentation, segments.has_value());
    if (!segments) {
        drops_.count(segments.error());
        return;
    }
    drops_.count(DropReason::overload, read.lost);
    if (segments->is_whole()) {
        if (read.lost == 0 && forward(read.slot) == Fate::wants_answer) {
            answer_too_big(read.slot);
        }
        return;
    }
    bool is_answered = false;  // one is enough to tell its sender, as one lost packet is
    for (std::size_t index = read.lost; index < segments->count(); ++index) {
        datapath::PacketSlot slot = segment_slot(segments->size(index));
        const std::size_t used_before = segments_used_ - slot.whole().size();
        segments->write(index, slot.packet());
        const Fate fate = forward(slot);
        if (fate != Fate::departs) {
            segments_used_ = std::min(segments_used_, used_before);
        }
        if (fate == Fate::wants_answer && !std::exchange(is_answered, true)) {
            answer_too_big(slot);
        }
    }
}

datapath::PacketSlot OutboundTunnelWorker::segment_slot(std::size_t size) {
    const std::size_t octets = datapath::PacketSlot::octets_for(size);
    if (segments_used_ + octets > segments_room) {
        send_batch();
    }
    datapath::PacketSlot slot(
        std::span(segments_.get(), segments_room).subspan(segments_used_, octets));
    slot.resize(size);
    segments_used_ += octets;
    return slot;
}

OutboundTunnelWorker::Fate OutboundTunnelWorker::forward(datapath::PacketSlot slot) {
    const auto packet = tunnels_.encapsulate(now_, slot);
    if (!packet) {
        drops_.count(packet.error());
        const bool is_answered = packet.error() == DropReason::too_big ||
                                 packet.error() == DropReason::encapsulation_limit;
        return is_answered ? Fate::wants_answer : Fate::is_done;
    }
    if (packet->is_waiting) {
        return Fate::is_done;
    }
    depart(*packet);
    return packet->is_kept ? Fate::is_done : Fate::departs;
}

void OutboundTunnelWorker::depart(const datapath::Outgoing& packet) {
    if (packet.by_rule.empty()) {
        departures_.add(packet, packet.tunnel->path);
        return;
    }
    datapath::CopiesSent& copies = copies_[copies_used_++];
    copies = {.left = packet.by_rule.size()};
    for (const mobility::NumberedPath& numbered : packet.by_rule) {
        datapath::Outgoing copy = packet.copy_along(numbered);
        copy.copies = &copies;
        departures_.add(copy, numbered.path);
    }
    if (copies_used_ == copies_.size()) {
        send_batch();  // this one too: where it lies the next one may be taken apart
    }
}

// What has been read or taken apart may be overwritten then.
void OutboundTunnelWorker::send_batch() {
    departures_.send();
    tunnels_.on_departed();
    segments_used_ = 0;
    copies_used_ = 0;
}

// Lost if the TUN device does not take it, as any ICMP error may be.
void OutboundTunnelWorker::answer_too_big(datapath::PacketSlot& slot) {
    if (const auto reply = tunnels_.answer_too_big(now_, slot)) {
        static_cast<void>(tun_->write(*reply));
    }
}

void OutboundTunnelWorker::on_sent(const datapath::Outgoing& packet) {
    if (packet.tunnel == nullptr || !packet.settles_as_sent()) {
        return;
    }
    if (packet.tunnel->seal) {
        report_rekey(*packet.tunnel->seal);
    }
    if (packet.is_traffic) {
        packet.tunnel->sent.count(packet.inner_size);
        sent_.count(packet.inner_size);
        report_watched(*packet.tunnel, packet.inner_size);
    }
}

void OutboundTunnelWorker::on_refused(const datapath::Outgoing& packet, std::error_code reason) {
    const DropReason dropped = datapath::reason_of(reason);
    if (packet.settles_as_refused() && !tunnels_.on_refused(packet, dropped)) {
        drops_.count(dropped);
    }
}

void OutboundTunnelWorker::report_rekey(datapath::OutboundSeal& seal) {
    if (seal.rekey_due() && !seal.rekey_reported) {
        // Without room the next packet reports it.
        seal.rekey_reported = rekey_due_.push(mobility::SessionId{seal.session});
        control_->raise();
    }
}

// Without room it is not told.
void OutboundTunnelWorker::report_resent() {
    while (const auto resent = tunnels_.take_outcome()) {
        static_cast<void>(resent_.push(datapath::Resent(*resent)));
        control_->raise();
    }
}

// Without room the next packet reports it.
void OutboundTunnelWorker::report_watched(datapath::OutboundTunnel& tunnel,
                                          std::size_t inner_size) {
    datapath::TrafficWatch& watch = tunnel.watch;
    if (watch.any_sent) {
        watch.any_sent = !watched_.push({tunnel.home, What::any_sent});
        control_->raise();
    }
    if (watch.large_sent && inner_size > mobility::large_packet) {
        watch.large_sent = !watched_.push({tunnel.home, What::large_sent});
        control_->raise();
    }
}

}  // namespace godwit::runtime
