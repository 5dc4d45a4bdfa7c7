#include "shared/platform/signalling_guard.hpp"

#include "shared/platform/nftables_presence.hpp"

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

// `meta l4proto` is the protocol behind all extension headers. It comes first: every packet of the
// tunnel passes here too, and the kernel knows its protocol already. @th,112,8 is the next header
// of the packet inside an ICMPv6 error: octet 6 of what follows the error's own 8 octets.
std::string rules(const GuardedTraffic& traffic) {
    if (traffic.local.empty() && traffic.peers.empty()) {
        return "";
    }
    return "chain arriving { type filter hook prerouting priority raw; meta l4proto 135 " +
           match(traffic, "daddr", "saddr") +
           "drop; }\n"
           "chain leaving { type filter hook output priority filter; meta l4proto 58 " +
           match(traffic, "saddr", "daddr") +
           "icmpv6 type destination-unreachable icmpv6 code port-unreachable"
           " @th,112,8 { 4, 41 } drop; }\n";
}

}  // namespace

SignallingGuard::SignallingGuard(const std::string& table, const GuardedTraffic& traffic)
    : name_("ip6 " + table), table_(name_) {
    update(traffic);
}

void SignallingGuard::update(const GuardedTraffic& traffic) {
    table_.replace(rules(traffic));
    table_.rest();
    traffic_ = traffic;
}

bool SignallingGuard::put_back() {
    if (has_nftables_table(name_)) {
        return false;
    }
    table_.replace(rules(traffic_));
    table_.rest();
    return true;
}

}  // namespace godwit::platform
