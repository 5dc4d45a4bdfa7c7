#pragma once
// Watches what the TUN device gives as many packets in one. If much of it makes no sense, the
// kernel is told to divide it itself.

#include <array>
#include <cstddef>
#include <functional>
#include <utility>

#include "shared/platform/tun_device.hpp"
#include "shared/runtime/offload_switches.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::runtime {

class MergedReads {
  public:
    // So many more than one in nine, and it is no accident.
    static constexpr unsigned patience = 16;

    // TUNSETOFFLOAD, or what stands in for it.
    using GiveMerged = std::function<void(const platform::TunDevice::Offloads&)>;
    // The switches outlive it; without them nothing is changed.
    MergedReads(GiveMerged give_merged, OffloadSwitches* switches)
        : give_merged_(std::move(give_merged)), switches_(switches) {}

    // Of each that came as many in one, or as such: whether its headers agree.
    void on_read(wire::VirtioNetHeader::Segmentation kind, bool makes_sense);
    // So many had a virtio-net header that means nothing: of whichever protocol.
    void on_unintelligible(std::size_t count);

  private:
    void count(Offload offload, bool makes_sense);

    static constexpr unsigned weight = 8;  // of a bad one; a good one takes 1 off

    GiveMerged give_merged_;
    OffloadSwitches* switches_;
    std::array<unsigned, 2> score_{};  // of TCP and of UDP
};

}  // namespace godwit::runtime
