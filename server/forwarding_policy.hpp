#pragma once
// What the kernel does with packets from and for home addresses, beside routing them: one nftables
// table of the home agent's own (nft(8): "inet godwit_ha"). Where each client's packets may go,
// what leaves with an address of this machine (NAT), and which Neighbor Solicitations are not to be
// forwarded. Nobody else's rules are touched: the host's firewall sees the same packets.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "server/clients/clients.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::server {

struct ForwardingSettings {
    mobility::InterfaceIndex tunnel;        // the TUN interface
    std::vector<wire::Prefix> masqueraded;  // home addresses of private use, either family
    std::optional<std::string> home_link;   // whose solicitations Godwit answers
    bool masquerades_networks = false;      // those of private use behind mobile nodes
};

// What a client may open connections to. The answers to what others send it, and to what it sends,
// pass in any case; who may open connections to it is for the host's firewall to say.
struct PolicedClient {
    wire::HomeAddress home;
    std::optional<wire::Ipv4Address> ipv4;
    ClientPolicy policy;

    bool operator==(const PolicedClient&) const = default;
};

class ForwardingPolicy {
  public:
    // Puts the table in place; one that a crash left is replaced. Throws std::system_error.
    ForwardingPolicy(ForwardingSettings settings, const runtime::Log& log);

    // These clients' policies (each home address once) from now on, all at once, in place of what
    // was said of them before. Of the others nothing changes. With an error nothing changes at all.
    std::error_code apply(std::span<const PolicedClient> clients);
    // It is a client no more.
    std::error_code forget(const wire::HomeAddress& home);

  private:
    struct Change;

    std::error_code commit(const Change& change);
    [[nodiscard]] std::string rules(bool with_tracking) const;

    ForwardingSettings settings_;
    const runtime::Log& log_;
    platform::NftablesTable table_;
    std::unordered_map<wire::HomeAddress, PolicedClient> clients_;
    std::size_t restricted_ = 0;  // those that may not go everywhere
};

}  // namespace godwit::server
