#include "shared/platform/source_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "shared/platform/attempt.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {

std::expected<wire::Ipv6Address, std::error_code> source_address_towards(
    const wire::Ipv6Address& remote) {
    constexpr int off = 0;
    const FileDescriptor socket = open_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, off, "take IPv4 as well");
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = 0xffff;  // any: connecting a UDP socket only asks the routing table
    std::ranges::copy(remote.octets, address.sin6_addr.s6_addr);
    socklen_t size = sizeof address;
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return std::unexpected(last_error());
    }
    wire::Ipv6Address local;
    std::ranges::copy(address.sin6_addr.s6_addr, local.octets.begin());
    return local;
}

}  // namespace godwit::platform
