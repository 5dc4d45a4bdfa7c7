#pragma once
// What the kernel does with packets from and for home addresses, beside routing them: one nftables
// table of the home agent's own (nft(8): "inet godwit_ha"). Where each client's packets may go,
// what leaves with an address of this machine (NAT), and which Neighbor Solicitations are not to be
// forwarded. Nobody else's rules are touched: the host's firewall sees the same packets. Where
// somebody else changes the table (`nft flush ruleset`), it is put back as it was.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "server/clients/clients.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/nftables_monitor.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/runtime/event_loop.hpp"
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
    // was said of them before; those who are gone are clients no more, unless they are among these
    // anew. Of the others nothing changes. With an error they are not in force yet: health() says
    // so, and it is tried again.
    std::error_code apply(std::span<const PolicedClient> clients,
                          std::span<const wire::HomeAddress> gone = {});
    // It is a client no more.
    std::error_code forget(const wire::HomeAddress& home);

    // From now on what others change is put back. The loop outlives this.
    void watch(runtime::EventLoop& loop);
    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return due_; }
    void on_deadline();

    [[nodiscard]] std::vector<std::string> health() const;  // what is wrong, a sentence each

  private:
    struct Change;

    std::error_code commit(const Change& change);
    [[nodiscard]] std::error_code write(const Change& change, std::size_t restricted_before);
    [[nodiscard]] std::error_code write_at_once(const Change& change,
                                                std::size_t restricted_before);
    [[nodiscard]] std::error_code write_anew();
    [[nodiscard]] std::error_code write_in_pieces(const std::vector<std::string>& pieces);
    std::error_code put_back();
    [[nodiscard]] std::error_code write_with_rules(const std::string& commands);
    void notice_changes_of_others();
    void put_back_soon();
    void pass_over_own_changes();
    [[nodiscard]] bool is_as_listed();
    [[nodiscard]] bool is_listed_as(const std::string& before);
    [[nodiscard]] std::string rules(bool with_tracking) const;

    ForwardingSettings settings_;
    const runtime::Log& log_;
    platform::NftablesMonitor monitor_;
    runtime::EventLoop::Watch watch_;
    std::string chains_;  // and sets, without their elements and the rules for clients
    platform::NftablesTable table_;
    std::unordered_map<wire::HomeAddress, PolicedClient> clients_;
    std::size_t restricted_ = 0;            // those that may not go everywhere
    std::optional<mobility::Instant> due_;  // to be put back, while it is not as it shall be
    bool is_in_doubt_ = false;              // due, and perhaps nothing is wrong
    std::string listing_;                   // since the last doubt; empty: none, or written since
    mobility::Instant last_put_back_;
    std::error_code failure_;  // to put it back
};

}  // namespace godwit::server
