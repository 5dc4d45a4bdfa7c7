#include "shared/platform/neighbor_announcement.hpp"

#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <expected>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {
namespace {

constexpr wire::Ipv6Address all_nodes{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

std::expected<wire::LinkLayerAddress, std::error_code> link_layer_address(
    const FileDescriptor& socket, mobility::InterfaceIndex interface) {
    ifreq request{};
    if (::if_indextoname(interface.value, request.ifr_name) == nullptr ||
        ::ioctl(socket.number(), SIOCGIFHWADDR, &request) != 0) {
        return std::unexpected(last_error());
    }
    if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
        return std::unexpected(std::make_error_code(std::errc::not_supported));
    }
    wire::LinkLayerAddress address{};
    std::copy_n(std::begin(request.ifr_hwaddr.sa_data), address.size(), address.begin());
    return address;
}

// The kernel writes the checksum, and the source: an address of the interface.
wire::Bytes advertisement_of(const wire::Ipv6Address& address,
                             const wire::LinkLayerAddress& link_layer) {
    wire::NeighborAdvertisement advertisement{.overrides = true, .target = address};
    advertisement.options.target_link_layer = link_layer;
    return wire::serialize_icmpv6(advertisement, {});
}

}  // namespace

std::error_code announce(mobility::InterfaceIndex interface, const wire::Ipv6Address& address) {
    constexpr int off = 0;
    constexpr int hops = 255;  // RFC 4861 §4.4
    const FileDescriptor socket(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6));
    if (socket.number() < 0 ||
        ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops) != 0 ||
        ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off) != 0) {
        return last_error();
    }
    const auto link_layer = link_layer_address(socket, interface);
    if (!link_layer) {
        return link_layer.error();
    }
    const wire::Bytes message = advertisement_of(address, *link_layer);
    sockaddr_in6 to = socket_address(all_nodes, interface);
    to.sin6_scope_id = interface.value;
    const ssize_t sent = ::sendto(socket.number(), message.data(), message.size(), MSG_DONTWAIT,
                                  reinterpret_cast<const sockaddr*>(&to), sizeof to);
    return sent < 0 ? last_error() : std::error_code{};
}

}  // namespace godwit::platform
