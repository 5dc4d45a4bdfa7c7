#include "shared/runtime/data_plane.hpp"

#include <algorithm>
#include <memory>
#include <stop_token>
#include <utility>

namespace godwit::runtime {

using datapath::OutboundTunnel;
using datapath::PlainTunnel;
using datapath::SealedTunnel;

DataPlane::DataPlane(const platform::TunDevice& tun, Sockets sockets, datapath::LookUpBy look_up_by)
    : outbound_(tun, sockets.esp, sockets.ipv6, look_up_by, control_),
      inbound_(tun, sockets.esp, sockets.ipv6, look_up_by, control_),
      outbound_thread_([this](const std::stop_token& stop) { outbound_.run(stop); }),
      inbound_thread_([this](const std::stop_token& stop) { inbound_.run(stop); }) {}

bool DataPlane::admit(const wire::HomeAddress& home, const security::TunnelKeys& keys) {
    const mobility::SessionId session{keys.inbound_spi};
    const auto [place, is_new] = sessions_.try_emplace(
        session, Session{.home = home,
                         .seal = datapath::OutboundSeal{.session = session,
                                                        .sealer = security::EspSealer(keys)}});
    if (!is_new) {
        return false;
    }
    auto tunnel = std::make_unique<SealedTunnel>(home, security::EspOpener(keys));
    Binding& binding = bindings_[home];
    binding.admitted.push_back(session);
    binding.received.open(tunnel->received);
    inbound_.channel().publish(InboundTunnelWorker::Admit{std::move(tunnel)});
    return true;
}

bool DataPlane::direct(const wire::HomeAddress& home, const mobility::Path& path,
                       const std::optional<mobility::SessionId>& session) {
    if (session) {
        return direct_sealed(home, path, *session);
    }
    direct_plain(home, path);
    return true;
}

bool DataPlane::direct_sealed(const wire::HomeAddress& home, const mobility::Path& path,
                              mobility::SessionId session) {
    const auto known = sessions_.find(session);
    const auto found = bindings_.find(home);
    if (known == sessions_.end() || known->second.home != home || found == bindings_.end()) {
        return false;
    }
    Binding& binding = found->second;
    if (binding.is_sealed_by(session)) {
        outbound_.channel().publish(OutboundTunnelWorker::Move{home, path});
        return true;
    }
    auto seal = std::exchange(known->second.seal, std::nullopt);
    if (!seal) {
        return false;
    }
    if (binding.tunnel == Tunnel::plain) {
        inbound_.channel().publish(InboundTunnelWorker::ClosePlain{home});
    }
    publish_tunnel(binding, std::make_unique<OutboundTunnel>(home, path, std::move(seal)));
    binding.tunnel = Tunnel::sealed;
    binding.sealed_by = session;
    return true;
}

void DataPlane::direct_plain(const wire::HomeAddress& home, const mobility::Path& path) {
    Binding& binding = bindings_[home];
    if (binding.tunnel == Tunnel::plain) {
        outbound_.channel().publish(OutboundTunnelWorker::Move{home, path});
    } else {
        publish_tunnel(binding, std::make_unique<OutboundTunnel>(home, path));
        binding.tunnel = Tunnel::plain;
    }
    auto source = std::make_unique<PlainTunnel>(home, path.remote);
    binding.received.open(source->received);
    inbound_.channel().publish(InboundTunnelWorker::AdmitPlain{std::move(source)});
}

void DataPlane::send_dummy(const wire::HomeAddress& home) {
    outbound_.channel().publish(OutboundTunnelWorker::SendDummy{home});
}

void DataPlane::close(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return;
    }
    Binding& binding = found->second;
    for (const mobility::SessionId session : std::vector(binding.admitted)) {
        close_inbound(binding, session);
        sessions_.at(session).seal.reset();
    }
    close_outbound(home, binding);
    forget_if_unused(home);
}

void DataPlane::end(mobility::SessionId session) {
    const auto known = sessions_.find(session);
    if (known == sessions_.end()) {
        return;
    }
    const wire::HomeAddress home = known->second.home;
    sessions_.erase(known);
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return;
    }
    Binding& binding = found->second;
    close_inbound(binding, session);
    if (binding.is_sealed_by(session)) {
        close_outbound(home, binding);
    }
    forget_if_unused(home);
}

DataPlane::Notices DataPlane::take_notices() {
    control_.lower();
    collect_receipts();
    Notices notices;
    while (const auto session = inbound_.take_confirmed()) {
        if (sessions_.contains(*session)) {
            notices.confirmed.push_back(*session);
        }
    }
    while (const auto session = outbound_.take_rekey_due()) {
        if (sessions_.contains(*session)) {
            notices.rekey_due.push_back(*session);
        }
    }
    notices.device_lost = outbound_.device_lost();
    return notices;
}

DataPlane::Traffic DataPlane::traffic() const {
    return {.sent = outbound_.sent(), .received = inbound_.received()};
}

std::uint64_t DataPlane::drops(datapath::DropReason reason) const {
    return outbound_.drops().reading(reason) + inbound_.drops().reading(reason);
}

DataPlane::Traffic DataPlane::traffic(const wire::HomeAddress& home) const {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return {};
    }
    return {.sent = found->second.sent.reading(), .received = found->second.received.reading()};
}

void DataPlane::publish_tunnel(Binding& binding, std::unique_ptr<OutboundTunnel> tunnel) {
    binding.sent.open(tunnel->sent);
    outbound_.channel().publish(OutboundTunnelWorker::Direct{std::move(tunnel)});
}

void DataPlane::close_outbound(const wire::HomeAddress& home, Binding& binding) {
    if (binding.tunnel == Tunnel::plain) {
        inbound_.channel().publish(InboundTunnelWorker::ClosePlain{home});
    }
    if (binding.tunnel != Tunnel::closed) {
        outbound_.channel().publish(OutboundTunnelWorker::Close{home});
    }
    binding.tunnel = Tunnel::closed;
}

void DataPlane::close_inbound(Binding& binding, mobility::SessionId session) {
    if (std::erase(binding.admitted, session) != 0) {
        inbound_.channel().publish(InboundTunnelWorker::End{session});
    }
}

// What a worker gave back is read for the last time and freed here.
void DataPlane::collect_receipts() {
    outbound_.channel().collect([this](OutboundTunnelWorker::Receipt tunnel) {
        if (tunnel != nullptr) {
            bindings_.at(tunnel->home).sent.close(tunnel->sent);
            forget_if_unused(tunnel->home);
        }
    });
    inbound_.channel().collect([this](InboundTunnelWorker::Receipt receipt) {
        if (receipt.sealed != nullptr) {
            bindings_.at(receipt.sealed->home).received.close(receipt.sealed->received);
            forget_if_unused(receipt.sealed->home);
        }
        if (receipt.plain != nullptr) {
            bindings_.at(receipt.plain->home).received.close(receipt.plain->received);
            forget_if_unused(receipt.plain->home);
        }
    });
}

// As long as a worker may hold a counter of it, a binding stays.
void DataPlane::forget_if_unused(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return;
    }
    const Binding& binding = found->second;
    if (binding.tunnel == Tunnel::closed && binding.admitted.empty() && !binding.sent.is_open() &&
        !binding.received.is_open()) {
        bindings_.erase(found);
    }
}

}  // namespace godwit::runtime
