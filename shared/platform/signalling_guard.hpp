#pragma once
// Keeps the kernel from answering the packets that Godwit answers. Without Mobile IPv6 in the
// kernel a Home Address option or a type 2 routing header draws an ICMPv6 Parameter Problem; with a
// tunnel module loaded, IPv6-in-IPv6 that is not the module's draws a Destination Unreachable. A
// small nftables table drops the former packets before the kernel looks into them (packet sockets
// have seen them by then), and the latter's answers on their way out.

#include <string>
#include <vector>

#include "shared/platform/nftables_table.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// The traffic that is Godwit's own: to these addresses of this machine, from these peers. Where one
// of them is empty, the other alone tells it; where both are, nothing is guarded.
struct GuardedTraffic {
    std::vector<wire::Ipv6Address> local;
    std::vector<wire::Ipv6Address> peers;
};

class SignallingGuard {
  public:
    // Puts the table "ip6 <table>" in place, at once and whole; one that a crash left is replaced.
    // Throws std::system_error.
    SignallingGuard(const std::string& table, const GuardedTraffic& traffic);

    // Guards these traffics from now on; there is no moment without a guard between old and new.
    // Throws std::system_error, and then all is as before.
    void update(const GuardedTraffic& traffic);

    // Whether somebody had taken the table away, as `nft flush ruleset` does; then it is there
    // again. Throws std::system_error.
    bool put_back();

  private:
    std::string name_;
    GuardedTraffic traffic_;
    NftablesTable table_;
};

}  // namespace godwit::platform
