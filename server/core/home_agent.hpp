#pragma once
// The home agent of RFC 6275 §10, without any input or output: how bindings begin (§10.3.1) and end
// (§10.3.2), and which tunnels follow. Which updates are taken at all is in admission.hpp.

#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/admission.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "server/core/reunion.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

class HomeAgent final : public mobility::Node {
  public:
    explicit HomeAgent(HomeAgentSettings settings);

    // After a restart: these were bound, and their sessions are lost. They are asked to register.
    [[nodiscard]] mobility::Actions on_restart(mobility::Instant now,
                                               const std::vector<LostBinding>& lost);

    [[nodiscard]] mobility::Actions on_received(mobility::Instant now,
                                                const mobility::Received& received) override;
    [[nodiscard]] mobility::Actions on_session_confirmed(mobility::Instant now,
                                                         mobility::SessionId session) override;
    [[nodiscard]] mobility::Actions on_rekey_due(mobility::Instant now,
                                                 mobility::SessionId session) override;
    [[nodiscard]] mobility::Actions on_moved_endpoint(mobility::Instant now,
                                                      mobility::SessionId session,
                                                      const mobility::Path& path) override;
    [[nodiscard]] mobility::Actions on_traffic(mobility::Instant now,
                                               const mobility::TrafficNotice& notice) override;
    [[nodiscard]] mobility::Actions on_deadline(mobility::Instant now) override;
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const override;

    [[nodiscard]] const BindingCache& bindings() const { return cache_; }
    [[nodiscard]] const MobileNodeRegistry& mobile_nodes() const { return registry_; }

  private:
    void on_update(mobility::Instant now, const Request& request, mobility::Actions& actions);
    void on_hint(mobility::Instant now, const mobility::Received& received,
                 const mobility::Hint& hint, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::SendMessage> answer_to(const mobility::Received& received,
                                                                 const mobility::Hint& hint) const;
    void register_binding(mobility::Instant now, const Request& request, const Binding* entry,
                          mobility::Actions& actions);
    void deregister(mobility::Instant now, const Request& request, mobility::Actions& actions);
    void take_session(mobility::Instant now, const Request& request, Binding& binding,
                      mobility::Actions& actions);
    void on_due(mobility::Instant now, const wire::HomeAddress& home, mobility::Actions& actions);
    [[nodiscard]] mobility::DirectTunnel direct(const Binding& binding) const;
    [[nodiscard]] bool is_sealed(const wire::HomeAddress& home) const;

    HomeAgentSettings settings_;
    MobileNodeRegistry registry_;
    BindingCache cache_;
    std::unordered_map<mobility::SessionId, wire::HomeAddress> unconfirmed_;
    Reunion reunion_;
    // Unproved messages are answered at most once a second: to each configured home address, and to
    // all strangers as one (the unspecified address).
    std::unordered_map<wire::HomeAddress, mobility::Instant> answer_not_before_;
};

}  // namespace godwit::server
