#pragma once
// A UDP socket that asks one address and port, and hears no other: what a machine on the way says
// of it (ICMP) is told, unlike by UdpTunnelSocket.

#include <cstdint>
#include <expected>
#include <span>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

class AskingSocket {
  public:
    // Between the ends of this path, by its interface and no other (0: the routing table's); from a
    // port that is free, or the path's own. `mark` needs CAP_NET_ADMIN; 0: none. Throws
    // std::system_error.
    AskingSocket(const mobility::Path& path, std::uint32_t mark);

    [[nodiscard]] int descriptor() const { return socket_.number(); }
    [[nodiscard]] std::uint16_t local_port() const;
    [[nodiscard]] std::error_code send(wire::BytesView payload) const;
    // The next payload; std::errc::connection_refused: nobody hears there.
    [[nodiscard]] Transferred receive(std::span<std::uint8_t> buffer) const;

  private:
    FileDescriptor socket_;
};

}  // namespace godwit::platform
