#include "shared/platform/neighbor_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "shared/platform/neighbor_frames.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::platform {
namespace {

constexpr std::size_t longest = 1500;  // octets: RFC 4861 knows none near this

// Solicitations and advertisements of this link, which have a hop limit of 255 and nothing before
// the ICMPv6 header. Frames that this machine sends are seen by packet sockets as well.
constexpr std::array filter{
    sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
                         static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 1, 0),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_MULTICAST, 0, 8),
    sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                         static_cast<std::uint32_t>(wire::NextHeader::icmpv6), 0, 6),
    sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 7),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 255, 0, 4),
    sock_filter BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wire::NeighborSolicitation::type, 1, 0),
    sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wire::NeighborAdvertisement::type, 0, 1),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
    sock_filter BPF_STMT(BPF_RET | BPF_K, 0),
};

FileDescriptor open_filtered_socket() {
    FileDescriptor socket = open_socket(AF_PACKET, SOCK_DGRAM, 0);
    auto statements = filter;
    const sock_fprog program{static_cast<unsigned short>(statements.size()), statements.data()};
    set_option(socket, SOL_SOCKET, SO_ATTACH_FILTER, program, "attach the Neighbor filter");
    return socket;
}

}  // namespace

NeighborSocket::NeighborSocket() : socket_(open_filtered_socket()) {}

std::error_code NeighborSocket::attach(mobility::InterfaceIndex interface) {
    interface_ = interface;
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IPV6);
    link.sll_ifindex = static_cast<int>(interface.value);
    const int done =
        ::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&link), sizeof link);
    return done != 0 ? last_error() : std::error_code{};
}

std::expected<mobility::NeighborPacket, std::error_code> NeighborSocket::receive() const {
    std::array<std::uint8_t, longest> buffer{};
    sockaddr_ll from{};
    socklen_t from_size = sizeof from;
    const ssize_t length = ::recvfrom(socket_.number(), buffer.data(), buffer.size(), 0,
                                      reinterpret_cast<sockaddr*>(&from), &from_size);
    if (length < 0) {
        return std::unexpected(last_error());
    }
    auto packet =
        neighbor_packet_in(wire::BytesView(buffer).first(static_cast<std::size_t>(length)));
    if (!packet || from.sll_halen != packet->link_layer.size()) {
        return std::unexpected(std::make_error_code(std::errc::bad_message));
    }
    std::copy_n(std::begin(from.sll_addr), packet->link_layer.size(), packet->link_layer.begin());
    return *std::move(packet);
}

std::error_code NeighborSocket::send(const mobility::NeighborPacket& packet) const {
    const wire::Icmpv6Message message =
        std::visit([](const auto& known) -> wire::Icmpv6Message { return known; }, packet.message);
    return send_frame(socket_, interface_, packet.link_layer,
                      neighbor_packet(packet.source, packet.destination, message));
}

}  // namespace godwit::platform
