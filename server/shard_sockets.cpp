#include "server/shard_sockets.hpp"

#include <cassert>
#include <cstdint>
#include <utility>

namespace godwit::server {
namespace {

constexpr std::uint32_t unmarked = 0;

platform::RawTunnelSocket::Options options_for(wire::NextHeader protocol,
                                               const Configuration& configuration,
                                               mobility::Shards shards, mobility::Shard shard) {
    return {.protocol = protocol,
            .local = configuration.address.address,
            .shards = shards,
            .shard = shard};
}

}  // namespace

ShardSockets::OfShard::OfShard(const Configuration& configuration, mobility::Shards shards,
                               mobility::Shard shard)
    : esp(options_for(wire::NextHeader::esp, configuration, shards, shard)),
      ipv6(options_for(wire::NextHeader::ipv6, configuration, shards, shard)),
      ipv4(options_for(wire::NextHeader::ipv4, configuration, shards, shard)),
      outer(unmarked) {}

ShardSockets::ShardSockets(const Configuration& configuration, mobility::Shards shards,
                           const runtime::OffloadSwitches& offloads) {
    for (std::uint16_t number = 0; number < shards.count(); ++number) {
        sockets_.push_back(
            std::make_unique<OfShard>(configuration, shards, mobility::Shard{number}));
    }
    for (const std::uint16_t port : configuration.udp_ports) {
        auto of_port = platform::UdpTunnelSocket::for_shards(
            {.port = port,
             .coalesced = offloads.is_on(runtime::Offload::udp_gro),
             .in_segments = offloads.is_on(runtime::Offload::udp_segment)},
            shards);
        for (std::size_t number = 0; number < of_port.size(); ++number) {
            sockets_[number]->udp.push_back(std::move(of_port[number]));
        }
    }
}

std::vector<runtime::ShardDevices> ShardSockets::devices(const TunnelQueues& queues,
                                                         runtime::OffloadSwitches& offloads) const {
    assert(queues.queues().size() == sockets_.size() && "both are of the same shards");
    std::vector<runtime::ShardDevices> devices;
    for (std::size_t number = 0; number < sockets_.size(); ++number) {
        OfShard& sockets = *sockets_[number];
        devices.push_back({.tun = &queues.queues()[number],
                           .sockets = {.esp = sockets.esp,
                                       .ipv6 = sockets.ipv6,
                                       .ipv4 = sockets.ipv4,
                                       .udp = sockets.udp,
                                       .outer = sockets.outer,
                                       .offloads = &offloads}});
    }
    return devices;
}

}  // namespace godwit::server
