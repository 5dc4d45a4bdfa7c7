#include "shared/runtime/tunnel_worker_outbound.hpp"

#include <span>
#include <system_error>
#include <utility>

#include "shared/platform/wait.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;

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
                                           platform::RawTunnelSocket& esp,
                                           platform::RawTunnelSocket& ipv6,
                                           datapath::LookUpBy look_up_by,
                                           const platform::EventSignal& control)
    : tun_(&tun),
      control_(&control),
      channel_(control),
      tunnels_(look_up_by),
      buffers_(batch_size),
      esp_{.socket = &esp, .departures = {}, .packets = {}},
      ipv6_{.socket = &ipv6, .departures = {}, .packets = {}} {}

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
    channel_.receive([this](Command command) { return carry_out(std::move(command)); });
}

OutboundTunnelWorker::Receipt OutboundTunnelWorker::carry_out(Command command) {
    if (auto* direct = std::get_if<Direct>(&command)) {
        return tunnels_.direct(std::move(direct->tunnel));
    }
    if (const auto* close = std::get_if<Close>(&command)) {
        return tunnels_.close(close->home);
    }
    if (const auto* move = std::get_if<Move>(&command)) {
        tunnels_.move(move->home, move->path);
    } else if (const auto* dummy = std::get_if<SendDummy>(&command)) {
        send_dummy(dummy->home);
    }
    return nullptr;
}

void OutboundTunnelWorker::send_dummy(const wire::HomeAddress& home) {
    const auto packet = tunnels_.dummy(home, dummy_);
    if (packet) {
        enqueue(*packet);
        send(esp_);
    } else {
        drops_.count(packet.error());
    }
}

void OutboundTunnelWorker::forward_batch() {
    std::size_t count = 0;
    while (count < batch_size && read(buffers_[count])) {
        ++count;
    }
    // Whatever was published before one of these packets was written applies to it.
    receive_commands();
    for (datapath::PacketBuffer& buffer : std::span(buffers_).first(count)) {
        if (const auto packet = tunnels_.encapsulate(buffer)) {
            enqueue(*packet);
        } else {
            drops_.count(packet.error());
        }
    }
    send(esp_);
    send(ipv6_);
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

void OutboundTunnelWorker::enqueue(const datapath::Outgoing& packet) {
    Batch& batch = packet.next_header == wire::NextHeader::esp ? esp_ : ipv6_;
    batch.departures[batch.size] = {.payload = packet.bytes, .path = packet.tunnel->path};
    batch.packets[batch.size] = packet;
    ++batch.size;
}

// A packet that the system refuses is counted and passed over: when the care-of address has just
// gone that is every one of them, until the tunnel is directed along another path.
void OutboundTunnelWorker::send(Batch& batch) {
    std::size_t next = 0;
    while (next < batch.size) {
        const auto sent =
            batch.socket->send(std::span(batch.departures).first(batch.size).subspan(next));
        if (!sent) {
            drops_.count(reason_of(sent.error()));
            ++next;
            continue;
        }
        for (const std::size_t end = next + *sent; next < end; ++next) {
            const datapath::Outgoing& packet = batch.packets[next];
            packet.tunnel->sent.count(packet.inner_size);
            sent_.count(packet.inner_size);
            report_rekey(*packet.tunnel);
        }
    }
    batch.size = 0;
}

void OutboundTunnelWorker::report_rekey(datapath::OutboundTunnel& tunnel) {
    if (tunnel.seal && tunnel.seal->rekey_due() && !tunnel.seal->rekey_reported) {
        // Without room the next packet reports it.
        tunnel.seal->rekey_reported = rekey_due_.push(mobility::SessionId{tunnel.seal->session});
        control_->raise();
    }
}

}  // namespace godwit::runtime
