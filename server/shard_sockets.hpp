#pragma once
// The sockets that tunnelled packets come and leave by, for each pair of workers its own.

#include <memory>
#include <span>
#include <vector>

#include "server/configuration.hpp"
#include "server/tunnel_queues.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/platform/outer_packet_socket.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/offload_switches.hpp"
#include "shared/runtime/tunnel_workers.hpp"

namespace godwit::server {

class ShardSockets {
  public:
    // With those offloads that are on. Throws std::system_error.
    ShardSockets(const Configuration& configuration, mobility::Shards shards,
                 const runtime::OffloadSwitches& offloads);

    // With the queues of as many shards, and the same offloads; all outlive what is made of them.
    [[nodiscard]] std::vector<runtime::ShardDevices> devices(
        const TunnelQueues& queues, runtime::OffloadSwitches& offloads) const;
    // Of shard 0, like all others'.
    [[nodiscard]] std::span<const platform::UdpTunnelSocket> udp() const {
        return sockets_.front()->udp;
    }

  private:
    struct OfShard {
        OfShard(const Configuration& configuration, mobility::Shards shards, mobility::Shard shard);

        platform::RawTunnelSocket esp;
        platform::RawTunnelSocket ipv6;
        platform::RawTunnelSocket ipv4;
        std::vector<platform::UdpTunnelSocket> udp;  // of each port
        platform::OuterPacketSocket outer;
    };

    std::vector<std::unique_ptr<OfShard>> sockets_;
};

}  // namespace godwit::server
