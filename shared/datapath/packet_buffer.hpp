#pragma once
// Room for one inner packet, and around it for what sealing adds: packets are sealed and opened
// where they lie.

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

class PacketBuffer {
  public:
    // Not cleared: pages that no packet has reached stay with the system.
    PacketBuffer() {}

    // Where an inner packet is read to, before resize() says how long it is.
    [[nodiscard]] std::span<std::uint8_t> room() {
        return std::span(octets_).subspan(security::esp_headroom, max_inner_packet);
    }
    void resize(std::size_t size) { size_ = size; }  // octets, at most max_inner_packet
    [[nodiscard]] std::span<std::uint8_t> packet() { return room().first(size_); }

    // All of it: for sealing, and for receiving what is sealed.
    [[nodiscard]] std::span<std::uint8_t> whole() { return octets_; }

  private:
    static constexpr std::size_t size_of_sealed =
        security::esp_headroom + max_inner_packet + security::esp_max_tailroom;

    std::array<std::uint8_t, size_of_sealed> octets_;
    std::size_t size_ = 0;
};

}  // namespace godwit::datapath
