#include "shared/runtime/tunnel_worker_outbound.hpp"

#include <array>
#include <span>
#include <system_error>
#include <utility>

#include "shared/platform/wait.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using What = mobility::WatchTraffic::What;

DropReason reason_of(std::error_code refusal) {
    if (refusal == std::errc::network_unreachable || refusal == std::errc::host_unreachable ||
        refusal == std::errc::network_down) {
        return DropReason::no_route;
    }
    // Linux calls a source address that is not, or no longer, ours an invalid argument.
    if (refusal == std::errc::address_not_available || refusal == std::errc::invalid_argument ||
        refusal == std::errc::no_such_device) {
        return DropReason::no_source;
    }
    if (refusal == std::errc::no_buffer_space || refusal == std::errc::operation_would_block) {
        return DropReason::queue_full;
    }
    if (refusal == std::errc::operation_not_permitted || refusal == std::errc::permission_denied) {
        return DropReason::not_permitted;
    }
    return refusal == std::errc::message_size ? DropReason::too_big : DropReason::not_sent;
}

}  // namespace

OutboundTunnelWorker::OutboundTunnelWorker(const platform::TunDevice& tun,
                                           const PathSockets& sockets,
                                           datapath::LookUpBy look_up_by,
                                           const wire::HomeAgentAddress& home_agent,
                                           const platform::EventSignal& control)
    : tun_(&tun),
      control_(&control),
      channel_(control),
      tunnels_(look_up_by, home_agent),
      buffers_(batch_size),
      departures_(sockets, *this) {}

void OutboundTunnelWorker::run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { channel_.wake(); });
    std::array<platform::Watched, 2> watched{};
    auto& [commands, packets] = watched;
    commands.descriptor = channel_.descriptor();
    packets.descriptor = tun_->descriptor();
    while (!stop.stop_requested()) {
        platform::wait_until_readable(watched);
        if (commands.readable) {
            channel_.woken();
            receive_commands();
        }
        if (packets.readable) {
            forward_batch();
        }
        if (device_lost_) {
            packets.descriptor = -1;
        }
    }
}

void OutboundTunnelWorker::receive_commands() {
    channel_.receive([this](Command command) {
        return std::visit([this](auto&& order) { return carry_out(std::move(order)); },
                          std::move(command));
    });
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(Direct order) {
    return {.tunnel = tunnels_.direct(std::move(order.tunnel))};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Move& order) {
    tunnels_.move(order.home, order.path);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Hold& order) {
    tunnels_.hold(order.home);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const Fit& order) {
    tunnels_.fit(order.home, order.mtu);
    return {};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(CarryIpv4 order) {
    return {.ipv4 = tunnels_.carry_ipv4(std::move(order.address))};
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(const EndIpv4& order) {
    return {.ipv4 = tunnels_.end_ipv4(order.home, order.address)};
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

void OutboundTunnelWorker::forward_batch() {
    std::size_t count = 0;
    while (count < batch_size && read(buffers_[count])) {
        ++count;
    }
    read_at_.reset();
    // Whatever was published before one of these packets was written applies to it.
    receive_commands();
    for (datapath::PacketBuffer& buffer : std::span(buffers_).first(count)) {
        if (const auto packet = tunnels_.encapsulate(buffer)) {
            departures_.add(*packet, packet->tunnel->path);
        } else {
            drops_.count(packet.error());
            if (packet.error() == DropReason::too_big) {
                answer_too_big(buffer);
            }
        }
    }
    departures_.send();
}

// False when there is nothing more to read.
bool OutboundTunnelWorker::read(datapath::PacketBuffer& buffer) {
    const auto size = tun_->read(buffer.room());
    if (!size) {
        if (size.error() != std::errc::operation_would_block &&
            size.error() != std::errc::interrupted) {
            device_lost_ = true;
            control_->raise();
        }
        return false;
    }
    buffer.resize(*size);
    return true;
}

// Lost if the TUN device does not take it, as any ICMP error may be.
void OutboundTunnelWorker::answer_too_big(datapath::PacketBuffer& buffer) {
    if (!read_at_) {
        read_at_ = boot_now();
    }
    if (!replies_.take(*read_at_)) {
        return;
    }
    if (const auto reply = tunnels_.answer_too_big(buffer)) {
        static_cast<void>(tun_->write(*reply));
    }
}

void OutboundTunnelWorker::on_sent(const datapath::Outgoing& packet) {
    if (packet.tunnel == nullptr) {
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

void OutboundTunnelWorker::on_refused(std::error_code reason) {
    drops_.count(reason_of(reason));
}

void OutboundTunnelWorker::report_rekey(datapath::OutboundSeal& seal) {
    if (seal.rekey_due() && !seal.rekey_reported) {
        // Without room the next packet reports it.
        seal.rekey_reported = rekey_due_.push(mobility::SessionId{seal.session});
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
