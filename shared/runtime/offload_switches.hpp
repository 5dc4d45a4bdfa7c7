#pragma once
// Which offloads are in use now. The workers ask and may switch off, the status reads; no one waits
// for another.

#include <array>
#include <atomic>
#include <cstddef>
#include <span>

#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/offload.hpp"

namespace godwit::runtime {

class OffloadSwitches {
  public:
    explicit OffloadSwitches(const OffloadStates& states);
    OffloadSwitches(const OffloadSwitches&) = delete;
    OffloadSwitches& operator=(const OffloadSwitches&) = delete;

    [[nodiscard]] bool is_on(Offload offload) const { return state(offload) == OffloadState::on; }
    // It stays off, and the first reason stays.
    void switch_off(Offload offload, OffloadState why);

    [[nodiscard]] OffloadStates states() const;
    // With what the sockets have met since.
    [[nodiscard]] OffloadStates states(std::span<const platform::UdpTunnelSocket> sockets) const;

  private:
    [[nodiscard]] OffloadState state(Offload offload) const {
        return states_[static_cast<std::size_t>(offload)].load(std::memory_order_relaxed);
    }

    std::array<std::atomic<OffloadState>, all_offloads.size()> states_;
};

}  // namespace godwit::runtime
