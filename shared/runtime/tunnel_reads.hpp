#pragma once
// A batch of packets read from the TUN device, each with room around it, so that one that is whole
// is sealed where it lies.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "shared/datapath/packet_buffer.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::runtime {

class TunnelReads {
  public:
    struct Read {
        wire::VirtioNetHeader header;
        datapath::PacketSlot slot;
    };
    enum class Device : std::uint8_t { there, lost };

    TunnelReads();

    // What the device has to give, as far as there is room, in place of what there was.
    [[nodiscard]] Device fill(const platform::TunDevice& tun);
    [[nodiscard]] std::span<Read> packets() { return reads_; }

  private:
    static constexpr std::size_t max_packets = 64;
    static constexpr std::size_t longest =
        datapath::PacketSlot::octets_for(platform::TunDevice::longest_read);
    static constexpr std::size_t room = 4 * longest;  // octets

    std::unique_ptr<std::uint8_t[]> room_;
    std::vector<Read> reads_;
};

}  // namespace godwit::runtime
