#pragma once
// Sends tunnelled packets by the batch through a raw socket of IPPROTO_RAW, with IPv6 headers that
// are written here (IPV6_HDRINCL, raw(7)). It costs the kernel less than a header
// of its own: no checksum while it copies, no hash for a flow label, no control messages but one.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/tunnel_packet.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {

class HeadedBatch {
  public:
    explicit HeadedBatch(wire::NextHeader protocol);
    // The kernel's structures point into each other.
    HeadedBatch(const HeadedBatch&) = delete;
    HeadedBatch& operator=(const HeadedBatch&) = delete;

    // Sends departures from the front, up to the first that leaves from another address or by
    // another interface than the one before, or is longer than its link takes whole; says how many.
    // The socket, always the same one, is bound to that address and interface.
    // std::errc::message_size: the first is too long.
    [[nodiscard]] Transferred send(const FileDescriptor& socket,
                                   std::span<const TunnelDeparture> departures);

  private:
    std::error_code bind(const FileDescriptor& socket, const mobility::Path& path);
    [[nodiscard]] std::size_t prepare(std::span<const TunnelDeparture> departures);
    void prepare(std::size_t index, const TunnelDeparture& departure);

    using Header = std::array<std::uint8_t, wire::Ipv6Header::size>;
    using Parts = std::array<iovec, 2>;  // header and payload

    wire::NextHeader protocol_;
    std::array<mmsghdr, max_tunnel_batch> messages_{};
    std::array<Header, max_tunnel_batch> headers_{};
    std::array<Parts, max_tunnel_batch> parts_{};
    std::array<sockaddr_in6, max_tunnel_batch> peers_{};
    ControlRoom control_{};  // of the first
    mobility::InterfaceIndex bound_to_;
    wire::Ipv6Address bound_from_;
    std::size_t longest_ = any_length;  // payload that the present interface takes whole, octets
    static constexpr std::size_t any_length = 65'535;
};

}  // namespace godwit::platform
