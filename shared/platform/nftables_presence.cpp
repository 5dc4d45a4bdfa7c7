#include "shared/platform/nftables_presence.hpp"

#include <netinet/in.h>
// After it, or both define the same.
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/netlink_socket.hpp"

namespace godwit::platform {

std::uint8_t nftables_family(const std::string& name) {
    using Family = std::pair<std::string_view, std::uint8_t>;
    constexpr std::array<Family, 3> families{
        {{"inet", NFPROTO_INET}, {"ip", NFPROTO_IPV4}, {"ip6", NFPROTO_IPV6}}};
    const auto* const found =
        std::ranges::find(families, name.substr(0, name.find(' ')), &Family::first);
    return found == families.end() ? std::uint8_t{NFPROTO_UNSPEC} : found->second;
}

namespace {

// Asked of the kernel itself: libnftables would read all tables of the machine for it.
std::error_code ask_for(const std::string& name) {
    NetlinkMessage question(
        (NFNL_SUBSYS_NFTABLES << 8U) | NFT_MSG_GETTABLE, 0,
        nfgenmsg{.nfgen_family = nftables_family(name), .version = NFNETLINK_V0, .res_id = 0});
    question.put(NFTA_TABLE_NAME, name.substr(name.find(' ') + 1));
    return NetlinkSocket(NETLINK_NETFILTER).request(question);
}

}  // namespace

bool has_nftables_table(const std::string& name) {
    return !ask_for(name);
}

bool find_nftables_table(const std::string& name) {
    const std::error_code outcome = ask_for(name);
    require("ask for the nftables table " + name + ", which takes CAP_NET_ADMIN",
            outcome == std::errc::operation_not_permitted ? outcome : std::error_code{});
    return !outcome;
}

}  // namespace godwit::platform
