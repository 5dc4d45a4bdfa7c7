#include "shared/platform/network_monitor.hpp"

#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>

#include "shared/platform/rtnetlink_objects.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t groups = RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR |
                                 RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE |
                                 RTMGRP_IPV6_IFINFO;
constexpr int event_buffer = 1 << 20;  // octets: a few thousand events between two looks

FileDescriptor subscribe() {
    FileDescriptor events(check_syscall(
        "open a netlink socket",
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)));
    enlarge_buffers(events, event_buffer);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    check_syscall(
        "listen for changes of the network",
        ::bind(events.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return events;
}

bool any_matters(std::span<const std::byte> events) {
    const auto* event = reinterpret_cast<const nlmsghdr*>(events.data());
    int remaining = static_cast<int>(events.size());
    for (; ::nlmsg_ok(event, remaining) != 0;
         event = ::nlmsg_next(const_cast<nlmsghdr*>(event), &remaining)) {
        if (matters(*event)) {
            return true;
        }
    }
    return false;
}

// A list that changed while it was read may lack something: it is read again.
template <class Header, class Object, class Parse>
void list(NetlinkSocket& netlink, std::uint16_t type, const Header& family,
          std::vector<Object>& objects, Parse append) {
    constexpr int attempts = 100;
    const std::size_t before = objects.size();
    std::error_code outcome;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        objects.resize(before);
        outcome = netlink.dump(NetlinkMessage(type, NLM_F_DUMP, family),
                               [&](const nlmsghdr& message) { append(message, objects); });
        if (outcome != std::errc::interrupted) {
            break;
        }
    }
    require("read the state of the network", outcome);
}

// For lists of which each message is one object, or none.
template <auto parse>
constexpr auto append_one = [](const nlmsghdr& message, auto& objects) {
    if (auto object = parse(message)) {
        objects.push_back(*std::move(object));
    }
};

constexpr auto append_routes = [](const nlmsghdr& message, std::vector<KnownRoute>& routes) {
    const std::vector<KnownRoute> more = routes_in(message);
    routes.insert(routes.end(), more.begin(), more.end());
};

}  // namespace

NetworkMonitor::NetworkMonitor() : events_(subscribe()) {}

bool NetworkMonitor::changed() {
    alignas(nlmsghdr) std::array<std::byte, 32768> buffer{};
    bool found = false;
    for (;;) {
        const ssize_t length = ::recv(events_.number(), buffer.data(), buffer.size(), 0);
        if (length < 0) {
            if (last_error() != std::errc::no_buffer_space) {
                return found;
            }
            found = true;  // events were lost: anything may have happened
        } else {
            found = any_matters({buffer.data(), static_cast<std::size_t>(length)}) || found;
        }
    }
}

NetworkSnapshot NetworkMonitor::snapshot() {
    NetworkSnapshot network;
    list(queries_, RTM_GETLINK, ifinfomsg{}, network.links, append_one<link_in>);
    list(queries_, RTM_GETADDR, ifaddrmsg{}, network.addresses, append_one<address_in>);
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        rtmsg header{};
        header.rtm_family = family;
        list(queries_, RTM_GETROUTE, header, network.routes, append_routes);
    }
    list(queries_, RTM_GETNEIGH, ndmsg{}, network.unreachable,
         append_one<unreachable_neighbour_in>);
    return network;
}

}  // namespace godwit::platform
