#include "shared/platform/signalling_guard.hpp"

#include <nftables/libnftables.h>

#include <new>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

std::string list(const std::vector<wire::Ipv6Address>& addresses) {
    std::string text;
    for (const wire::Ipv6Address& address : addresses) {
        text += (text.empty() ? "" : ", ") + address.text();
    }
    return "{ " + text + " }";
}

// What matches one direction of the traffic; `local` and `peer` are "saddr" or "daddr".
std::string match(const GuardedTraffic& traffic, const std::string& local,
                  const std::string& peer) {
    std::string matched;
    if (!traffic.local.empty()) {
        matched += "ip6 " + local + " " + list(traffic.local) + " ";
    }
    if (!traffic.peers.empty()) {
        matched += "ip6 " + peer + " " + list(traffic.peers) + " ";
    }
    return matched;
}

// `meta l4proto` is the protocol behind all extension headers. @th,112,8 is the next header of the
// packet inside an ICMPv6 error: octet 6 of what follows the error's own 8 octets.
std::string rules(const GuardedTraffic& traffic) {
    if (traffic.local.empty() && traffic.peers.empty()) {
        return "";
    }
    return "chain arriving { type filter hook prerouting priority raw; " +
           match(traffic, "daddr", "saddr") +
           "meta l4proto 135 drop; }\n"
           "chain leaving { type filter hook output priority filter; " +
           match(traffic, "saddr", "daddr") +
           "icmpv6 type destination-unreachable icmpv6 code port-unreachable"
           " @th,112,8 { 4, 41 } drop; }\n";
}

}  // namespace

void SignallingGuard::Free::operator()(nft_ctx* context) const {
    ::nft_ctx_free(context);
}

SignallingGuard::SignallingGuard(std::string table, const GuardedTraffic& traffic)
    : table_("ip6 " + std::move(table)), context_(::nft_ctx_new(NFT_CTX_DEFAULT)) {
    if (!context_ || ::nft_ctx_buffer_error(context_.get()) != 0) {
        throw std::bad_alloc();
    }
    update(traffic);
}

SignallingGuard::~SignallingGuard() {
    // Fails only where somebody has removed the table already.
    ::nft_run_cmd_from_buffer(context_.get(), ("delete table " + table_).c_str());
}

// One transaction. "add" comes before "delete" since the latter wants the table to exist.
void SignallingGuard::update(const GuardedTraffic& traffic) {
    run("install the nftables table " + table_, "add table " + table_ + "\ndelete table " + table_ +
                                                    "\nadd table " + table_ + " {\n" +
                                                    rules(traffic) + "}\n");
}

void SignallingGuard::run(const std::string& attempt, const std::string& commands) const {
    errno = 0;
    if (::nft_run_cmd_from_buffer(context_.get(), commands.c_str()) == 0) {
        return;
    }
    const std::error_code reason =
        errno == 0 ? std::make_error_code(std::errc::invalid_argument) : last_error();
    const std::string said = ::nft_ctx_get_error_buffer(context_.get());
    require(attempt + " (" + said.substr(0, said.find('\n')) + ")", reason);
}

}  // namespace godwit::platform
