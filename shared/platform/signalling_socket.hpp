#pragma once
// Mobility Headers as RFC 6275 puts them on the wire, without help from the kernel: received by a
// packet socket, which sees them before the kernel stumbles over the Home Address option or the
// type 2 routing header (and before SignallingGuard drops them); sent as whole IPv6 packets.

#include <cstdint>
#include <expected>
#include <span>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

struct SignallingArrival {
    mobility::InterfaceIndex interface;
    wire::BytesView
        packet;  // from the IPv6 header to the end of its payload; in the caller's buffer
};

class SignallingSocket {
  public:
    // `mark` goes on every packet sent. Throws std::system_error.
    explicit SignallingSocket(std::uint32_t mark);

    [[nodiscard]] int descriptor() const { return receiving_.number(); }  // readable: receive()

    // The next packet with a Mobility Header, at once or behind up to three extension headers,
    // which arrived for this machine's link-layer address. Its IPv6 addresses may be anybody's.
    // Nothing of it has been verified. One longer than the buffer is cut off.
    [[nodiscard]] std::expected<SignallingArrival, std::error_code> receive(
        std::span<std::uint8_t> buffer) const;

    // Sends a whole IPv6 packet from and to the addresses in its header, by this interface and no
    // other. With an interface the source may be one that this machine does not have (yet).
    // std::errc::network_unreachable: the interface has no route there.
    [[nodiscard]] std::error_code send(wire::BytesView packet,
                                       mobility::InterfaceIndex interface) const;

  private:
    FileDescriptor receiving_;
    FileDescriptor sending_;
};

}  // namespace godwit::platform
