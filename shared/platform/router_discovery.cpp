#include "shared/platform/router_discovery.hpp"

#include <netinet/icmp6.h>

#include <array>
#include <utility>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/neighbor_frames.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {
namespace {

constexpr wire::Ipv6Address all_routers{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
constexpr std::size_t longest_advertisement =
    9216;  // octets: a jumbo frame; RFC 4861 knows no more

constexpr wire::LinkLayerAddress all_routers_link_layer{0x33, 0x33, 0, 0, 0, 2};  // RFC 2464 §7
constexpr std::uint8_t hops = 255;  // RFC 4861 §4.1, §4.3

FileDescriptor open_advertisement_socket() {
    constexpr int on = 1;
    constexpr int off = 0;
    constexpr int multicast_hops = hops;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    icmp6_filter advertisements_only{};
    ICMP6_FILTER_SETBLOCKALL(&advertisements_only);
    ICMP6_FILTER_SETPASS(wire::RouterAdvertisement::type, &advertisements_only);
    ICMP6_FILTER_SETPASS(wire::NeighborAdvertisement::type, &advertisements_only);
    set_option(socket, IPPROTO_ICMPV6, ICMP6_FILTER, advertisements_only, "filter advertisements");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, on, "ask for a packet's hop limit");
    set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for a packet's interface");
    set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, multicast_hops,
               "set the hop limit to 255");
    set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, off, "turn multicast loopback off");
    return socket;
}

// Whether the kernel would take a link-local source; no, where it cannot be asked. Nothing is sent.
bool has_link_local_source(sockaddr_in6 address) {
    const FileDescriptor socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
    address.sin6_port = 0xffff;  // any: connecting a UDP socket only asks for the source
    socklen_t size = sizeof address;
    return ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
           ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
           address_of(address.sin6_addr).is_link_local();
}

}  // namespace

std::optional<RouterNews> router_news_in(mobility::InterfaceIndex interface,
                                         const wire::Ipv6Header& header, wire::BytesView octets) {
    auto message = wire::parse_icmpv6(header, octets);
    if (!message) {
        return std::nullopt;
    }
    if (auto* advertised = std::get_if<wire::RouterAdvertisement>(&*message)) {
        return AdvertisedRouter{interface, header.source, std::move(*advertised)};
    }
    const auto* answer = std::get_if<wire::NeighborAdvertisement>(&*message);
    if (answer != nullptr && answer->solicited && answer->router) {
        return ReachableRouter{interface, answer->target};
    }
    return std::nullopt;
}

RouterDiscovery::RouterDiscovery()
    : socket_(open_advertisement_socket()), frames_(open_socket(AF_PACKET, SOCK_DGRAM, 0)) {}

std::expected<RouterNews, std::error_code> RouterDiscovery::receive() const {
    std::array<std::uint8_t, longest_advertisement> buffer{};
    sockaddr_in6 from{};
    iovec part{buffer.data(), buffer.size()};
    ControlRoom room{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = room.octets.data();
    message.msg_controllen = room.octets.size();
    const ssize_t length = ::recvmsg(socket_.number(), &message, 0);
    if (length < 0) {
        return std::unexpected(last_error());
    }
    const ControlInformation control = read_control(message);
    const wire::Ipv6Header header{.payload_length = static_cast<std::uint16_t>(length),
                                  .next_header = wire::NextHeader::icmpv6,
                                  .hop_limit = control.hop_limit,
                                  .source = address_of(from.sin6_addr),
                                  .destination = control.local};
    const auto octets = wire::BytesView(buffer).first(static_cast<std::size_t>(length));
    auto news = (message.msg_flags & MSG_TRUNC) == 0
                    ? router_news_in(control.interface, header, octets)
                    : std::nullopt;
    if (!news) {
        return std::unexpected(std::make_error_code(std::errc::bad_message));
    }
    return *std::move(news);
}

std::error_code RouterDiscovery::solicit(mobility::InterfaceIndex interface) {
    sockaddr_in6 routers = socket_address(all_routers, interface);
    routers.sin6_scope_id = interface.value;
    if (!has_link_local_source(routers)) {
        // That one is tentative yet. RFC 4861 §4.1: then the source is the unspecified address; and
        // never the home address (RFC 6275 §11.5.3), though it is usable on the home link.
        return send_frame(frames_, interface, all_routers_link_layer,
                          neighbor_packet({}, all_routers, wire::RouterSolicitation{}));
    }
    // The kernel writes the checksum, and the source.
    std::array<std::uint8_t, 8> solicitation{wire::RouterSolicitation::type};
    const ssize_t sent = ::sendto(socket_.number(), solicitation.data(), solicitation.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&routers), sizeof routers);
    return sent < 0 ? last_error() : std::error_code{};
}

std::error_code RouterDiscovery::probe(const RouterProbe& probe) {
    wire::NeighborSolicitation solicitation{.target = probe.router, .options = {}};
    solicitation.options.source_link_layer = probe.source_link_layer;
    return send_frame(frames_, probe.interface, probe.router_link_layer,
                      neighbor_packet(probe.source, probe.router, solicitation));
}

}  // namespace godwit::platform
