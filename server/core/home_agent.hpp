#pragma once
// The home agent of RFC 6275 §10, without any input or output: how bindings begin (§10.3.1) and end
// (§10.3.2), and which tunnels follow; several of one home address (RFC 5648), and which flows take
// which (RFC 6089). Which updates are taken at all is in admission.hpp; how it is found out that a
// mobile node is where it says it is, in care_of_proof.hpp.

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "server/core/admission.hpp"
#include "server/core/binding_cache.hpp"
#include "server/core/binding_moves.hpp"
#include "server/core/delayed_answers.hpp"
#include "server/core/flow_bindings.hpp"
#include "server/core/hint_answers.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "server/core/other_bindings.hpp"
#include "server/core/path_checks.hpp"
#include "server/core/reunion.hpp"
#include "server/core/revocations.hpp"
#include "server/core/switches.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

class HomeAgent final : public mobility::Node {
  public:
    explicit HomeAgent(HomeAgentSettings settings);

    // After a restart: these were bound, and their sessions are lost. They are asked to register.
    [[nodiscard]] mobility::Actions on_restart(mobility::Instant now,
                                               const std::vector<LostBinding>& lost);

    // Another mobile node that may register, or another word about one that is known.
    void admit(mobility::PeerId peer, MobileNodeRecord record);
    // Ends what is bound of this home address, at once, and tells the mobile node (RFC 5846 §7).
    [[nodiscard]] mobility::Actions revoke(mobility::Instant now, const wire::HomeAddress& home,
                                           wire::RevocationTrigger trigger);
    // The same, and the peer is a stranger from now on.
    [[nodiscard]] mobility::Actions dismiss(mobility::Instant now, mobility::PeerId peer,
                                            wire::RevocationTrigger trigger);

    // Asks these, as far as they are bound, to go to another home agent (RFC 5142 §5).
    [[nodiscard]] mobility::Actions send_away(mobility::Instant now,
                                              const std::vector<wire::HomeAddress>& homes,
                                              const SwitchOrder& order);

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
    [[nodiscard]] const OtherBindings& other_bindings() const { return others_; }
    // In all its tables together: for each home address it knows at most one in each, and its
    // sessions.
    [[nodiscard]] std::size_t entries() const;

  private:
    // Whether the peer may have something answered, changed or told by this message.
    [[nodiscard]] bool may_ask(mobility::Instant now, const mobility::Received& received,
                               const mobility::Authenticated<wire::MobilityMessage>& message);
    void on_update(mobility::Instant now, const Request& request, mobility::Actions& actions);
    [[nodiscard]] wire::CareOfAddress care_of_address(mobility::Instant now,
                                                      const mobility::Received& received,
                                                      const wire::BindingUpdate& update) const;
    void take(mobility::Instant now, const Request& request, const Binding* entry,
              mobility::Actions& actions);
    void register_binding(mobility::Instant now, const Request& request, const Binding* entry,
                          mobility::Actions& actions);
    void deregister(mobility::Instant now, const Request& request, mobility::Actions& actions);
    [[nodiscard]] bool is_free(const Request& request, const Binding* entry,
                               mobility::Actions& actions) const;
    // Who has been asked to go gets no more than it has: home_agent_clients.cpp.
    [[nodiscard]] wire::Lifetime granted(mobility::Instant now, const Request& request,
                                         const Binding* in_use) const;
    [[nodiscard]] bool is_over_for(mobility::Instant now, const Request& request,
                                   const Binding& in_use) const;
    void let_stay_if_over(mobility::Instant now, const Request& request, const Binding& in_use);
    void refuse(const Request& request, wire::BindingStatus status, const Binding* entry,
                mobility::Actions& actions) const;
    void take_session(mobility::Instant now, const Request& request, Binding& binding,
                      mobility::Actions& actions);
    void on_due(mobility::Instant now, const wire::HomeAddress& home, mobility::Actions& actions);

    // home_agent_heartbeats.cpp.
    void on_heartbeat(mobility::Instant now, const mobility::Received& received,
                      const mobility::Authenticated<wire::MobilityMessage>& message,
                      const wire::Heartbeat& heartbeat, mobility::Actions& actions);
    [[nodiscard]] mobility::SendMessage heartbeat_response(
        const Binding& binding, const DelayedAnswers::Answer& answer) const;
    void on_answer(mobility::Instant now, mobility::PeerId peer, const Binding& binding,
                   std::uint32_t sequence, mobility::Actions& actions);
    void note_question(const mobility::SendMessage& order);
    // Whether the path is where the mobile node is, or says that it is.
    [[nodiscard]] bool is_of_a_binding(const Binding& binding, mobility::Path path) const;

    // Several bindings of one home address: home_agent_several.cpp.
    void register_beside(mobility::Instant now, const Request& request, const Binding& before,
                         mobility::Actions& actions);
    void deregister_one(mobility::Instant now, const Request& request, const Binding& before,
                        mobility::Actions& actions);
    // The binding of the update is the best. Whether it has been shown to be there already.
    bool make_way(mobility::Instant now, const Request& request, const Binding* before);
    [[nodiscard]] bool is_second(mobility::Instant now, const Request& request,
                                 const Binding& in_use) const;
    // The best of the others that can be used; nullptr without any.
    [[nodiscard]] const OtherBinding* successor(mobility::Instant now,
                                                const wire::HomeAddress& home) const;
    // That one, if there is one. `has_gone`: the one that was in use.
    bool take_over(mobility::Instant now, const wire::HomeAddress& home, bool has_gone,
                   mobility::Actions& actions);
    void on_others_due(mobility::Instant now, const wire::HomeAddress& home,
                       mobility::Actions& actions);
    void follow_one_of_several(mobility::Instant now, const Binding& binding,
                               const mobility::Path& path, mobility::Actions& actions);
    void on_endpoint_found(mobility::Instant now, const wire::HomeAddress& home,
                           const EndpointInquiry::Move& move, mobility::Actions& actions);
    // The BIDs that there are once the update has been carried out.
    [[nodiscard]] std::vector<std::uint16_t> ids_after(const Request& request,
                                                       const Binding* before) const;
    void route_flows(mobility::Instant now, const wire::HomeAddress& home,
                     mobility::Actions& actions);
    [[nodiscard]] bool is_there(const Binding& binding) const;
    // In its own network, or in one of a mobile node that is in it: its tunnel would lead through
    // itself (RFC 6275 §15.1).
    [[nodiscard]] bool is_behind_itself(mobility::Instant now, const wire::HomeAddress& home,
                                        wire::Ipv6Address place) const;
    void end_beside(const wire::HomeAddress& home);

    // How a binding follows its mobile node: home_agent_places.cpp.
    void place(mobility::Instant now, const Whereabouts& claimed, const Binding* before,
               Binding& binding, mobility::Actions& actions,
               std::vector<mobility::Reception> receptions = {}, bool is_known = false);
    void direct(mobility::Instant now, const Binding& binding, mobility::Actions& actions,
                std::vector<mobility::Reception> receptions = {});
    void on_proved(mobility::Instant now, const Binding& binding, const PathChecks::Proved& proved,
                   mobility::Actions& actions);
    std::vector<mobility::Reception> take_receptions(const wire::HomeAddress& home);
    void watch_move(mobility::Instant now, const mobility::BindingMoved& moved,
                    const mobility::Path& path, bool waits_for_resent, mobility::Actions& actions);
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
    // What mobile nodes had received when they claimed a place that has yet to answer.
    std::unordered_map<wire::HomeAddress, std::vector<mobility::Reception>> receptions_;
    OtherBindings others_;
    FlowBindings flows_;
    BindingMoves moves_;
    DelayedAnswers delayed_answers_;
    Reunion reunion_;
    Revocations revocations_;
    Switches switches_;
    HintAnswers hint_answers_;
};

}  // namespace godwit::server
