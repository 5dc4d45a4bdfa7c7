#pragma once
// Whole lists of what the kernel has, over rtnetlink.

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include "shared/platform/attempt.hpp"
#include "shared/platform/netlink_socket.hpp"

namespace godwit::platform {

// Behind `objects`; throws std::system_error. A list that changed while it was read may lack
// something: it is read again.
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

}  // namespace godwit::platform
