#pragma once
// Room for one inner packet, and around it for what sealing adds: packets are sealed where they
// lie.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/security/esp.hpp"

namespace godwit::datapath {

// The longest inner packet, in octets: jumbo frames. A TUN device's MTU must not be above it.
inline constexpr std::size_t max_inner_packet = 9216;

// Of a tunnel that nobody has fitted to its path yet: no limit.
inline constexpr mobility::TunnelMtu unfitted{.inner = max_inner_packet, .whole = max_inner_packet};

class PacketSlot {
  public:
    // Of which esp_headroom octets at the front and esp_max_tailroom at the end are for sealing.
    explicit PacketSlot(std::span<std::uint8_t> octets) : octets_(octets) {}

    // The octets that a slot for a packet of this length has.
    static constexpr std::size_t octets_for(std::size_t packet) {
        return security::esp_headroom + packet + security::esp_max_tailroom;
    }

    // Where an inner packet is read to, before resize() says how long it is.
    [[nodiscard]] std::span<std::uint8_t> room() const {
        return octets_.subspan(security::esp_headroom, octets_.size() - octets_for(0));
    }
    void resize(std::size_t size) { size_ = size; }  // octets, at most those of room()
    [[nodiscard]] std::span<std::uint8_t> packet() const { return room().first(size_); }

    // All of it, for sealing.
    [[nodiscard]] std::span<std::uint8_t> whole() const { return octets_; }

  private:
    std::span<std::uint8_t> octets_;
    std::size_t size_ = 0;
};

// With octets of its own, for the longest packet there is. They are not cleared: pages that no
// packet has reached stay with the system.
class PacketBuffer : public PacketSlot {
  public:
    PacketBuffer() : PacketSlot(own_) {}
    PacketBuffer(const PacketBuffer&) = delete;
    PacketBuffer& operator=(const PacketBuffer&) = delete;

  private:
    std::array<std::uint8_t, octets_for(max_inner_packet)> own_;
};

}  // namespace godwit::datapath
