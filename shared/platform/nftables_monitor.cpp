#include "shared/platform/nftables_monitor.hpp"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

namespace godwit::platform {
namespace {

constexpr std::uint32_t group = 1U << (NFNLGRP_NFTABLES - 1U);

}  // namespace

NftablesMonitor::NftablesMonitor()
    : events_(group, [](const nlmsghdr&) { return true; }, NETLINK_NETFILTER) {}

}  // namespace godwit::platform
