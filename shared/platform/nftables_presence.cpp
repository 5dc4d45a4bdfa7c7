#include "shared/platform/nftables_presence.hpp"

#include <netinet/in.h>
// After it, or both define the same.
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <utility>

#include "shared/platform/netlink_socket.hpp"

namespace godwit::platform {
namespace {

std::uint8_t family_called(const std::string& name) {
    constexpr std::array<std::pair<const char*, std::uint8_t>, 3> families{
        {{"inet", NFPROTO_INET}, {"ip", NFPROTO_IPV4}, {"ip6", NFPROTO_IPV6}}};
    const auto* const found =
        std::ranges::find_if(families, [&](const auto& family) { return family.first == name; });
    return found == families.end() ? std::uint8_t{NFPROTO_UNSPEC} : found->second;
}

}  // namespace

// Asked of the kernel itself: libnftables would read all tables of the machine for it.
bool has_nftables_table(const std::string& name) {
    const std::size_t space = name.find(' ');
    NetlinkMessage question((NFNL_SUBSYS_NFTABLES << 8U) | NFT_MSG_GETTABLE, 0,
                            nfgenmsg{.nfgen_family = family_called(name.substr(0, space)),
                                     .version = NFNETLINK_V0,
                                     .res_id = 0});
    question.put(NFTA_TABLE_NAME, name.substr(space + 1));
    return !NetlinkSocket(NETLINK_NETFILTER).request(question);
}

}  // namespace godwit::platform
