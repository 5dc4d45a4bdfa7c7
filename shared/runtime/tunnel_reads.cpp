#include "shared/runtime/tunnel_reads.hpp"

#include <array>

namespace godwit::runtime {

TunnelReads::TunnelReads() : room_(std::make_unique_for_overwrite<std::uint8_t[]>(room)) {
    reads_.reserve(max_packets);
}

TunnelReads::Device TunnelReads::fill(const platform::TunDevice& tun) {
    reads_.clear();
    std::span<std::uint8_t> free(room_.get(), room);
    while (reads_.size() < max_packets && free.size() >= longest) {
        std::array<std::uint8_t, platform::TunDevice::virtio_header> octets{};
        datapath::PacketSlot slot(free.first(longest));
        const auto size = tun.read(octets, slot.room());
        if (!size) {
            const bool is_empty = size.error() == std::errc::operation_would_block ||
                                  size.error() == std::errc::interrupted;
            return is_empty ? Device::there : Device::lost;
        }
        slot = datapath::PacketSlot(free.first(datapath::PacketSlot::octets_for(*size)));
        slot.resize(*size);
        // One that speaks of what this end did not ask for is not a packet.
        if (const auto header = wire::VirtioNetHeader::parse(octets)) {
            reads_.push_back({*header, slot});
            free = free.subspan(slot.whole().size());
        }
    }
    return Device::there;
}

}  // namespace godwit::runtime
