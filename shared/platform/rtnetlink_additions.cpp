#include "shared/platform/rtnetlink_additions.hpp"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <sys/socket.h>

#include <cstring>

#include "shared/platform/rtnetlink_attributes.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t unset = 0xffffffff;  // how the kernel writes "for ever" and "none"

std::uint8_t octet(const nlattr* attribute) {
    return attribute == nullptr || ::nla_len(attribute) == 0 ? std::uint8_t{0}
                                                             : ::nla_get_u8(attribute);
}

template <class Value>
std::optional<Value> read(const nlattr* attribute) {
    if (attribute == nullptr || ::nla_len(attribute) < static_cast<int>(sizeof(Value))) {
        return std::nullopt;
    }
    Value value{};
    std::memcpy(&value, ::nla_data(attribute), sizeof value);
    return value;
}

std::optional<wire::Prefix> condition(const fib_rule_hdr& header, std::uint8_t length,
                                      const nlattr* network) {
    return length == 0 ? std::nullopt
                       : std::optional(prefix(header.family, length, address(network)));
}

}  // namespace

std::optional<AddressOnInterface> added_address_in(const nlmsghdr& message) {
    const auto& header = header_of<ifaddrmsg>(message);
    const auto own = own_address(message);
    if (message.nlmsg_type != RTM_NEWADDR || !is_ip(header.ifa_family) || !own) {
        return std::nullopt;
    }
    const auto lifetimes = read<ifa_cacheinfo>(attribute<ifaddrmsg>(message, IFA_CACHEINFO));
    const bool is_limited = lifetimes && lifetimes->ifa_prefered != unset;
    return AddressOnInterface{
        .interface = {header.ifa_index},
        .address = *own,
        .prefix_length = prefix(header.ifa_family, header.ifa_prefixlen, own).length,
        .preferred_lifetime = is_limited
                                  ? std::optional(std::chrono::seconds(lifetimes->ifa_prefered))
                                  : std::nullopt};
}

std::optional<Route> added_route_in(const nlmsghdr& message) {
    const auto& header = header_of<rtmsg>(message);
    if (message.nlmsg_type != RTM_NEWROUTE || !is_ip(header.rtm_family) ||
        (header.rtm_type != RTN_UNICAST && header.rtm_type != RTN_UNREACHABLE) ||
        (header.rtm_flags & RTM_F_CLONED) != 0) {
        return std::nullopt;
    }
    return Route{.destination = prefix(header.rtm_family, header.rtm_dst_len,
                                       address(attribute<rtmsg>(message, RTA_DST))),
                 .interface = {number(attribute<rtmsg>(message, RTA_OIF))},
                 .gateway = address(attribute<rtmsg>(message, RTA_GATEWAY)),
                 .preferred_source = address(attribute<rtmsg>(message, RTA_PREFSRC)),
                 .table = table_of(message),
                 .metric = number(attribute<rtmsg>(message, RTA_PRIORITY)),
                 .is_unreachable = header.rtm_type == RTN_UNREACHABLE};
}

std::optional<PolicyRule> added_rule_in(const nlmsghdr& message) {
    const auto& header = header_of<fib_rule_hdr>(message);
    if (message.nlmsg_type != RTM_NEWRULE || !is_ip(header.family) ||
        header.action != FR_ACT_TO_TBL) {
        return std::nullopt;
    }
    const auto find = [&](int type) { return attribute<fib_rule_hdr>(message, type); };
    const auto mark = read<std::uint32_t>(find(FRA_FWMARK));
    const auto ports = read<fib_rule_port_range>(find(FRA_SPORT_RANGE));
    const auto to_ports = read<fib_rule_port_range>(find(FRA_DPORT_RANGE));
    const std::uint32_t suppressed = number(find(FRA_SUPPRESS_PREFIXLEN), unset);
    return PolicyRule{
        .ipv4 = header.family == AF_INET,
        .priority = number(find(FRA_PRIORITY)),
        .table = number(find(FRA_TABLE), header.table),
        .from = condition(header, header.src_len, find(FRA_SRC)),
        .to = condition(header, header.dst_len, find(FRA_DST)),
        .mark = mark,
        .udp_source_port = ports ? std::optional(ports->start) : std::nullopt,
        .destination_port = to_ports ? std::optional(to_ports->start) : std::nullopt,
        .inverted = (header.flags & FIB_RULE_INVERT) != 0,
        .suppressed_prefix_length = suppressed != unset ? std::optional(suppressed) : std::nullopt};
}

std::uint8_t protocol_of(const nlmsghdr& object) {
    switch (object.nlmsg_type) {
        case RTM_NEWROUTE:
            return header_of<rtmsg>(object).rtm_protocol;
        case RTM_NEWRULE:
            return octet(attribute<fib_rule_hdr>(object, FRA_PROTOCOL));
        case RTM_NEWADDR:
            return octet(attribute<ifaddrmsg>(object, IFA_PROTO));
        default:
            return 0;
    }
}

}  // namespace godwit::platform
