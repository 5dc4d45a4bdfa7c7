#include "shared/runtime/data_plane.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <ranges>
#include <utility>

namespace godwit::runtime {

using datapath::OutboundTunnel;
using datapath::PlainTunnel;
using datapath::SealedTunnel;

DataPlane::DataPlane(const platform::TunDevice& tun, const Sockets& sockets,
                     datapath::LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent,
                     const datapath::ResendLimits& resend_limits, wire::OuterDscp outer_dscp)
    : DataPlane(std::array{ShardDevices{.tun = &tun, .sockets = sockets}}, look_up_by, home_agent,
                resend_limits, outer_dscp) {}

DataPlane::DataPlane(std::span<const ShardDevices> shards, datapath::LookUpBy look_up_by,
                     const wire::HomeAgentAddress& home_agent,
                     const datapath::ResendLimits& resend_limits, wire::OuterDscp outer_dscp,
                     const platform::TunSteering* steering)
    : flow_direction_(datapath::flow_direction(look_up_by)),
      steering_(steering),
      workers_(shards, look_up_by, home_agent, resend_limits, control_, outer_dscp) {}

bool DataPlane::admit(const wire::HomeAddress& home, const security::TunnelKeys& keys) {
    const mobility::SessionId session{keys.inbound_spi};
    if (workers_.shards().of(session) != workers_.shards().of(home)) {
        return false;
    }
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
    tunnel->budget = &allowances_of_somebody(home).budget;
    binding.admitted.push_back({session, tunnel.get()});
    binding.received.open(tunnel->received);
    workers_.inbound(home).publish(InboundTunnelWorker::Admit{std::move(tunnel)});
    limit_session(home, session);
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
        workers_.outbound(home).publish(
            OutboundTunnelWorker::Move{home, path, receptions, doubted_since});
        return true;
    }
    auto seal = std::exchange(known->second.seal, std::nullopt);
    if (!seal) {
        return false;
    }
    if (binding.tunnel == Tunnel::plain) {
        close_plain(home);
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
        workers_.outbound(home).publish(OutboundTunnelWorker::Move{home, path, {}, {}});
    } else {
        publish_tunnel(binding, std::make_unique<OutboundTunnel>(home, path), {});
        binding.tunnel = Tunnel::plain;
    }
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        auto source = std::make_unique<PlainTunnel>(home, path);
        source->whole = binding.mtu.whole;
        source->expected = binding.flow_paths;
        binding.received.open(source->received);
        inbound.publish(InboundTunnelWorker::AdmitPlain{std::move(source)});
    });
    allowances_of_somebody(home);
    limit_plain(home);
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
    workers_.outbound(home).publish(OutboundTunnelWorker::Hold{home});
}

void DataPlane::fit(const wire::HomeAddress& home, const mobility::TunnelMtu& mtu) {
    Binding& binding = bindings_[home];
    binding.mtu = mtu;
    workers_.outbound(home).publish(OutboundTunnelWorker::Fit{home, mtu});
    for (const Admitted& admitted : binding.admitted) {
        workers_.inbound(home).publish(InboundTunnelWorker::Fit{admitted.session, mtu.whole});
    }
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        inbound.publish(InboundTunnelWorker::FitPlain{home, mtu.whole});
    });
}

void DataPlane::carry_ipv4(const wire::HomeAddress& home,
                           const std::optional<wire::Ipv4Address>& ipv4) {
    Binding& binding = bindings_[home];
    if (binding.ipv4 != ipv4) {
        end_ipv4(home, binding);
    }
    binding.ipv4 = ipv4;
    if (!ipv4) {
        forget_if_unused(home);
        return;
    }
    if (steering_ != nullptr) {
        steering_->lead(*ipv4, workers_.shards().of(home));
    }
    workers_.outbound(home).publish(
        OutboundTunnelWorker::CarryIpv4{std::make_unique<datapath::Ipv4HomeAddress>(*ipv4, home)});
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        inbound.publish(InboundTunnelWorker::CarryIpv4{
            std::make_unique<datapath::Ipv4HomeAddress>(*ipv4, home)});
    });
}

void DataPlane::carry_prefixes(const wire::HomeAddress& home,
                               const std::vector<wire::Prefix>& prefixes) {
    const auto has = [](const std::vector<wire::Prefix>& some, const wire::Prefix& prefix) {
        return std::ranges::find(some, prefix) != some.end();
    };
    const auto before = std::exchange(bindings_[home].prefixes, prefixes);
    for (const wire::Prefix& prefix : before) {
        if (!has(prefixes, prefix)) {
            end_prefix(home, prefix);
        }
    }
    for (const wire::Prefix& prefix : prefixes) {
        if (has(before, prefix)) {
            continue;
        }
        workers_.outbound(home).publish(OutboundTunnelWorker::CarryPrefix{
            std::make_unique<datapath::NetworkPrefix>(prefix, home)});
        workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
            inbound.publish(InboundTunnelWorker::CarryPrefix{
                std::make_unique<datapath::NetworkPrefix>(prefix, home)});
        });
    }
    forget_if_unused(home);
}

void DataPlane::end_prefix(const wire::HomeAddress& home, const wire::Prefix& prefix) {
    workers_.outbound(home).publish(OutboundTunnelWorker::EndPrefix{home, prefix});
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        inbound.publish(InboundTunnelWorker::EndPrefix{home, prefix});
    });
}

void DataPlane::route_flows(const wire::HomeAddress& home,
                            const std::vector<mobility::NumberedPath>& paths,
                            const std::vector<mobility::FlowRule>& rules) {
    if (paths.empty()) {
        end_flows(home, bindings_[home]);
        forget_if_unused(home);
        return;
    }
    std::vector<mobility::Path> taken;
    for (const mobility::NumberedPath& path : paths) {
        taken.push_back(path.path);
    }
    expect(home, bindings_[home], std::move(taken));
    workers_.outbound(home).publish(OutboundTunnelWorker::RouteFlows{
        home, rules.empty()
                  ? nullptr
                  : std::make_unique<datapath::FlowRoutes>(home, flow_direction_, paths, rules)});
}

void DataPlane::end_flows(const wire::HomeAddress& home, Binding& binding) {
    if (!binding.flow_paths.empty()) {
        expect(home, binding, {});
        workers_.outbound(home).publish(OutboundTunnelWorker::RouteFlows{home, nullptr});
    }
}

void DataPlane::expect(const wire::HomeAddress& home, Binding& binding,
                       std::vector<mobility::Path> paths) {
    binding.flow_paths = std::move(paths);
    for (const Admitted& admitted : binding.admitted) {
        workers_.inbound(home).publish(
            InboundTunnelWorker::Expect{admitted.session, binding.flow_paths});
    }
    if (binding.tunnel == Tunnel::plain) {
        workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
            inbound.publish(InboundTunnelWorker::ExpectPlain{home, binding.flow_paths});
        });
    }
}

void DataPlane::watch(const mobility::WatchTraffic& order) {
    if (order.what == mobility::WatchTraffic::What::received_along) {
        const auto found = bindings_.find(order.home);
        if (found != bindings_.end()) {
            for (const Admitted& admitted : found->second.admitted) {
                workers_.inbound(order.home)
                    .publish(InboundTunnelWorker::Watch{admitted.session, order.path});
            }
        }
    } else {
        workers_.outbound(order.home).publish(OutboundTunnelWorker::Watch{order.home, order.what});
    }
}

void DataPlane::send_message(const wire::HomeAddress& home, const mobility::Path& path,
                             wire::Bytes packet, std::size_t padded_to) {
    workers_.outbound(home).publish(
        OutboundTunnelWorker::SendMessage{home, path, std::move(packet), padded_to});
}

void DataPlane::send_bare(const mobility::Path& path, wire::Bytes payload) {
    workers_.outbound().publish(OutboundTunnelWorker::SendBare{path, std::move(payload)});
}

void DataPlane::send_dummy(const wire::HomeAddress& home) {
    workers_.outbound(home).publish(OutboundTunnelWorker::SendDummy{home});
}

void DataPlane::close(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return;
    }
    Binding& binding = found->second;
    for (const Admitted& admitted : std::vector(binding.admitted)) {
        close_inbound(home, binding, admitted.session);
        sessions_.at(admitted.session).seal.reset();
    }
    close_outbound(home, binding);
    end_ipv4(home, binding);
    for (const wire::Prefix& prefix : std::exchange(binding.prefixes, {})) {
        end_prefix(home, prefix);
    }
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
    close_inbound(home, binding, session);
    if (binding.is_sealed_by(session)) {
        close_outbound(home, binding);
    }
    forget_if_unused(home);
}

void DataPlane::publish_tunnel(Binding& binding, std::unique_ptr<OutboundTunnel> tunnel,
                               const std::vector<mobility::Reception>& receptions) {
    const wire::HomeAddress home = tunnel->home;
    tunnel->mtu = binding.mtu;
    binding.sent.open(tunnel->sent);
    workers_.outbound(home).publish(OutboundTunnelWorker::Direct{std::move(tunnel), receptions});
    limit_outbound(home);
}

void DataPlane::end_ipv4(const wire::HomeAddress& home, Binding& binding) {
    if (const auto ipv4 = std::exchange(binding.ipv4, std::nullopt)) {
        workers_.outbound(home).publish(OutboundTunnelWorker::EndIpv4{home, *ipv4});
        workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
            inbound.publish(InboundTunnelWorker::EndIpv4{home, *ipv4});
        });
    }
}

void DataPlane::close_outbound(const wire::HomeAddress& home, Binding& binding) {
    if (binding.tunnel == Tunnel::plain) {
        close_plain(home);
    }
    if (binding.tunnel != Tunnel::closed) {
        workers_.outbound(home).publish(OutboundTunnelWorker::Close{home});
    }
    binding.tunnel = Tunnel::closed;
}

void DataPlane::close_plain(const wire::HomeAddress& home) {
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        inbound.publish(InboundTunnelWorker::ClosePlain{home});
    });
}

void DataPlane::close_inbound(const wire::HomeAddress& home, Binding& binding,
                              mobility::SessionId session) {
    if (std::erase_if(binding.admitted,
                      [&](const Admitted& admitted) { return admitted.session == session; }) != 0) {
        workers_.inbound(home).publish(InboundTunnelWorker::End{session});
    }
}

void DataPlane::forget_if_unused(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found != bindings_.end() && !found->second.is_in_use()) {
        bindings_.erase(found);
        drop_if_nobodys(home);
    }
}

}  // namespace godwit::runtime
