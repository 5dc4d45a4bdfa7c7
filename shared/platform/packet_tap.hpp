#pragma once
// Where an interface's packets pass: those that come from it are seen here before anything is done
// with them, and what is sent here goes straight into it, past all addresses, routes and firewalls.
// As with a TUN device a virtio-net header stands in front of each (packet(7), PACKET_VNET_HDR).

#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

class PacketTap {
  public:
    static constexpr std::size_t virtio_header = 10;  // octets, as TunDevice's

    enum class Family : std::uint8_t { ipv4, ipv6 };
    // Of an interface without a link layer. Throws std::system_error.
    PacketTap(mobility::InterfaceIndex interface, Family family);
    PacketTap(const PacketTap&) = delete;
    PacketTap& operator=(const PacketTap&) = delete;
    ~PacketTap();

    [[nodiscard]] int descriptor() const { return socket_.number(); }  // non-blocking

    // The packet alone is counted. std::errc::network_down while the interface is down.
    [[nodiscard]] Transferred send(std::span<const std::uint8_t, virtio_header> header,
                                   wire::BytesView packet) const;
    // The packet alone is counted; one that is longer than the buffer is cut off.
    [[nodiscard]] Transferred receive(std::span<std::uint8_t, virtio_header> header,
                                      std::span<std::uint8_t> buffer) const;

  private:
    FileDescriptor socket_;
};

}  // namespace godwit::platform
