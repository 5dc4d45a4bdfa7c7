#include "shared/platform/footprint.hpp"

#include <linux/fib_rules.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <ranges>

#include "shared/platform/attempt.hpp"
#include "shared/platform/rtnetlink_additions.hpp"
#include "shared/platform/rtnetlink_list.hpp"
#include "shared/platform/rtnetlink_objects.hpp"

namespace godwit::platform {
namespace {

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

// For lists of which each message is one object, or none.
template <auto parse>
auto append_ours(std::uint8_t protocol) {
    return [protocol](const nlmsghdr& message, auto& objects) {
        if (protocol_of(message) != protocol) {
            return;
        }
        if (auto object = parse(message)) {
            objects.push_back(*std::move(object));
        }
    };
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

SystemState Footprint::present() {
    SystemState state;
    std::vector<Link> links;
    list(netlink_, RTM_GETLINK, ifinfomsg{}, links, append_one<link_in>);
    for (const Link& link : links) {
        state.mtus.push_back({.interface = link.index, .octets = link.ipv4_mtu});
        if (link.is_up) {
            state.up.push_back(link.index);
        }
    }
    // Kernels before 5.18 do not tell whose an address is.
    std::vector<AddressOnInterface> addresses;
    list(netlink_, RTM_GETADDR, ifaddrmsg{}, addresses, append_one<added_address_in>);
    std::ranges::copy_if(addresses, std::back_inserter(state.addresses),
                         [this](const AddressOnInterface& address) { return has(address); });
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        rtmsg routes{};
        routes.rtm_family = family;
        list(netlink_, RTM_GETROUTE, routes, state.routes, append_ours<added_route_in>(protocol_));
        fib_rule_hdr rules{};
        rules.family = family;
        list(netlink_, RTM_GETRULE, rules, state.rules, append_ours<added_rule_in>(protocol_));
    }
    return state;
}

bool Footprint::has(const Addition& addition) const {
    return std::ranges::find(additions_, addition) != additions_.end();
}

std::error_code Footprint::put(const Addition& addition) {
    const std::error_code outcome = std::visit(
        [this](const auto& thing) { return platform::add(netlink_, thing, protocol_); }, addition);
    if (!outcome && !has(addition)) {
        additions_.push_back(addition);
    }
    return outcome;
}

std::error_code Footprint::take_back(const Addition& addition) {
    // A route or a rule says whose it is; the kernel removes nobody else's.
    if (std::erase(additions_, addition) == 0 &&
        std::holds_alternative<AddressOnInterface>(addition)) {
        return {};
    }
    return undo(addition);
}

std::error_code Footprint::undo(const Addition& addition) {
    const std::error_code outcome = std::visit(
        [this](const auto& thing) { return platform::remove(netlink_, thing, protocol_); },
        addition);
    return is_gone(outcome) ? std::error_code{} : outcome;
}

}  // namespace godwit::platform
