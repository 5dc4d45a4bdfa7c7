#pragma once
// Hears and sends Neighbor Solicitations and Advertisements on one interface, without help from the
// kernel: what is for addresses that this machine does not have, from addresses of one's choice.

#include <expected>
#include <system_error>

#include "shared/mobility/neighbor_packet.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

class NeighborSocket {
  public:
    NeighborSocket();  // hears nothing yet; throws std::system_error

    [[nodiscard]] int descriptor() const { return socket_.number(); }  // readable: receive()

    // From now on this interface and no other.
    std::error_code attach(mobility::InterfaceIndex interface);

    // The next one that came for this machine's link-layer address or a multicast one. Never one's
    // own. std::errc::bad_message: RFC 4861 §7.1 has everybody discard it.
    [[nodiscard]] std::expected<mobility::NeighborPacket, std::error_code> receive() const;

    [[nodiscard]] std::error_code send(const mobility::NeighborPacket& packet) const;

  private:
    mobility::InterfaceIndex interface_{};
    FileDescriptor socket_;
};

}  // namespace godwit::platform
