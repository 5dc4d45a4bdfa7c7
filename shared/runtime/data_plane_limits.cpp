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
    const auto found = allowances_.find(home);
    if (found == allowances_.end()) {
        return {};
    }
    const Allowances& own = found->second;
    Traffic all{.sent = over(own.sent_meter), .received = over(own.received_meter)};
    all.received += over(own.plain_meter_of_first);
    return all;
}

void DataPlane::forget(const wire::HomeAddress& home) {
    limit(home, std::nullopt);
    if (const auto found = allowances_.find(home); found != allowances_.end()) {
        found->second.is_nobodys = true;
        drop_if_nobodys(home);
    }
}

// As long as there is a binding, a worker may have some of it.
void DataPlane::drop_if_nobodys(const wire::HomeAddress& home) {
    const auto found = allowances_.find(home);
    if (found != allowances_.end() && found->second.is_nobodys && !bindings_.contains(home)) {
        allowances_.erase(found);
    }
}

// Whoever gets the home address before the tunnels of the one before are gone goes on with his.
DataPlane::Allowances& DataPlane::allowances_of_somebody(const wire::HomeAddress& home) {
    Allowances& own = allowances_[home];
    own.is_nobodys = false;
    return own;
}

void DataPlane::limit_tunnels(const wire::HomeAddress& home, const Binding& binding) {
    for (const Admitted& admitted : binding.admitted) {
        limit_session(home, admitted.session);
    }
    if (binding.tunnel == Tunnel::plain) {
        limit_plain(home);
    }
    if (binding.tunnel != Tunnel::closed) {
        limit_outbound(home);
    }
}

void DataPlane::limit_session(const wire::HomeAddress& home, mobility::SessionId session) {
    const mobility::BitRate rate = limits(home).received;
    auto& meter = allowances_[home].received_meter;
    if (concerns(meter, rate)) {
        workers_.inbound(home).publish(
            InboundTunnelWorker::Limit{session, meter_for(meter, rate), rate});
    }
}

void DataPlane::limit_plain(const wire::HomeAddress& home) {
    const mobility::BitRate rate = limits(home).received;
    Allowances& own = allowances_[home];
    auto* meter = &own.received_meter;
    workers_.tell_of_plain(home, [&](InboundTunnelWorker::Channel& inbound) {
        if (concerns(*meter, rate)) {
            inbound.publish(InboundTunnelWorker::LimitPlain{home, meter_for(*meter, rate), rate});
        }
        meter = &own.plain_meter_of_first;
    });
}

void DataPlane::limit_outbound(const wire::HomeAddress& home) {
    const mobility::BitRate rate = limits(home).sent;
    auto& meter = allowances_[home].sent_meter;
    if (concerns(meter, rate)) {
        workers_.outbound(home).publish(
            OutboundTunnelWorker::Limit{home, meter_for(meter, rate), rate});
    }
}

}  // namespace godwit::runtime
