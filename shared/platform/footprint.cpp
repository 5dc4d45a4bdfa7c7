#include "shared/platform/footprint.hpp"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

template <class Header>
std::uint8_t protocol_attribute(const nlmsghdr& object, int attribute) {
    const nlattr* found =
        ::nlmsg_find_attr(const_cast<nlmsghdr*>(&object), sizeof(Header), attribute);
    return found == nullptr ? std::uint8_t{0} : ::nla_get_u8(found);
}

std::uint8_t protocol_of(const nlmsghdr& object) {
    switch (object.nlmsg_type) {
        case RTM_NEWROUTE:
            return static_cast<const rtmsg*>(::nlmsg_data(&object))->rtm_protocol;
        case RTM_NEWRULE:
            return protocol_attribute<fib_rule_hdr>(object, FRA_PROTOCOL);
        case RTM_NEWADDR:
            return protocol_attribute<ifaddrmsg>(object, IFA_PROTO);
        default:
            return 0;
    }
}

bool is_gone(std::error_code outcome) {
    static constexpr std::array gone{std::errc::no_such_process, std::errc::no_such_device,
                                     std::errc::no_such_file_or_directory,
                                     std::errc::address_not_available};
    return std::ranges::any_of(gone, [&](std::errc reason) { return outcome == reason; });
}

template <class Header>
void remove_leftovers(NetlinkSocket& netlink, std::uint16_t list, std::uint16_t remove, Header kind,
                      std::uint8_t protocol) {
    std::vector<NetlinkMessage> removals;
    const std::error_code listed =
        netlink.dump(NetlinkMessage(list, NLM_F_DUMP, kind), [&](const nlmsghdr& object) {
            if (protocol_of(object) == protocol) {
                removals.emplace_back(remove, object);
            }
        });
    // An interrupted list is still a list of what is ours: nobody else changes that.
    if (listed != std::errc::interrupted) {
        require("list routes, rules and addresses", listed);
    }
    for (const NetlinkMessage& removal : removals) {
        if (const std::error_code outcome = netlink.request(removal); !is_gone(outcome)) {
            require("remove what an earlier run left behind", outcome);
        }
    }
}

}  // namespace

Footprint::Footprint(Owner owner) : protocol_(static_cast<std::uint8_t>(owner)) {
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        fib_rule_hdr rules{};
        rules.family = family;
        remove_leftovers(netlink_, RTM_GETRULE, RTM_DELRULE, rules, protocol_);
        rtmsg routes{};
        routes.rtm_family = family;
        remove_leftovers(netlink_, RTM_GETROUTE, RTM_DELROUTE, routes, protocol_);
        ifaddrmsg addresses{};
        addresses.ifa_family = family;
        remove_leftovers(netlink_, RTM_GETADDR, RTM_DELADDR, addresses, protocol_);
    }
}

// NOLINTNEXTLINE(bugprone-exception-escape): without memory for a message there is no way on
Footprint::~Footprint() {
    for (const Addition& addition : std::views::reverse(additions_)) {
        // What is refused now, the next start removes.
        [[maybe_unused]] const std::error_code outcome = undo(addition);
    }
}

std::error_code Footprint::put(const Addition& addition) {
    const std::error_code outcome = std::visit(
        [this](const auto& thing) { return platform::add(netlink_, thing, protocol_); }, addition);
    if (!outcome) {
        additions_.push_back(addition);
    }
    return outcome;
}

std::error_code Footprint::take_back(const Addition& addition) {
    const auto position = std::ranges::find(additions_, addition);
    if (position == additions_.end()) {
        return {};
    }
    additions_.erase(position);
    return undo(addition);
}

std::error_code Footprint::undo(const Addition& addition) {
    const std::error_code outcome = std::visit(
        [this](const auto& thing) { return platform::remove(netlink_, thing, protocol_); },
        addition);
    return is_gone(outcome) ? std::error_code{} : outcome;
}

}  // namespace godwit::platform
