#pragma once
// With which name servers this machine should look names up, as a function of where the mobile
// node is. How the system is made so is not known here.

#include <chrono>
#include <optional>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "shared/mobility/dns_configuration.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct DnsSettings {
    bool is_wanted = true;
    // In place of what the home agent tells; empty: what it tells.
    std::vector<wire::Ipv6Address> servers;
    std::vector<wire::DomainName> search_domains;
    std::vector<wire::Prefix> routes;  // what goes through the tunnel
};

struct WantedDns {
    mobility::DnsConfiguration dns;  // with one server at least
    bool for_all_names = false;  // a full tunnel; else for the search domains alone, if it can be
    bool is_at_home = false;     // the tunnel rests
    bool operator==(const WantedDns&) const = default;
};

struct DnsChoice {
    std::optional<WantedDns> wanted;              // none: as the system is without us
    std::vector<wire::Ipv6Address> out_of_reach;  // servers that the tunnel does not lead to
    bool operator==(const DnsChoice&) const = default;
};

// For a node that is registered or at home.
DnsChoice choose_dns(const DnsSettings& settings, bool is_at_home,
                     const mobility::DnsConfiguration& told,
                     const std::optional<wire::Ipv4Address>& ipv4_home);

// The choice over time. It stays for a while when the node is not served any more: a move takes
// less, and is none of the applications' business. Then it goes, since the network that the node is
// in has servers that answer, and those of the tunnel cannot be asked where the home agent is.
class DnsPresence {
  public:
    static constexpr std::chrono::seconds patience{5};

    explicit DnsPresence(DnsSettings settings) : settings_(std::move(settings)) {}

    void follow(mobility::Instant now, State state, const mobility::DnsConfiguration& told,
                const std::optional<wire::Ipv4Address>& ipv4_home);
    [[nodiscard]] const DnsChoice& choice() const { return choice_; }
    // When follow() is to be called again.
    [[nodiscard]] const std::optional<mobility::Instant>& next_deadline() const { return gone_at_; }

  private:
    DnsSettings settings_;
    DnsChoice choice_;
    std::optional<mobility::Instant> gone_at_;
};

}  // namespace godwit::client
