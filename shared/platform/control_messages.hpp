#pragma once
// The ancillary parts of IPv6 messages (RFC 3542): which address and interface a packet came to, or
// shall leave by, its traffic class and its hop limit. Those of IPv4 messages, whose addresses are
// mapped, differ in the traffic class only, which is their type of service.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// Room for those three and a segment size, aligned as the kernel wants it.
struct alignas(cmsghdr) ControlRoom {
    std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo)) + (3 * CMSG_SPACE(sizeof(int)))> octets;
};

struct ControlInformation {
    wire::Ipv6Address local;
    mobility::InterfaceIndex interface;
    std::uint8_t traffic_class = 0;
    std::uint8_t hop_limit = 0;
    // Many datagrams of UDP in one, each of so many octets and the last perhaps of fewer; 0: one.
    std::uint16_t segment_size = 0;
};

ControlInformation read_control(const msghdr& message);

// Leave by this interface (0: the routing table's), from this address, with this traffic class, in
// segments of this size.
void write_control(msghdr& message, ControlRoom& room, const ControlInformation& information);

sockaddr_in6 socket_address(const wire::Ipv6Address& address, mobility::InterfaceIndex interface);
wire::Ipv6Address address_of(const in6_addr& address);

}  // namespace godwit::platform
