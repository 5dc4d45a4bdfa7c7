#include "shared/runtime/data_plane.hpp"

#include <algorithm>
#include <memory>
#include <ranges>
#include <stop_token>
#include <utility>

namespace godwit::runtime {

using datapath::OutboundTunnel;
using datapath::PlainTunnel;
using datapath::SealedTunnel;

DataPlane::DataPlane(const platform::TunDevice& tun, const Sockets& sockets,
                     datapath::LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent,
                     const datapath::ResendLimits& resend_limits, wire::OuterDscp outer_dscp)
    : flow_direction_(datapath::flow_direction(look_up_by)),
      outbound_(tun, sockets, look_up_by, home_agent, resend_limits, control_, outer_dscp),
      inbound_(tun, sockets, look_up_by, home_agent, control_),
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
    tunnel->whole = binding.mtu.whole;
    tunnel->expected = binding.flow_paths;
    binding.admitted.push_back({session, tunnel.get()});
    binding.received.open(tunnel->received);
    inbound_.channel().publish(InboundTunnelWorker::Admit{std::move(tunnel)});
    limit_session(home, binding, session);
    return true;
}

bool DataPlane::direct(const wire::HomeAddress& home, const mobility::Path& path,
                       const std::optional<mobility::SessionId>& session,
                       const std::vector<mobility::Reception>& receptions,
                       std::optional<mobility::Instant> doubted_since) {
    if (session) {
        return direct_sealed(home, path, *session, receptions, doubted_since);
    }
    direct_plain(home, path);
    return true;
}

bool DataPlane::direct_sealed(const wire::HomeAddress& home, const mobility::Path& path,
                              mobility::SessionId session,
                              const std::vector<mobility::Reception>& receptions,
                              std::optional<mobility::Instant> doubted_since) {
    const auto known = sessions_.find(session);
    const auto found = bindings_.find(home);
    if (known == sessions_.end() || known->second.home != home || found == bindings_.end()) {
        return false;
    }
    Binding& binding = found->second;
    if (binding.is_sealed_by(session)) {
        outbound_.channel().publish(
            OutboundTunnelWorker::Move{home, path, receptions, doubted_since});
        return true;
    }
    auto seal = std::exchange(known->second.seal, std::nullopt);
    if (!seal) {
        return false;
    }
    if (binding.tunnel == Tunnel::plain) {
        inbound_.channel().publish(InboundTunnelWorker::ClosePlain{home});
    }
    publish_tunnel(binding, std::make_unique<OutboundTunnel>(home, path, std::move(seal)),
                   receptions);
    binding.tunnel = Tunnel::sealed;
    binding.sealed_by = session;
    return true;
}

void DataPlane::direct_plain(const wire::HomeAddress& home, const mobility::Path& path) {
    Binding& binding = bindings_[home];
    if (binding.tunnel == Tunnel::plain) {
        outbound_.channel().publish(OutboundTunnelWorker::Move{home, path, {}, {}});
    } else {
        publish_tunnel(binding, std::make_unique<OutboundTunnel>(home, path), {});
        binding.tunnel = Tunnel::plain;
    }
    auto source = std::make_unique<PlainTunnel>(home, path);
    source->whole = binding.mtu.whole;
    binding.received.open(source->received);
    inbound_.channel().publish(InboundTunnelWorker::AdmitPlain{std::move(source)});
    limit_plain(home, binding);
}

std::vector<mobility::Reception> DataPlane::receptions(const wire::HomeAddress& home) const {
    std::vector<mobility::Reception> receptions;
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return receptions;
    }
    for (const Admitted& admitted : std::views::reverse(found->second.admitted)) {
        const auto reception = admitted.tunnel->opener.reception();
        if (reception.highest != 0 && receptions.size() < mobility::max_receptions) {
            receptions.push_back(reception);
        }
    }
    return receptions;
}

void DataPlane::hold(const wire::HomeAddress& home) {
    outbound_.channel().publish(OutboundTunnelWorker::Hold{home});
}

void DataPlane::fit(const wire::HomeAddress& home, const mobility::TunnelMtu& mtu) {
    Binding& binding = bindings_[home];
    binding.mtu = mtu;
    outbound_.channel().publish(OutboundTunnelWorker::Fit{home, mtu});
    for (const Admitted& admitted : binding.admitted) {
        inbound_.channel().publish(InboundTunnelWorker::Fit{admitted.session, mtu.whole});
    }
    inbound_.channel().publish(InboundTunnelWorker::FitPlain{home, mtu.whole});
}

void DataPlane::carry_ipv4(const wire::HomeAddress& home,
                           const std::optional<wire::Ipv4Address>& ipv4) {
    Binding& binding = bindings_[home];
    if (binding.ipv4 != ipv4) {
        end_ipv4(home, binding);
    }
    binding.ipv4 = ipv4;
    if (ipv4) {
        outbound_.channel().publish(OutboundTunnelWorker::CarryIpv4{
            std::make_unique<datapath::Ipv4HomeAddress>(*ipv4, home)});
        inbound_.channel().publish(InboundTunnelWorker::CarryIpv4{
            std::make_unique<datapath::Ipv4HomeAddress>(*ipv4, home)});
    } else {
        forget_if_unused(home);
    }
}

void DataPlane::route_flows(const wire::HomeAddress& home,
                            const std::vector<mobility::NumberedPath>& paths,
                            const std::vector<mobility::FlowRule>& rules) {
    if (rules.empty()) {
        end_flows(home, bindings_[home]);
        forget_if_unused(home);
        return;
    }
    std::vector<mobility::Path> taken;
    for (const mobility::NumberedPath& path : paths) {
        taken.push_back(path.path);
    }
    expect(bindings_[home], std::move(taken));
    outbound_.channel().publish(OutboundTunnelWorker::RouteFlows{
        home, std::make_unique<datapath::FlowRoutes>(home, flow_direction_, paths, rules)});
}

void DataPlane::end_flows(const wire::HomeAddress& home, Binding& binding) {
    if (!binding.flow_paths.empty()) {
        expect(binding, {});
        outbound_.channel().publish(OutboundTunnelWorker::RouteFlows{home, nullptr});
    }
}

void DataPlane::expect(Binding& binding, std::vector<mobility::Path> paths) {
    binding.flow_paths = std::move(paths);
    for (const Admitted& admitted : binding.admitted) {
        inbound_.channel().publish(
            InboundTunnelWorker::Expect{admitted.session, binding.flow_paths});
    }
}

void DataPlane::watch(const mobility::WatchTraffic& order) {
    if (order.what == mobility::WatchTraffic::What::received_along) {
        const auto found = bindings_.find(order.home);
        if (found != bindings_.end()) {
            for (const Admitted& admitted : found->second.admitted) {
                inbound_.channel().publish(
                    InboundTunnelWorker::Watch{admitted.session, order.path});
            }
        }
    } else {
        outbound_.channel().publish(OutboundTunnelWorker::Watch{order.home, order.what});
    }
}

void DataPlane::send_message(const wire::HomeAddress& home, const mobility::Path& path,
                             wire::Bytes packet, std::size_t padded_to) {
    outbound_.channel().publish(
        OutboundTunnelWorker::SendMessage{home, path, std::move(packet), padded_to});
}

void DataPlane::send_bare(const mobility::Path& path, wire::Bytes payload) {
    outbound_.channel().publish(OutboundTunnelWorker::SendBare{path, std::move(payload)});
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
    for (const Admitted& admitted : std::vector(binding.admitted)) {
        close_inbound(binding, admitted.session);
        sessions_.at(admitted.session).seal.reset();
    }
    close_outbound(home, binding);
    end_ipv4(home, binding);
    end_flows(home, binding);
    binding.mtu = datapath::unfitted;
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
    take_messages(notices);
    while (const auto moved = inbound_.take_moved_endpoint()) {
        if (sessions_.contains(moved->session)) {
            notices.moved_endpoints.push_back(*moved);
        }
    }
    while (const auto watched = outbound_.take_watched()) {
        notices.watched.push_back(*watched);
    }
    while (const auto home = inbound_.take_watched()) {
        notices.watched.push_back({*home, mobility::WatchTraffic::What::received_along});
    }
    while (const auto resent = outbound_.take_resent()) {
        notices.resent.push_back(*resent);
    }
    notices.device_lost = outbound_.device_lost();
    return notices;
}

void DataPlane::take_messages(Notices& notices) {
    bool is_more_left = false;
    for (const auto urgency : InboundTunnelWorker::urgencies) {
        std::size_t taken = 0;
        while (auto message =
                   taken < max_messages ? inbound_.take_message(urgency) : std::nullopt) {
            notices.messages.push_back(std::move(*message));
            ++taken;
        }
        is_more_left = is_more_left || taken == max_messages;
    }
    if (is_more_left) {
        control_.raise();
    }
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

void DataPlane::publish_tunnel(Binding& binding, std::unique_ptr<OutboundTunnel> tunnel,
                               const std::vector<mobility::Reception>& receptions) {
    const wire::HomeAddress home = tunnel->home;
    tunnel->mtu = binding.mtu;
    binding.sent.open(tunnel->sent);
    outbound_.channel().publish(OutboundTunnelWorker::Direct{std::move(tunnel), receptions});
    limit_outbound(home, binding);
}

void DataPlane::end_ipv4(const wire::HomeAddress& home, Binding& binding) {
    if (const auto ipv4 = std::exchange(binding.ipv4, std::nullopt)) {
        outbound_.channel().publish(OutboundTunnelWorker::EndIpv4{home, *ipv4});
        inbound_.channel().publish(InboundTunnelWorker::EndIpv4{home, *ipv4});
    }
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
    if (std::erase_if(binding.admitted,
                      [&](const Admitted& admitted) { return admitted.session == session; }) != 0) {
        inbound_.channel().publish(InboundTunnelWorker::End{session});
    }
}

// What a worker gave back is read for the last time and freed here.
void DataPlane::collect_receipts() {
    outbound_.channel().collect([this](OutboundTunnelWorker::Receipt receipt) {
        if (receipt.tunnel != nullptr) {
            bindings_.at(receipt.tunnel->home).sent.close(receipt.tunnel->sent);
            forget_if_unused(receipt.tunnel->home);
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

void DataPlane::forget_if_unused(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found != bindings_.end() && !found->second.is_in_use()) {
        bindings_.erase(found);
    }
}

}  // namespace godwit::runtime
