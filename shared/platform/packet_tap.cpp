#include "shared/platform/packet_tap.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/uio.h>

#include <array>
#include <utility>

#include "shared/platform/end_elsewhere.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

Transferred transferred(ssize_t octets) {
    if (octets < 0) {
        return std::unexpected(last_error());
    }
    const auto count = static_cast<std::size_t>(octets);
    return count > PacketTap::virtio_header ? count - PacketTap::virtio_header : 0;
}

// Until it is bound to a protocol a packet socket hears nothing, so it hears nobody else's.
FileDescriptor open_tap(mobility::InterfaceIndex interface, PacketTap::Family family) {
    FileDescriptor socket = open_socket(AF_PACKET, SOCK_RAW, 0);
    constexpr int on = 1;
    set_option(socket, SOL_PACKET, PACKET_VNET_HDR, on, "ask for virtio-net headers");
    sockaddr_ll place{};
    place.sll_family = AF_PACKET;
    place.sll_ifindex = static_cast<int>(interface.value);
    place.sll_protocol = htons(family == PacketTap::Family::ipv4 ? ETH_P_IP : ETH_P_IPV6);
    check_syscall("tap an interface",
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&place), sizeof place));
    return socket;
}

}  // namespace

PacketTap::PacketTap(mobility::InterfaceIndex interface, Family family)
    : socket_(open_tap(interface, family)) {}

// For the end of a packet socket the kernel waits until nobody can be looking at it any more, 10 ms
// and longer.
PacketTap::~PacketTap() {
    end_elsewhere(std::move(socket_));
}

Transferred PacketTap::send(std::span<const std::uint8_t, virtio_header> header,
                            wire::BytesView packet) const {
    // writev only reads what iovec calls mutable.
    const std::array parts{
        iovec{const_cast<std::uint8_t*>(header.data()), header.size()},
        iovec{const_cast<std::uint8_t*>(packet.data()), packet.size()},
    };
    return transferred(::writev(socket_.number(), parts.data(), static_cast<int>(parts.size())));
}

Transferred PacketTap::receive(std::span<std::uint8_t, virtio_header> header,
                               std::span<std::uint8_t> buffer) const {
    const std::array parts{iovec{header.data(), header.size()},
                           iovec{buffer.data(), buffer.size()}};
    return transferred(::readv(socket_.number(), parts.data(), static_cast<int>(parts.size())));
}

}  // namespace godwit::platform
