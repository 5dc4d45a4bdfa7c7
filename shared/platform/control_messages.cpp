#include "shared/platform/control_messages.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cstring>

namespace godwit::platform {
namespace {

template <class T>
T content(const cmsghdr& part) {
    T value{};
    std::memcpy(&value, CMSG_DATA(&part), sizeof value);
    return value;
}

template <class T>
cmsghdr* append(msghdr& message, cmsghdr* part, int level, int type, const T& value) {
    part->cmsg_level = level;
    part->cmsg_type = type;
    part->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(part), &value, sizeof value);
    return CMSG_NXTHDR(&message, part);
}

}  // namespace

ControlInformation read_control(const msghdr& message) {
    ControlInformation information;
    // CMSG_NXTHDR wants a mutable header, and changes nothing.
    auto& parts = const_cast<msghdr&>(message);
    for (const cmsghdr* part = CMSG_FIRSTHDR(&parts); part != nullptr;
         part = CMSG_NXTHDR(&parts, const_cast<cmsghdr*>(part))) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TOS) {
            information.traffic_class = content<std::uint8_t>(*part);
        }
        if (part->cmsg_level == SOL_UDP && part->cmsg_type == UDP_GRO) {
            information.segment_size = static_cast<std::uint16_t>(content<int>(*part));
        }
        if (part->cmsg_level != IPPROTO_IPV6) {
            continue;
        }
        if (part->cmsg_type == IPV6_PKTINFO) {
            const auto arrival = content<in6_pktinfo>(*part);
            information.local = address_of(arrival.ipi6_addr);
            information.interface.value = arrival.ipi6_ifindex;
        } else if (part->cmsg_type == IPV6_TCLASS) {
            information.traffic_class = static_cast<std::uint8_t>(content<int>(*part));
        } else if (part->cmsg_type == IPV6_HOPLIMIT) {
            information.hop_limit = static_cast<std::uint8_t>(content<int>(*part));
        }
    }
    return information;
}

void write_control(msghdr& message, ControlRoom& room, const ControlInformation& information) {
    in6_pktinfo departure{};
    std::ranges::copy(information.local.octets, std::begin(departure.ipi6_addr.s6_addr));
    departure.ipi6_ifindex = information.interface.value;
    message.msg_control = room.octets.data();
    const bool in_segments = information.segment_size != 0;
    message.msg_controllen = CMSG_SPACE(sizeof departure) + CMSG_SPACE(sizeof(int)) +
                             (in_segments ? CMSG_SPACE(sizeof information.segment_size) : 0);
    cmsghdr* next = append(message, CMSG_FIRSTHDR(&message), IPPROTO_IPV6, IPV6_PKTINFO, departure);
    const bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&departure.ipi6_addr);
    next = append(message, next, is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                  is_ipv4 ? IP_TOS : IPV6_TCLASS, int{information.traffic_class});
    if (in_segments) {
        append(message, next, SOL_UDP, UDP_SEGMENT, information.segment_size);
    }
}

sockaddr_in6 socket_address(const wire::Ipv6Address& address, mobility::InterfaceIndex interface) {
    sockaddr_in6 destination{};
    destination.sin6_family = AF_INET6;
    std::ranges::copy(address.octets, std::begin(destination.sin6_addr.s6_addr));
    // Only link-local addresses have a zone (RFC 4007 §6).
    destination.sin6_scope_id = address.is_link_local() ? interface.value : 0;
    return destination;
}

wire::Ipv6Address address_of(const in6_addr& address) {
    wire::Ipv6Address read;
    std::ranges::copy(address.s6_addr, read.octets.begin());
    return read;
}

}  // namespace godwit::platform
