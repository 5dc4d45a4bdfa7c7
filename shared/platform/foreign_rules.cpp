#include "shared/platform/foreign_rules.hpp"

#include <linux/fib_rules.h>

#include "shared/platform/footprint.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/rtnetlink_additions.hpp"
#include "shared/platform/rtnetlink_list.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t local_table = 255;
constexpr std::uint32_t no_table = 0;  // the rule for VRFs, which lead their own interfaces only

std::optional<PolicyRule> foreign_rule_in(const nlmsghdr& message) {
    const auto rule = added_rule_in(message);
    const bool is_systems = rule && (rule->table == local_table || rule->table == no_table);
    return is_systems || protocol_of(message) == static_cast<std::uint8_t>(Owner::mobile_node)
               ? std::nullopt
               : rule;
}

}  // namespace

std::vector<PolicyRule> foreign_rules_before(std::uint32_t priority) {
    NetlinkSocket netlink;
    std::vector<PolicyRule> rules;
    for (const std::uint8_t family : {std::uint8_t{AF_INET6}, std::uint8_t{AF_INET}}) {
        fib_rule_hdr header{};
        header.family = family;
        list(netlink, RTM_GETRULE, header, rules, append_one<foreign_rule_in>);
    }
    std::erase_if(rules, [&](const PolicyRule& rule) { return rule.priority >= priority; });
    return rules;
}

}  // namespace godwit::platform
