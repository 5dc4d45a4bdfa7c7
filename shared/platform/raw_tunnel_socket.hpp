#pragma once
// The tunnel's packets on native IPv6, by the batch: ESP (RFC 4303), IPv6-in-IPv6 or IPv4-in-IPv6
// (RFC 2473). Outer packets that are too long for their link go in fragments (RFC 2473 §7.2), which
// the kernel makes, and puts together again. While such a socket is open the kernel sends no
// Parameter Problem for its protocol.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "shared/mobility/path.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/tunnel_packet.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {

class HeadedBatch;
class TunnelBatch;

class RawTunnelSocket {
  public:
    struct Options {
        wire::NextHeader protocol = wire::NextHeader::esp;
        std::uint32_t mark = 0;                  // on every packet sent; 0: none
        std::optional<wire::Ipv6Address> local;  // take packets to this address only
        int buffer_octets = 8 << 20;             // in the kernel, each way, if it may be so much
        // Of several, hear what is of this one: ESP by its SPI, everything else the first.
        mobility::Shards shards{};
        mobility::Shard shard{};
    };

    static constexpr std::size_t max_batch = max_tunnel_batch;

    explicit RawTunnelSocket(const Options& options);  // throws std::system_error
    RawTunnelSocket(RawTunnelSocket&&) noexcept;
    RawTunnelSocket& operator=(RawTunnelSocket&&) noexcept;
    ~RawTunnelSocket();

    [[nodiscard]] int descriptor() const { return listening_.number(); }  // readable: receive()
    // Writable again after send() would have blocked.
    [[nodiscard]] int sending_descriptor() const { return sending_headed_.number(); }

    // Fills arrivals from the front; says how many.
    [[nodiscard]] Transferred receive(std::span<TunnelArrival> arrivals);

    // Sends departures from the front, each from its path's local address and by its path's
    // interface and no other (0: the routing table's); says how many. An error is about the first,
    // and nothing was sent: std::errc::operation_would_block asks for patience, any other means
    // that this packet cannot go. Fewer than given: ask again for the rest. Safe beside receive()
    // in another thread.
    [[nodiscard]] Transferred send(std::span<const TunnelDeparture> departures);

  private:
    FileDescriptor listening_;
    FileDescriptor sending_;         // the kernel writes the IPv6 header
    FileDescriptor sending_headed_;  // it is written here
    std::unique_ptr<TunnelBatch> arriving_;
    std::unique_ptr<TunnelBatch> departing_;
    std::unique_ptr<HeadedBatch> departing_headed_;
};

}  // namespace godwit::platform
