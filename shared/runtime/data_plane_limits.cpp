// How fast inner packets may go.

#include "shared/runtime/data_plane.hpp"

namespace godwit::runtime {
namespace {

// For packets of this rate; none: there is no limit. A meter that was made stays: a worker may
// still have it.
datapath::RateMeter* meter_for(std::unique_ptr<datapath::RateMeter>& meter,
                               mobility::BitRate rate) {
    if (rate.is_none()) {
        return nullptr;
    }
    if (meter == nullptr) {
        meter = std::make_unique<datapath::RateMeter>(rate);
    }
    return meter.get();
}

bool concerns(const std::unique_ptr<datapath::RateMeter>& meter, mobility::BitRate rate) {
    return meter != nullptr || !rate.is_none();
}

datapath::Traffic over(const std::unique_ptr<datapath::RateMeter>& meter) {
    return meter != nullptr ? meter->over() : datapath::Traffic();
}

}  // namespace

void DataPlane::limit(const wire::HomeAddress& home,
                      const std::optional<datapath::RateLimits>& limits) {
    if (limits) {
        own_limits_.insert_or_assign(home, *limits);
    } else {
        own_limits_.erase(home);
    }
    if (const auto found = bindings_.find(home); found != bindings_.end()) {
        limit_tunnels(home, found->second);
    }
}

void DataPlane::limit_all(const datapath::RateLimits& limits) {
    limits_of_all_ = limits;
    for (auto& [home, binding] : bindings_) {
        limit_tunnels(home, binding);
    }
}

datapath::RateLimits DataPlane::limits(const wire::HomeAddress& home) const {
    const auto own = own_limits_.find(home);
    return own != own_limits_.end() ? own->second : limits_of_all_;
}

DataPlane::Traffic DataPlane::over_limits(const wire::HomeAddress& home) const {
    const auto found = bindings_.find(home);
    if (found == bindings_.end()) {
        return {};
    }
    const Binding& binding = found->second;
    Traffic all{.sent = over(binding.sent_meter), .received = over(binding.received_meter)};
    all.received += over(binding.plain_meter_of_first);
    return all;
}

void DataPlane::limit_tunnels(const wire::HomeAddress& home, Binding& binding) {
    for (const Admitted& admitted : binding.admitted) {
        limit_session(home, binding, admitted.session);
    }
    if (binding.tunnel == Tunnel::plain) {
        limit_plain(home, binding);
    }
    if (binding.tunnel != Tunnel::closed) {
        limit_outbound(home, binding);
    }
}

void DataPlane::limit_session(const wire::HomeAddress& home, Binding& binding,
                              mobility::SessionId session) {
    const mobility::BitRate rate = limits(home).received;
    if (concerns(binding.received_meter, rate)) {
        workers_.inbound(home).publish(
            InboundTunnelWorker::Limit{session, meter_for(binding.received_meter, rate), rate});
    }
}

void DataPlane::limit_plain(const wire::HomeAddress& home, Binding& binding) {
    const mobility::BitRate rate = limits(home).received;
    auto* meter = &binding.received_meter;
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        if (concerns(*meter, rate)) {
            inbound.publish(InboundTunnelWorker::LimitPlain{home, meter_for(*meter, rate), rate});
        }
        meter = &binding.plain_meter_of_first;
    });
}

void DataPlane::limit_outbound(const wire::HomeAddress& home, Binding& binding) {
    const mobility::BitRate rate = limits(home).sent;
    if (concerns(binding.sent_meter, rate)) {
        workers_.outbound(home).publish(
            OutboundTunnelWorker::Limit{home, meter_for(binding.sent_meter, rate), rate});
    }
}

}  // namespace godwit::runtime
