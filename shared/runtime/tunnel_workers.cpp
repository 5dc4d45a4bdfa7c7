#include "shared/runtime/tunnel_workers.hpp"

#include <algorithm>
#include <cassert>
#include <stop_token>

namespace godwit::runtime {
namespace {

datapath::ResendLimits share_of(const datapath::ResendLimits& all, mobility::Shards shards) {
    datapath::ResendLimits share = all;
    share.all = all.all / shards.count();
    share.each = std::min(all.each, share.all);
    return share;
}

}  // namespace

TunnelWorkers::Pair::Pair(const ShardDevices& devices, datapath::LookUpBy look_up_by,
                          const wire::HomeAgentAddress& home_agent,
                          const datapath::ResendLimits& resend_limits,
                          const platform::EventSignal& control, wire::OuterDscp outer_dscp)
    : outbound(*devices.tun, devices.sockets, look_up_by, home_agent, resend_limits, control,
               outer_dscp),
      inbound(*devices.tun, devices.sockets, look_up_by, home_agent, control),
      outbound_thread([this](const std::stop_token& stop) { outbound.run(stop); }),
      inbound_thread([this](const std::stop_token& stop) { inbound.run(stop); }) {}

TunnelWorkers::TunnelWorkers(std::span<const ShardDevices> shards, datapath::LookUpBy look_up_by,
                             const wire::HomeAgentAddress& home_agent,
                             const datapath::ResendLimits& resend_limits,
                             const platform::EventSignal& control, wire::OuterDscp outer_dscp)
    : shards_(shards.size()) {
    assert(shards_.count() == shards.size() && "between one and the most");
    const datapath::ResendLimits limits =
        shards.size() == 1 ? resend_limits : share_of(resend_limits, shards_);
    for (const ShardDevices& devices : shards) {
        pairs_.push_back(
            std::make_unique<Pair>(devices, look_up_by, home_agent, limits, control, outer_dscp));
    }
}

}  // namespace godwit::runtime
