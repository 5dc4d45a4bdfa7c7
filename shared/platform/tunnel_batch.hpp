#pragma once
// Moves tunnelled packets through a socket by the batch (recvmmsg(2), sendmmsg(2)). What the kernel
// wants to be handed is made once, so that a packet costs no allocation.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <span>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/tunnel_packet.hpp"

namespace godwit::platform {

class TunnelBatch {
  public:
    TunnelBatch();
    // The kernel's structures point into each other.
    TunnelBatch(const TunnelBatch&) = delete;
    TunnelBatch& operator=(const TunnelBatch&) = delete;

    // Fills arrivals from the front, at most max_tunnel_batch; says how many. Their paths lack what
    // the socket alone knows: the encapsulation and the local port.
    [[nodiscard]] Transferred receive(const FileDescriptor& socket,
                                      std::span<TunnelArrival> arrivals);
    // Sends departures from the front, up to the first that leaves by another interface than the
    // one before; says how many. The socket, always the same one, is bound to that interface.
    [[nodiscard]] Transferred send(const FileDescriptor& socket,
                                   std::span<const TunnelDeparture> departures);

    // The socket is one of UDP, which takes what goes the same way as many datagrams in one
    // (UDP_SEGMENT, udp(7)).
    void send_in_segments() { takes_segments_ = true; }
    // The interface that it is bound to takes none. Any thread may ask.
    [[nodiscard]] bool refuses_segments() const { return longest_segment_ == 0; }

  private:
    std::error_code bind(const FileDescriptor& socket, mobility::InterfaceIndex interface);
    Transferred transfer(const FileDescriptor& socket, std::span<const TunnelDeparture> departures);
    [[nodiscard]] std::size_t prepare(std::span<const TunnelDeparture> departures);
    [[nodiscard]] std::size_t segments_at(std::span<const TunnelDeparture> departures) const;
    void prepare(std::size_t index, std::size_t payload, std::span<const TunnelDeparture> segments);
    bool leave_segments(std::error_code reason);
    [[nodiscard]] std::size_t departures_in(std::size_t messages) const;

    std::array<mmsghdr, max_tunnel_batch> messages_{};
    std::array<iovec, max_tunnel_departures> payloads_{};
    std::array<sockaddr_in6, max_tunnel_batch> peers_{};
    std::array<ControlRoom, max_tunnel_batch> control_{};
    mobility::InterfaceIndex bound_to_;
    bool takes_segments_ = false;
    // By the present interface: octets of the longest that goes in segments.
    static constexpr std::size_t any_length = 65'535;
    std::atomic<std::size_t> longest_segment_ = any_length;
};

}  // namespace godwit::platform
