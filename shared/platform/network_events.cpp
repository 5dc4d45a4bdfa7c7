#include "shared/platform/network_events.hpp"

#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/socket_options.hpp"

namespace godwit::platform {
namespace {

constexpr int event_buffer = 1 << 20;  // octets: a few thousand events between two looks

FileDescriptor subscribe(std::uint32_t groups, int family) {
    FileDescriptor events(
        check_syscall("open a netlink socket",
                      ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, family)));
    enlarge_buffers(events, event_buffer);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    check_syscall(
        "listen for changes of the network",
        ::bind(events.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    return events;
}

}  // namespace

NetworkEvents::NetworkEvents(std::uint32_t groups, Matters matters, int family)
    : events_(subscribe(groups, family)), matters_(std::move(matters)) {}

static_assert(NETLINK_ROUTE == 0);

bool NetworkEvents::any_of(std::span<const std::byte> events, const Matters& matters) {
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

NetworkEvents::Report NetworkEvents::take() {
    alignas(nlmsghdr) std::array<std::byte, 32768> buffer;  // NOLINT: written before it is read
    Report report = Report::nothing;
    for (;;) {
        const ssize_t length = ::recv(events_.number(), buffer.data(), buffer.size(), 0);
        if (length < 0) {
            if (last_error() != std::errc::no_buffer_space) {
                return report;
            }
            report = std::max(report, Report::lost);
        } else if (any_of({buffer.data(), static_cast<std::size_t>(length)}, matters_)) {
            report = Report::matters;
        }
    }
}

}  // namespace godwit::platform
