#include "shared/platform/nftables_monitor.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "shared/platform/nftables_presence.hpp"
#include "shared/platform/rtnetlink_attributes.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint32_t group = 1U << (NFNLGRP_NFTABLES - 1U);

// Whatever is in a table says so in its first attribute.
static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 &&
              NFTA_SET_TABLE == 1 && NFTA_SET_ELEM_LIST_TABLE == 1 && NFTA_OBJ_TABLE == 1);

NetworkEvents::Matters what_matters_to(const std::string& table) {
    if (table.empty()) {
        return [](const nlmsghdr&) { return true; };
    }
    return [family = nftables_family(table),
            name = table.substr(table.find(' ') + 1)](const nlmsghdr& event) {
        return header_of<nfgenmsg>(event).nfgen_family == family &&
               text(attribute<nfgenmsg>(event, NFTA_TABLE_NAME)) == name;
    };
}

}  // namespace

NftablesMonitor::NftablesMonitor(const std::string& table)
    : events_(group, what_matters_to(table), NETLINK_NETFILTER) {}

}  // namespace godwit::platform
