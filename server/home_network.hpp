#pragma once
// How packets for home addresses come to the home agent's tunnel (RFC 6275 §10.4.1), and where
// those that leave it may go. Routed or behind this machine's own address (NAT), all of the home
// prefix goes into the TUN interface. On a home link only what is bound is intercepted: a route for
// each such home address, and for the hosts of the link an answer to their Neighbor Solicitations
// for it. Prefixes behind mobile nodes (RFC 3963) go into the TUN interface too, whether they are
// bound or not, so that no packet for them is sent back to where it comes from; on a home link,
// while they are not bound, to the mobile node there, which is their router. The pool of IPv4 home
// addresses goes into the TUN interface as a whole.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "server/clients/clients.hpp"
#include "server/forwarding_policy.hpp"
#include "server/home_link.hpp"
#include "server/home_mode.hpp"
#include "shared/platform/footprint.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct HomeNetworkSettings {
    HomeMode mode = HomeMode::routed;
    wire::Prefix home_prefix;
    std::string home_link{};                  // on_link: the interface
    NeighborSource neighbor_source{};         // on_link
    mobility::InterfaceIndex tunnel;          // the TUN interface, which is up
    std::string sysctl_journal;               // a path in a directory that a reboot clears
    std::optional<wire::Prefix> ipv4_pool{};  // that the IPv4 home addresses are of (RFC 5555)
    bool masquerade = true;                   // the pool is not routed to this machine
};

// This machine's own address in the pool, the first, from which ICMP errors to the mobile nodes
// come; none of them may have it.
wire::Ipv6Address gateway_of(const wire::Prefix& ipv4_pool);

class HomeNetwork {
  public:
    // Makes this machine a router. Throws std::system_error that names the attempt.
    HomeNetwork(HomeNetworkSettings settings, const runtime::Log& log,
                HomeLink::OnDisputed on_disputed);
    void join(runtime::EventLoop& loop);
    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return forwarding_.next_deadline();
    }
    void on_deadline() { forwarding_.on_deadline(); }

    // As HomeLink::on_link(); never, where there is no home link.
    void on_home_link(std::function<void(mobility::InterfaceIndex)> callback);

    // Whether somebody else has the home address. Asked before one is bound that was not.
    [[nodiscard]] AddressClaim judge(const wire::HomeAddress& home);
    // It was bound in an earlier life of this home agent.
    void vouch_for(const wire::HomeAddress& home);
    // `is_router`: it has a network behind it, and is called a router on the home link.
    void intercept(const wire::HomeAddress& home, bool is_router = false);
    void release(const wire::HomeAddress& home);

    // These clients (each home address once) have their home addresses, and may go where their
    // policies say; what one of them gives up another may get. Before that those who are gone have
    // none any more, in the same change of the kernel's table. On a home link newcomers are kept
    // from the addresses from now on. With an error, which is logged, the policies are not in force
    // yet: it is tried again.
    std::error_code apply_policies(std::span<const Client> clients,
                                   std::span<const wire::HomeAddress> gone = {});
    std::error_code apply_policy(const Client& client) { return apply_policies({&client, 1}); }
    // The home address is nobody's any more. With an error, which is logged, its policy is still in
    // force: it is tried again.
    std::error_code forget_policy(const wire::HomeAddress& home);

    [[nodiscard]] std::vector<std::string> health() const;  // what is wrong, a sentence each

  private:
    // Prefixes behind a client.
    struct Network {
        std::vector<wire::Prefix> prefixes;
        std::vector<platform::Route> routes{};  // that lead there at present
        bool is_bound = false;
    };

    void route_ipv4(const wire::Prefix& pool);
    void give_up(const wire::HomeAddress& home);
    void set_network(const wire::HomeAddress& home, const std::vector<wire::Prefix>& prefixes);
    void end_outdated_routes(const wire::HomeAddress& home,
                             const std::vector<wire::Prefix>& prefixes);
    void lead(const wire::HomeAddress& home, bool is_bound);
    void route_network(const wire::HomeAddress& home, Network& network);
    void route_networks_at_home();
    void end_routes(Network& network);
    [[nodiscard]] platform::Route route_behind(const wire::HomeAddress& home,
                                               const wire::Prefix& prefix, bool is_bound) const;
    [[nodiscard]] platform::Route route_to(const wire::Prefix& destination) const;

    HomeNetworkSettings settings_;
    const runtime::Log& log_;
    ForwardingPolicy forwarding_;  // there before packets are forwarded, and after
    platform::SysctlOverrides sysctls_;
    platform::Footprint footprint_;
    std::optional<HomeLink> home_link_;
    std::unordered_map<wire::HomeAddress, Network> networks_;  // of those who have any
};

}  // namespace godwit::server
