#include "tests/platform/icmp_errors.hpp"

#include <netinet/icmp6.h>

#include <array>
#include <stdexcept>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {

IcmpErrors::IcmpErrors() : socket_(open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)) {
    icmp6_filter filter{};
    ICMP6_FILTER_SETBLOCKALL(&filter);
    ICMP6_FILTER_SETPASS(destination_unreachable, &filter);
    ICMP6_FILTER_SETPASS(parameter_problem, &filter);
    ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
    set_option(socket_, IPPROTO_ICMPV6, ICMP6_FILTER, filter, "filter ICMPv6");
}

std::vector<std::uint8_t> IcmpErrors::from(const wire::Ipv6Address& peer) const {
    const sockaddr_in6 to = socket_address(peer, {});
    std::array<std::uint8_t, 2048> message{ICMP6_ECHO_REQUEST};
    check_syscall("send an echo request",
                  ::sendto(socket_.number(), message.data(), 8, 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof to));
    std::vector<std::uint8_t> types;
    while (becomes_readable(socket_.number())) {
        check_syscall("receive ICMPv6",
                      ::recv(socket_.number(), message.data(), message.size(), 0));
        if (message[0] == ICMP6_ECHO_REPLY) {
            return types;
        }
        types.push_back(message[0]);
    }
    throw std::runtime_error("no echo reply");
}

}  // namespace godwit::platform
