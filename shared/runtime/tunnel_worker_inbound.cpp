#include "shared/runtime/tunnel_worker_inbound.hpp"

#include <span>
#include <utility>

#include "shared/platform/wait.hpp"

namespace godwit::runtime {

using datapath::DropReason;

InboundTunnelWorker::InboundTunnelWorker(const platform::TunDevice& tun,
                                         platform::RawTunnelSocket& esp,
                                         platform::RawTunnelSocket& ipv6,
                                         datapath::LookUpBy look_up_by,
                                         const platform::EventSignal& control)
    : tun_(&tun),
      esp_(&esp),
      ipv6_(&ipv6),
      control_(&control),
      channel_(control),
      tunnels_(look_up_by),
      buffers_(batch_size) {
    for (std::size_t i = 0; i < batch_size; ++i) {
        arrivals_[i].buffer = buffers_[i].whole();
    }
}

void InboundTunnelWorker::run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { channel_.wake(); });
    std::array<platform::Watched, 3> watched{};
    auto& [commands, sealed, plain] = watched;
    commands.descriptor = channel_.descriptor();
    sealed.descriptor = esp_->descriptor();
    plain.descriptor = ipv6_->descriptor();
    while (!stop.stop_requested()) {
        platform::wait_until_readable(watched);
        if (commands.readable) {
            channel_.woken();
            receive_commands();
        }
        if (sealed.readable) {
            forward_batch(*esp_, wire::NextHeader::esp);
        }
        if (plain.readable) {
            forward_batch(*ipv6_, wire::NextHeader::ipv6);
        }
    }
}

void InboundTunnelWorker::receive_commands() {
    channel_.receive([this](Command command) { return carry_out(std::move(command)); });
}

InboundTunnelWorker::Receipt InboundTunnelWorker::carry_out(Command command) {
    Receipt receipt;
    if (auto* admit = std::get_if<Admit>(&command)) {
        receipt.sealed = tunnels_.admit(std::move(admit->tunnel));
    } else if (const auto* end = std::get_if<End>(&command)) {
        receipt.sealed = tunnels_.end(end->session);
    } else if (auto* admit_plain = std::get_if<AdmitPlain>(&command)) {
        receipt.plain = tunnels_.admit_plain(std::move(admit_plain->tunnel));
    } else if (const auto* close = std::get_if<ClosePlain>(&command)) {
        receipt.plain = tunnels_.close_plain(close->home);
    }
    return receipt;
}

void InboundTunnelWorker::forward_batch(platform::RawTunnelSocket& socket,
                                        wire::NextHeader next_header) {
    // An error of the socket is one that a link reported and that passes: it is read away here.
    const auto count = socket.receive(arrivals_);
    // Whatever was published before the other end could send one of these packets applies to it.
    receive_commands();
    for (const platform::TunnelArrival& arrival : std::span(arrivals_).first(count.value_or(0))) {
        forward(arrival, next_header);
    }
}

void InboundTunnelWorker::forward(const platform::TunnelArrival& arrival,
                                  wire::NextHeader next_header) {
    if (arrival.cut_off) {
        drops_.count(DropReason::too_big);
        return;
    }
    const auto packet = tunnels_.decapsulate(arrival.path.remote, next_header, arrival.payload);
    if (!packet) {
        drops_.count(packet.error());
        return;
    }
    if (packet->sealed != nullptr) {
        report_confirmed(*packet->sealed);
    }
    if (packet->inner.empty()) {
        return;
    }
    if (!tun_->write(packet->inner)) {
        drops_.count(DropReason::not_deliverable);
        return;
    }
    packet->received->count(packet->inner.size());
    received_.count(packet->inner.size());
}

void InboundTunnelWorker::report_confirmed(datapath::SealedTunnel& tunnel) {
    if (!tunnel.confirmed) {
        // Without room the next packet reports it.
        tunnel.confirmed = confirmed_.push(tunnel.key());
        control_->raise();
    }
}

}  // namespace godwit::runtime
