#include "shared/platform/multicast_groups.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>

namespace godwit::platform {
namespace {

std::error_code change(int option, const FileDescriptor& socket, const wire::Ipv6Address& group,
                       mobility::InterfaceIndex interface) {
    ipv6_mreq request{};
    std::ranges::copy(group.octets, std::begin(request.ipv6mr_multiaddr.s6_addr));
    request.ipv6mr_interface = interface.value;
    return ::setsockopt(socket.number(), IPPROTO_IPV6, option, &request, sizeof request) != 0
               ? last_error()
               : std::error_code{};
}

}  // namespace

std::error_code MulticastGroups::join(const wire::Ipv6Address& group) {
    const auto [place, is_new] = memberships_.try_emplace(group, 0, sockets_.end());
    ++place->second.times;
    return is_new ? enter(group, place->second) : std::error_code{};
}

void MulticastGroups::leave(const wire::Ipv6Address& group) {
    const auto place = memberships_.find(group);
    if (place == memberships_.end() || --place->second.times > 0) {
        return;
    }
    if (const auto socket = place->second.socket; socket != sockets_.end()) {
        // Fails only where the interface has gone, and the membership with it.
        [[maybe_unused]] const std::error_code outcome =
            change(IPV6_LEAVE_GROUP, socket->descriptor, group, interface_);
        if (--socket->groups == 0) {
            sockets_.erase(socket);
        }
    }
    memberships_.erase(place);
}

std::error_code MulticastGroups::move_to(mobility::InterfaceIndex interface) {
    interface_ = interface;
    sockets_.clear();
    std::error_code first;
    for (auto& [group, membership] : memberships_) {
        membership.socket = sockets_.end();
        const std::error_code outcome = enter(group, membership);
        first = first ? first : outcome;
    }
    return first;
}

std::error_code MulticastGroups::enter(const wire::Ipv6Address& group, Membership& membership) {
    std::error_code outcome = std::make_error_code(std::errc::no_buffer_space);
    if (!sockets_.empty()) {
        outcome = change(IPV6_JOIN_GROUP, sockets_.back().descriptor, group, interface_);
    }
    if (outcome == std::errc::no_buffer_space || outcome == std::errc::not_enough_memory) {
        FileDescriptor fresh(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (fresh.number() < 0) {
            return last_error();
        }
        outcome = change(IPV6_JOIN_GROUP, fresh, group, interface_);
        if (!outcome) {
            sockets_.push_back({std::move(fresh), 0});
        }
    }
    if (!outcome) {
        membership.socket = std::prev(sockets_.end());
        ++membership.socket->groups;
    }
    return outcome;
}

}  // namespace godwit::platform
