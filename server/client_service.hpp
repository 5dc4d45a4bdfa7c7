#pragma once
// What follows for the home agent that runs when something becomes of its clients.

#include <cstddef>
#include <vector>

#include "server/api/event_feed.hpp"
#include "server/client_rate_limits.hpp"
#include "server/clients/clients_observer.hpp"
#include "server/core/home_agent.hpp"
#include "server/home_network.hpp"
#include "server/store/store.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/node_runner.hpp"
#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::server {

// Why a binding is revoked, as the mobile node hears it (RFC 5846 §5.1). After the first it may
// register again at once; after the second it may not, until somebody says so.
inline constexpr auto trigger_of_a_kick = wire::RevocationTrigger::administrative_reason;
inline constexpr auto trigger_of_an_end =
    wire::RevocationTrigger::user_initiated_session_termination;

MobileNodeRecord record_of(const Client& client);

class ClientService final : public ClientsObserver {
  public:
    struct Parts {
        HomeAgent& node;
        security::HomeAgentAuthenticator& authenticator;
        runtime::NodeRunner& runner;
        Store& store;
        HomeNetwork& network;
        ClientRateLimits& rate_limits;
        EventFeed& feed;
        const runtime::Log& log;
    };
    explicit ClientService(const Parts& parts) : parts_(parts) {}

    std::error_code on_client(const ClientChange& change) override;
    void on_restored(Restoration restoration) override;
    void on_peer(security::ProtectedPeer peer) override;
    void on_key(security::KeyPair current) override;
    void on_previous_key_over() override;

    // Asks those of these who are bound to go to another home agent (RFC 5142); their number.
    std::size_t send_away(const std::vector<wire::HomeAddress>& homes, const SwitchOrder& order);

  private:
    void announce(const ClientChange& change);
    void follow(const ClientChange& change);
    std::error_code apply_policy(const ClientChange& change);
    void admit(const ClientChange& change);
    void revoke(const Client& client, wire::RevocationTrigger trigger);
    void dismiss(const ClientChange& change);

    Parts parts_;
};

}  // namespace godwit::server
