#pragma once
// The tunnel's packets in UDP, over IPv6 and IPv4, by the batch (RFC 5555 §4): what a payload is
// stands in its first octet (datapath/udp_payload.hpp). IPv4 addresses are mapped. The kernel
// writes and reads the outer headers, refuses UDP over IPv6 without a checksum (RFC 8200 §8.1),
// fragments what is too long for its link, and puts fragments together again.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/tunnel_packet.hpp"

namespace godwit::platform {

class TunnelBatch;

class UdpTunnelSocket {
  public:
    struct Options {
        std::uint16_t port = 0;       // 0: one that is free
        std::uint32_t mark = 0;       // on every packet sent; 0: none
        int buffer_octets = 8 << 20;  // in the kernel, each way, if it may be so much
        // May receive many payloads in one (UDP_GRO, udp(7)): TunnelArrival::segment_size. Then
        // buffers have to be of longest_arrival octets.
        bool coalesced = false;
        // What goes the same way is handed to the kernel as many in one (UDP_SEGMENT).
        bool in_segments = true;
    };
    static constexpr std::size_t longest_arrival = 65'535;  // octets

    static constexpr std::size_t max_batch = max_tunnel_batch;

    explicit UdpTunnelSocket(const Options& options);  // throws std::system_error
    // One for each shard, all of the same port: each receives what is of its shard, by
    // udp_shard_filter(), and sends like any other. Throws std::system_error.
    static std::vector<UdpTunnelSocket> for_shards(const Options& options, mobility::Shards shards);
    UdpTunnelSocket(UdpTunnelSocket&&) noexcept;
    UdpTunnelSocket& operator=(UdpTunnelSocket&&) noexcept;
    ~UdpTunnelSocket();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // Either readable: receive(), with which.
    [[nodiscard]] std::array<int, 2> descriptors() const {
        return {listening_.number(), sending_.number()};
    }

    // Fills arrivals from the front; says how many. Their paths are of encapsulation udp, with this
    // socket's port. Errors that routers or links have reported are read away, and hinder nothing.
    // `from`: which of descriptors() to ask, in their order.
    [[nodiscard]] Transferred receive(std::span<TunnelArrival> arrivals,
                                      std::array<bool, 2> from = {true, true});

    // Sends departures from the front, each from its path's local address and this socket's port,
    // by its path's interface and no other (0: the routing table's); says how many. Errors and the
    // rest as RawTunnelSocket::send; only that an IPv4 address which this machine does not have is
    // std::errc::network_unreachable. What goes the same way is handed over as many in one, where
    // the interface takes it so.
    [[nodiscard]] Transferred send(std::span<const TunnelDeparture> departures);

    // As the options say, if the kernel can. In segments a packet costs less than half of what it
    // does natively.
    [[nodiscard]] bool is_coalesced() const { return is_coalesced_; }
    [[nodiscard]] bool is_in_segments() const { return is_in_segments_; }
    // Whether the interface in use has refused many in one, though it takes them one by one. Any
    // thread may ask.
    [[nodiscard]] bool refuses_segments() const;

  private:
    UdpTunnelSocket(const Options& options, FileDescriptor listening, FileDescriptor sending);
    void use_offloads(const Options& options);

    // Two of the same port: one that is bound to an interface is sure to send by it, and gets what
    // comes by it; the other gets all the rest. Where there are several shards it gets everything.
    FileDescriptor listening_;
    FileDescriptor sending_;
    std::uint16_t port_ = 0;
    bool is_coalesced_ = false;
    bool is_in_segments_ = false;
    std::unique_ptr<TunnelBatch> arriving_;
    std::unique_ptr<TunnelBatch> departing_;
};

}  // namespace godwit::platform
