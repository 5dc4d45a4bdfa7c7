#pragma once
// The home agent of RFC 6275 §10, without any input or output: how bindings begin (§10.3.1) and end
// (§10.3.2), and which tunnels follow. Which updates are taken at all is in admission.hpp; how it
// is found out that a mobile node is where it says it is, in care_of_proof.hpp.

#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/admission.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/delayed_answers.hpp"
#include "server/core/hint_answers.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "server/core/path_checks.hpp"
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
    [[nodiscard]] mobility::Actions on_resent(mobility::Instant now,
                                              const mobility::ResentNotice& notice) override;
    [[nodiscard]] mobility::Actions on_deadline(mobility::Instant now) override;
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const override;

    [[nodiscard]] const BindingCache& bindings() const { return cache_; }
    [[nodiscard]] const MobileNodeRegistry& mobile_nodes() const { return registry_; }
    [[nodiscard]] const PathChecks& path_checks() const { return checks_; }

  private:
    void on_update(mobility::Instant now, const Request& request, mobility::Actions& actions);
    void on_heartbeat(mobility::Instant now, const mobility::Received& received,
                      const mobility::Authenticated<wire::MobilityMessage>& message,
                      const wire::Heartbeat& heartbeat, mobility::Actions& actions);
    [[nodiscard]] mobility::SendMessage heartbeat_response(
        const Binding& binding, const DelayedAnswers::Answer& answer) const;
    void register_binding(mobility::Instant now, const Request& request, const Binding* entry,
                          mobility::Actions& actions);
    void deregister(mobility::Instant now, const Request& request, mobility::Actions& actions);
    void refuse(const Request& request, wire::BindingStatus status, const Binding* entry,
                mobility::Actions& actions) const;
    void take_session(mobility::Instant now, const Request& request, Binding& binding,
                      mobility::Actions& actions);
    void on_due(mobility::Instant now, const wire::HomeAddress& home, mobility::Actions& actions);

    // How a binding follows its mobile node: home_agent_places.cpp.
    void place(mobility::Instant now, const Whereabouts& claimed, const Binding* before,
               Binding& binding, mobility::Actions& actions,
               std::vector<mobility::Reception> receptions = {});
    void direct(mobility::Instant now, const Binding& binding, mobility::Actions& actions,
                std::vector<mobility::Reception> receptions = {});
    void on_answer(mobility::Instant now, const Binding& binding, std::uint32_t sequence,
                   mobility::Actions& actions);
    void on_check_due(mobility::Instant now, const wire::HomeAddress& home,
                      mobility::Actions& actions);
    void on_unproved(mobility::Instant now, const wire::HomeAddress& home,
                     const PathChecks::Unproved& unproved, mobility::Actions& actions);
    void follow_endpoint(mobility::Instant now, const Binding& binding, const mobility::Path& path,
                         mobility::Actions& actions);

    // The valid binding of a session, or of who has sent a message; nullptr without one.
    [[nodiscard]] const Binding* binding_of(mobility::Instant now,
                                            mobility::SessionId session) const;
    [[nodiscard]] const Binding* binding_of(mobility::Instant now, mobility::PeerId peer,
                                            const wire::HomeAddress& home) const;
    mobility::Actions finished(mobility::Actions actions);

    HomeAgentSettings settings_;
    MobileNodeRegistry registry_;
    BindingCache cache_;
    std::unordered_map<mobility::SessionId, wire::HomeAddress> owners_;  // of all sessions
    PathChecks checks_;
    DelayedAnswers delayed_answers_;
    Reunion reunion_;
    HintAnswers hint_answers_;
};

}  // namespace godwit::server
