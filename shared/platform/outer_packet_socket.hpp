#pragma once
// Sends outer packets that this program writes whole: in fragments of a length that the path takes,
// or as probes of that length. The way for few packets; all others go by RawTunnelSocket and
// UdpTunnelSocket.

#include <cstdint>
#include <random>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {

struct OuterPacket {
    mobility::Path path;
    wire::NextHeader protocol = wire::NextHeader::esp;  // what the payload is; ip6 only
    std::uint16_t local_port = 0;                       // udp only
    wire::BytesView payload;
    std::uint8_t traffic_class = 0;
    std::uint32_t longest = 0;   // octets of each outer packet, its IP header included; 0: no limit
    bool dont_fragment = false;  // one packet that nobody fragments (RFC 8899 §3)
};

class OuterPacketSocket {
  public:
    // `mark` goes on every packet sent; 0: none. Throws std::system_error.
    explicit OuterPacketSocket(std::uint32_t mark);

    // Sends from the path's local address, which must be this machine's (else
    // std::errc::invalid_argument, over IPv4 network_unreachable), by its interface and no other
    // (0: the routing table's). std::errc::message_size: longer than the interface's MTU.
    [[nodiscard]] std::error_code send(const OuterPacket& packet);

  private:
    struct Family {
        FileDescriptor socket;
        mobility::InterfaceIndex interface;  // that it is bound to
    };

    std::error_code send_whole(Family& family, wire::BytesView octets, const mobility::Path& path);

    Family ipv6_;
    Family ipv4_;
    std::random_device random_;
};

}  // namespace godwit::platform
