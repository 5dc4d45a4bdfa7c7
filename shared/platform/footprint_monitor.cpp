#include "shared/platform/footprint_monitor.hpp"

#include <linux/rtnetlink.h>

namespace godwit::platform {
namespace {

constexpr std::uint32_t ipv6_rules = 1U << (RTNLGRP_IPV6_RULE - 1U);  // has no RTMGRP_ name
constexpr std::uint32_t groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
                                 RTMGRP_IPV4_RULE | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE |
                                 ipv6_rules;

}  // namespace

FootprintMonitor::FootprintMonitor() : events_(groups, [](const nlmsghdr&) { return true; }) {}

}  // namespace godwit::platform
