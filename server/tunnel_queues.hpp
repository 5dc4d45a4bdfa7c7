#pragma once
// The home agent's TUN interface, with a queue for each pair of workers: how many pairs there are
// is settled here (decision 0038).

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/configuration.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/tun_steering.hpp"

namespace godwit::server {

// What is asked for; without a number, half of the processors, at least one pair.
mobility::Shards wanted_shards(std::optional<std::size_t> configured, std::size_t processors);

class TunnelQueues {
  public:
    // Makes the interface with its first queue, which gets all packets, so that offloads can be
    // tried by it. It stays the only one where the kernel does not let this process divide packets,
    // and with networks behind mobile nodes, which it does not divide by. Then no right to load
    // programs into the kernel is left. Throws std::system_error.
    TunnelQueues(const Configuration& configuration, bool has_networks);
    // The other queues, once, before anybody reads. Says how many there are. Throws
    // std::system_error.
    mobility::Shards open_others();

    [[nodiscard]] mobility::Shards shards() const { return shards_; }
    [[nodiscard]] std::span<const platform::TunDevice> queues() const { return queues_; }
    [[nodiscard]] const std::string& name() const { return queues_.front().name(); }
    [[nodiscard]] mobility::InterfaceIndex interface() const { return queues_.front().interface(); }
    // Nothing where there is one queue.
    [[nodiscard]] const platform::TunSteering* steering() const {
        return steering_ ? &*steering_ : nullptr;
    }
    // Why there are fewer than are wanted; empty: there are not.
    [[nodiscard]] const std::string& shortfall() const { return shortfall_; }

  private:
    [[nodiscard]] std::error_code open_first_of_several(const Configuration& configuration);

    mobility::Shards shards_;
    std::vector<platform::TunDevice> queues_;  // which stay where they are
    std::optional<platform::TunSteering> steering_;
    std::string shortfall_;
};

}  // namespace godwit::server
