#include "shared/platform/routing.hpp"

#include <linux/fib_rules.h>
#include <netinet/in.h>

namespace godwit::platform {
namespace {

// The headers have eight bits for a table; the attribute, which always comes along, has 32.
std::uint8_t short_table(std::uint32_t table) {
    return table < 256 ? static_cast<std::uint8_t>(table) : std::uint8_t{RT_TABLE_UNSPEC};
}

std::uint8_t family(bool ipv4) {
    return ipv4 ? AF_INET : AF_INET6;
}

NetlinkMessage about(std::uint16_t type, unsigned flags, const Route& route,
                     std::uint8_t protocol) {
    const bool ipv4 = route.destination.is_ipv4();
    rtmsg header{};
    header.rtm_family = family(ipv4);
    header.rtm_dst_len = length_of(route.destination);
    header.rtm_table = short_table(route.table);
    header.rtm_protocol = protocol;
    // Only IPv4 has scopes: a gateway must be nearer than what lies behind it.
    header.rtm_scope = ipv4 && !route.gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    header.rtm_type = route.is_unreachable ? RTN_UNREACHABLE : RTN_UNICAST;
    NetlinkMessage message(type, flags, header);
    message.put(RTA_DST, route.destination.address)
        .put(RTA_OIF, route.interface)
        .put(RTA_TABLE, route.table)
        .put(RTA_PRIORITY, route.metric);
    if (route.gateway) {
        message.put(RTA_GATEWAY, *route.gateway);
    }
    if (route.preferred_source) {
        message.put(RTA_PREFSRC, *route.preferred_source);
    }
    return message;
}

NetlinkMessage about(std::uint16_t type, unsigned flags, const PolicyRule& rule,
                     std::uint8_t protocol) {
    fib_rule_hdr header{};
    header.family = family(rule.ipv4);
    header.table = short_table(rule.table);
    header.action = FR_ACT_TO_TBL;
    header.flags = rule.inverted ? FIB_RULE_INVERT : 0;
    header.src_len = rule.from ? length_of(*rule.from) : std::uint8_t{0};
    header.dst_len = rule.to ? length_of(*rule.to) : std::uint8_t{0};
    NetlinkMessage message(type, flags, header);
    message.put(FRA_PRIORITY, rule.priority).put(FRA_TABLE, rule.table).put(FRA_PROTOCOL, protocol);
    if (rule.from) {
        message.put(FRA_SRC, rule.from->address);
    }
    if (rule.to) {
        message.put(FRA_DST, rule.to->address);
    }
    if (rule.mark) {
        message.put(FRA_FWMARK, *rule.mark).put(FRA_FWMASK, std::uint32_t{0xffffffff});
    }
    if (rule.udp_source_port) {
        const fib_rule_port_range only{*rule.udp_source_port, *rule.udp_source_port};
        message.put(FRA_IP_PROTO, std::uint8_t{IPPROTO_UDP})
            .put(FRA_SPORT_RANGE, &only, sizeof only);
    }
    if (rule.destination_port) {
        const fib_rule_port_range only{*rule.destination_port, *rule.destination_port};
        message.put(FRA_DPORT_RANGE, &only, sizeof only);
    }
    if (rule.suppressed_prefix_length) {
        message.put(FRA_SUPPRESS_PREFIXLEN, *rule.suppressed_prefix_length);
    }
    return message;
}

// Without NLM_F_EXCL a second route to the same place becomes a next hop of the first.
constexpr unsigned create = NLM_F_CREATE | NLM_F_EXCL;

}  // namespace

std::error_code add(NetlinkSocket& netlink, const Route& route, std::uint8_t protocol) {
    return netlink.request(about(RTM_NEWROUTE, create, route, protocol));
}

std::error_code remove(NetlinkSocket& netlink, const Route& route, std::uint8_t protocol) {
    return netlink.request(about(RTM_DELROUTE, 0, route, protocol));
}

std::error_code add(NetlinkSocket& netlink, const PolicyRule& rule, std::uint8_t protocol) {
    return netlink.request(about(RTM_NEWRULE, create, rule, protocol));
}

std::error_code remove(NetlinkSocket& netlink, const PolicyRule& rule, std::uint8_t protocol) {
    return netlink.request(about(RTM_DELRULE, 0, rule, protocol));
}

}  // namespace godwit::platform
