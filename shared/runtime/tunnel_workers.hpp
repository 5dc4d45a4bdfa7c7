#pragma once
// The workers of the data plane: a pair for each shard (mobility/shard.hpp), whose threads run from
// here on. Which of them a command is for; all calls are for the control thread.

#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "shared/mobility/shard.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/path_sockets.hpp"
#include "shared/runtime/tunnel_worker_inbound.hpp"
#include "shared/runtime/tunnel_worker_outbound.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

// What a pair of workers reads from and writes to; its own alone.
struct ShardDevices {
    const platform::TunDevice* tun;
    PathSockets sockets;
};

class TunnelWorkers {
  public:
    struct Pair {
        Pair(const ShardDevices& devices, datapath::LookUpBy look_up_by,
             const wire::HomeAgentAddress& home_agent, const datapath::ResendLimits& resend_limits,
             const platform::EventSignal& control, wire::OuterDscp outer_dscp);

        OutboundTunnelWorker outbound;
        InboundTunnelWorker inbound;
        // Last: they stop first.
        std::jthread outbound_thread;
        std::jthread inbound_thread;
    };

    // The first is that of shard 0. What is passed outlives it; `resend_limits` are of all
    // together.
    TunnelWorkers(std::span<const ShardDevices> shards, datapath::LookUpBy look_up_by,
                  const wire::HomeAgentAddress& home_agent,
                  const datapath::ResendLimits& resend_limits, const platform::EventSignal& control,
                  wire::OuterDscp outer_dscp);

    [[nodiscard]] mobility::Shards shards() const { return shards_; }
    [[nodiscard]] std::span<const std::unique_ptr<Pair>> pairs() const { return pairs_; }

    [[nodiscard]] OutboundTunnelWorker::Channel& outbound(const wire::HomeAddress& home) const {
        return of(home).outbound.channel();
    }
    // What belongs to no tunnel.
    [[nodiscard]] OutboundTunnelWorker::Channel& outbound() const {
        return pairs_.front()->outbound.channel();
    }
    // Of sealed packets.
    [[nodiscard]] InboundTunnelWorker::Channel& inbound(const wire::HomeAddress& home) const {
        return of(home).inbound.channel();
    }
    // tell(InboundTunnelWorker::Channel&) for each that plain packets of this home address may come
    // to. Only what is IPv6 in UDP tells its home address where the kernel divides; the rest of
    // them comes to the first.
    template <class Tell>
    void tell_of_plain(const wire::HomeAddress& home, Tell tell) const {
        Pair& own = of(home);
        Pair& first = *pairs_.front();
        tell(own.inbound.channel());
        if (&own != &first) {
            tell(first.inbound.channel());
        }
    }

  private:
    [[nodiscard]] Pair& of(const wire::HomeAddress& home) const {
        return *pairs_[shards_.of(home).number];
    }

    mobility::Shards shards_;
    std::vector<std::unique_ptr<Pair>> pairs_;
};

}  // namespace godwit::runtime
