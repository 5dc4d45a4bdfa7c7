#include "tests/platform/advertising_router.hpp"

#include <netinet/icmp6.h>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {

AdvertisingRouter::AdvertisingRouter(const NetworkNamespace& there, const NetworkNamespace& here,
                                     const std::string& interface) {
    there.enter();
    run("ip addr add fe80::ff/64 dev " + interface + " nodad; " +
        "echo 1 > /proc/sys/net/ipv6/conf/" + interface + "/forwarding");  // hears ff02::2
    interface_ = interface_called(interface);
    socket_ = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    here.enter();
    icmp6_filter solicitations_only{};
    ICMP6_FILTER_SETBLOCKALL(&solicitations_only);
    ICMP6_FILTER_SETPASS(wire::RouterSolicitation::type, &solicitations_only);
    set_option(socket_, IPPROTO_ICMPV6, ICMP6_FILTER, solicitations_only, "filter solicitations");
    set_option(socket_, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "ask for the hop limit");
}

wire::Ipv6Address AdvertisingRouter::link_local() {
    return address("fe80::ff");
}

wire::RouterAdvertisement AdvertisingRouter::advertisement() {
    wire::RouterAdvertisement advertisement;
    advertisement.router_lifetime = decltype(advertisement.router_lifetime)(1800);
    return advertisement;
}

void AdvertisingRouter::advertise(const wire::RouterAdvertisement& advertisement,
                                  int hop_limit) const {
    const wire::Ipv6Address all_nodes = address("ff02::1");
    set_option(socket_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hop_limit, "set the hop limit");
    wire::Bytes message = wire::serialize_icmpv6(advertisement, {link_local(), all_nodes});
    sockaddr_in6 to = socket_address(all_nodes, interface_);
    to.sin6_scope_id = interface_.value;
    iovec part{message.data(), message.size()};
    ControlRoom room;
    msghdr packet{};
    packet.msg_name = &to;
    packet.msg_namelen = sizeof to;
    packet.msg_iov = &part;
    packet.msg_iovlen = 1;
    write_control(packet, room, {.local = link_local(), .interface = interface_});
    check_syscall("advertise a router", ::sendmsg(socket_.number(), &packet, 0));
}

AdvertisingRouter::Solicitation AdvertisingRouter::solicited() const {
    if (!becomes_readable(socket_.number())) {
        return {};
    }
    ControlRoom room;
    sockaddr_in6 from{};
    msghdr packet{};
    packet.msg_name = &from;
    packet.msg_namelen = sizeof from;
    packet.msg_control = room.octets.data();
    packet.msg_controllen = room.octets.size();
    check_syscall("hear a solicitation", ::recvmsg(socket_.number(), &packet, 0));
    return {.source = address_of(from.sin6_addr), .hop_limit = read_control(packet).hop_limit};
}

}  // namespace godwit::platform
