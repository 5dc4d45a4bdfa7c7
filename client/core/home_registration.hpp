#pragma once
// The mobile node's side of a home registration: RFC 6275 §11.7.1 (when binding updates are sent),
// §11.7.3 (receiving acknowledgements), and the sessions that come of it. It is told where the home
// agent shall see the node and keeps asking until that is acknowledged.

#include <chrono>
#include <optional>
#include <vector>

#include "client/core/binding_update_list.hpp"
#include "client/core/binding_update_sender.hpp"
#include "client/core/bound_paths.hpp"
#include "client/core/flow_answers.hpp"
#include "client/core/network_registration.hpp"
#include "client/core/other_registration.hpp"
#include "client/core/registration_settings.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::client {

// What is known of a path that is left for another.
struct PathLeft {
    std::chrono::nanoseconds round_trip{};            // 0: not known
    std::optional<mobility::Instant> silent_since{};  // nothing has come back since then
    bool still_carries = false;  // what is on its way along it arrives; nothing is to be sent again
    std::optional<mobility::MoveCause> cause{};  // why it is left
    bool doubts_session = false;                 // the home agent may have forgotten it
};

class HomeRegistration {
  public:
    explicit HomeRegistration(const RegistrationSettings& settings);

    // Registers the local address of a path as the care-of address. With a session that is the
    // first path's, and data follows at once along it; the next one's, if the home agent refuses
    // that. Without a session, or where it does not answer under it, all of them are tried, a
    // little apart, and that of the first acknowledgement is taken.
    void register_paths(mobility::Instant now, std::vector<mobility::Path> paths,
                        mobility::Actions& actions, const PathLeft& left = {});
    // All the paths that there are now: what is bound by an interface that has gone is given up by
    // the next update.
    void keep_offered(const std::vector<mobility::Path>& paths) { bound_.keep_offered(paths); }
    // The same: what is being registered is tried along them, if it is without a session.
    void on_offers(mobility::Instant now, const std::vector<mobility::Path>& paths,
                   mobility::Actions& actions) {
        sender_.on_offers(now, paths, terms(), actions);
    }
    // What is bound by the interface of this path carries nothing any more: the next update of the
    // one in use leaves it out. It may be registered beside that one again.
    void give_up(const mobility::Path& path) { bound_.remove(path); }
    // The same, by a handshake in either case: the home agent may have lost the session. `cause`:
    // why the one in use is left, if another one is taken.
    void register_anew(mobility::Instant now, std::vector<mobility::Path> paths,
                       mobility::MoveCause cause, mobility::Actions& actions);
    // Asks for the binding to be given up; the path's local address is the home address at home.
    void deregister(mobility::Instant now, const mobility::Path& path, mobility::Actions& actions);
    // The node is about to end: the binding is given up, and so is what may come of an update that
    // is under way, along each path that it went. `round_trip`: of the binding's path; 0: not
    // known.
    void leave(mobility::Instant now, std::chrono::nanoseconds round_trip,
               mobility::Actions& actions);
    // A binding beside the one in use, along the first of these paths that works; in place of the
    // one that was there. They are of an interface that is not in use.
    void register_beside(mobility::Instant now, std::vector<mobility::Path> paths,
                         mobility::Actions& actions);
    // It is of no use any more: the home agent learns it by the next update of the one in use.
    void leave_beside();
    // Whether the home agent keeps bindings beside the one in use, as far as is known.
    [[nodiscard]] bool can_bind_beside() const {
        return settings_.wants_other_bindings && has_identifiers_ && tunnel_session().has_value();
    }
    [[nodiscard]] const std::optional<mobility::Path>& beside() const { return other_.bound(); }
    // How often a packet is due along it for its NAT, as the home agent advises.
    [[nodiscard]] std::optional<std::chrono::seconds> keepalive_beside() const {
        return other_.keepalive();
    }
    // The home agent has ended or refused what was beside; what was only lost it takes as before.
    [[nodiscard]] bool is_beside_unwanted() const { return is_beside_unwanted_; }
    [[nodiscard]] bool is_asking_beside() const { return other_.is_pending(); }
    [[nodiscard]] const BoundPaths& bound() const { return bound_; }
    // Which flows go where (RFC 6089); told to the home agent with each update, and at once if they
    // are others than before.
    void bind_flows(mobility::Instant now, std::vector<wire::FlowIdentification> flows,
                    mobility::Actions& actions);

    // Those of them that the home agent does not send where it is wished.
    [[nodiscard]] const std::vector<RefusedFlow>& refused_flows() const { return refused_flows_; }

    // No link is there to ask over, and none for data.
    void suspend(mobility::Actions& actions);

    enum class Outcome { none, registered, deregistered, revoked };
    Outcome on_acknowledgement(mobility::Instant now,
                               const mobility::Authenticated<wire::MobilityMessage>& authenticated,
                               const wire::BindingAcknowledgement& acknowledgement,
                               mobility::Actions& actions);
    // RFC 5846 §10: the home agent ends the binding, and is answered. The node may register again
    // at may_ask(): at once, or, where the home agent has said that it does not want it, rarely.
    Outcome on_revocation(mobility::Instant now, const mobility::Received& received,
                          const mobility::Proof& proof,
                          const wire::BindingRevocationIndication& indication,
                          mobility::Actions& actions);
    // The home agent has said something under this session, or through its tunnel.
    void on_heard(mobility::SessionId session);
    // The home agent seems to have lost the session: asks again by a handshake, once a second at
    // most. Prefixes that were refused are named again with it.
    void on_doubt(mobility::Instant now, mobility::Actions& actions);
    // The same, in answer to the update of this number; nothing if there is none under way.
    void on_doubt(mobility::Instant now, wire::SequenceNumber sequence, mobility::Actions& actions);
    // RFC 5847 §3.2: it has lost all that it knew before, and what has come since may leave out the
    // bindings beside the one in use.
    void on_home_agent_restart(mobility::Instant now, mobility::Actions& actions);

    // The home agent is under load and has given a cookie for the update of this number: it goes
    // again at once, along the same path, with the cookie.
    void on_cookie(mobility::Instant now, wire::SequenceNumber sequence,
                   mobility::Actions& actions) {
        sender_.send_again(now, sequence, terms(), actions);
    }

    // How long the path of an update under way takes there and back.
    void on_round_trip(const mobility::Path& path, std::chrono::nanoseconds round_trip) {
        sender_.on_round_trip(path, round_trip);
    }

    // The machine has been asleep: what is under way is asked anew, as if for the first time.
    void on_resume(mobility::Instant now, mobility::Actions& actions);
    // An update that the home agent can still be expected to answer is under way, along all paths.
    [[nodiscard]] bool has_just_asked(mobility::Instant now) const {
        return sender_.has_just_begun(now);
    }

    // No binding is asked for that lasts longer than this; nothing: there is no such limit.
    void on_home_prefix(std::optional<mobility::Instant> valid_until) {
        valid_until_ = valid_until;
    }

    void on_deadline(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // The acknowledged binding, if it has not expired at `now`.
    [[nodiscard]] const Binding* binding(mobility::Instant now) const;
    [[nodiscard]] bool is_protected() const {
        return settings_.protection != mobility::Protection::none;
    }
    [[nodiscard]] bool is_pending() const { return sender_.is_pending(); }
    // The home agent does not want this node any more, as far as it has said.
    [[nodiscard]] bool is_revoked() const { return is_revoked_; }
    [[nodiscard]] bool may_ask(mobility::Instant now) const {
        return !barred_ && (!ask_not_before_ || now >= *ask_not_before_);
    }
    // When a node asks again after its binding was revoked.
    [[nodiscard]] std::optional<mobility::Instant> ask_again_at() const;
    // Whether an update of this number is under way.
    [[nodiscard]] bool is_asking(wire::SequenceNumber sequence) const {
        return sender_.outstanding(sequence) != nullptr;
    }
    [[nodiscard]] std::size_t unanswered_tries(mobility::Instant now) const {
        return sender_.unanswered_tries(now);
    }
    [[nodiscard]] wire::SequenceNumber last_sequence() const { return numbers_.last; }
    // What goes with the messages of the tunnel; nothing without a binding that is protected.
    [[nodiscard]] std::optional<mobility::Seal> heartbeat_seal(mobility::Instant now) const;
    // As the home agent has granted it.
    [[nodiscard]] std::optional<wire::Ipv4Address> ipv4_home() const { return ipv4_home_; }
    [[nodiscard]] const mobility::DnsConfiguration& dns() const { return dns_; }
    [[nodiscard]] const NetworkRegistration& network() const { return network_; }

  private:
    void refresh(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] wire::Lifetime within_home_prefix(mobility::Instant now,
                                                    wire::Lifetime lifetime) const;
    void ask(mobility::Instant now, PendingUpdate update, mobility::Actions& actions);
    Outcome on_accepted(mobility::Instant now, const SentUpdate& sent, const mobility::Proof& proof,
                        const wire::BindingAcknowledgement& acknowledgement,
                        mobility::Actions& actions);
    void on_answer_beside(mobility::Instant now, const SentUpdate& sent,
                          const wire::BindingAcknowledgement& acknowledgement,
                          mobility::Actions& actions);
    void note_bound(const SentUpdate& sent, const wire::BindingAcknowledgement& acknowledgement);
    void tell_again(mobility::Instant now, mobility::Actions& actions);
    void lose_others();
    [[nodiscard]] bool shows_loss(mobility::Instant now,
                                  const std::vector<RefusedFlow>& refused) const;
    // One of these paths is about to become the one in use; the first, if they go one by one.
    void leave_beside_for(const std::vector<mobility::Path>& paths, bool is_one_by_one);
    Outcome on_deregistered(mobility::Instant now, mobility::Actions& actions);
    Outcome on_refused(mobility::Instant now, const SentUpdate& sent,
                       const wire::BindingAcknowledgement& acknowledgement,
                       mobility::Actions& actions);
    // Whether something else than waiting follows from the refusal.
    bool ask_otherwise(mobility::Instant now, const SentUpdate& sent, wire::BindingStatus status,
                       mobility::Actions& actions);
    void give_up_other_kind(mobility::Instant now, const mobility::Path& path,
                            mobility::Actions& actions);
    [[nodiscard]] bool may_end_binding(mobility::SessionId session) const;
    void forget_revocations_of_ended_sessions();
    [[nodiscard]] wire::RevocationStatus judge_revocation(
        const wire::BindingRevocationIndication& indication) const;
    [[nodiscard]] bool names_binding_in_use(
        const wire::BindingRevocationIndication& indication) const;
    static bool names_binding(const wire::BindingRevocationIndication& indication,
                              const mobility::Path& path);
    void take_revocation(mobility::Instant now, wire::RevocationTrigger trigger,
                         mobility::Actions& actions);
    void wait_when_revoked(mobility::Instant now);
    void give_up_if_revoked(mobility::Instant now);
    void take_flows(mobility::Instant now, const SentUpdate& sent,
                    const wire::BindingAcknowledgement& acknowledgement,
                    mobility::Actions& actions);
    bool take_ipv4(const wire::BindingAcknowledgement& acknowledgement, mobility::Actions& actions);
    void take_dns(const mobility::Proof& proof, const wire::BindingAcknowledgement& acknowledgement,
                  mobility::Actions& actions);
    void resend(const wire::BindingAcknowledgement& acknowledgement,
                mobility::Actions& actions) const;
    void adopt_session(mobility::Instant now, mobility::SessionId session,
                       mobility::Actions& actions);
    void let_expired_binding_go(mobility::Instant now, mobility::Actions& actions);
    void forget_binding(mobility::Actions& actions);
    void end_retired_sessions(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> refresh_due() const;
    [[nodiscard]] std::optional<mobility::SessionId> session() const;
    [[nodiscard]] std::optional<mobility::SessionId> tunnel_session() const;
    [[nodiscard]] bool may_have_lost_packets() const { return tunnel_session().has_value(); }
    [[nodiscard]] BindingUpdateSender::Terms terms() const {
        const bool has_identifiers = settings_.wants_other_bindings && has_identifiers_ &&
                                     settings_.protection == mobility::Protection::sealed;
        return {.session = session(),
                .ipv4_home = ipv4_home_,
                .bound = has_identifiers ? &bound_ : nullptr,
                .flows = flows_,
                .network_prefixes = network_.to_be_named(),
                .care_of = binding_ ? std::optional(binding_->path.local) : std::nullopt};
    }
    [[nodiscard]] BindingUpdateSender::Terms terms_beside() const {
        auto beside = terms();
        beside.network_prefixes = network_.to_be_named_beside();
        return beside;
    }

    // The previous session still opens what was sealed before the other end changed over.
    static constexpr std::chrono::seconds session_grace{30};

    struct Revocation {  // that was taken
        mobility::SessionId session;
        wire::SequenceNumber sequence;
        bool operator==(const Revocation&) const = default;
    };
    struct RetiringSession {
        mobility::SessionId session;
        mobility::Instant until;
        // The home agent may not have changed over, and revoke the binding under it.
        bool may_revoke = true;
    };

    RegistrationSettings settings_;
    UpdateNumbers numbers_;
    BindingUpdateSender sender_;
    OtherRegistration other_;
    BoundPaths bound_;
    bool is_beside_unwanted_ = false;                 // since something beside was asked for last
    std::optional<mobility::Instant> loss_shown_at_;  // by an answer about flows
    bool has_identifiers_ = true;  // the home agent knows RFC 5648, as far as is known
    std::vector<wire::FlowIdentification> flows_;
    bool flows_changed_ = false;  // since the home agent was told
    std::vector<RefusedFlow> refused_flows_;
    std::optional<Binding> binding_;
    std::optional<wire::Ipv4Address> ipv4_home_;
    mobility::DnsConfiguration dns_;
    NetworkRegistration network_;
    // Along which it registers once a binding of the other kind (RFC 3963 §6.2) has been given up.
    std::vector<mobility::Path> ask_next_;
    bool has_given_up_other_kind_ = false;  // since the last registration
    std::vector<RetiringSession> retiring_;
    std::optional<mobility::Instant> doubted_at_;
    std::vector<Revocation> revocations_;  // as long as their sessions last
    bool is_revoked_ = false;
    std::optional<mobility::Instant> ended_at_;  // by the home agent
    std::optional<mobility::Instant> ask_not_before_;
    std::optional<mobility::Instant> valid_until_;  // the home prefix
    bool suspended_ = true;
    bool barred_ = false;  // RFC 6275 §11.7.3: status 134, the home address is somebody else's
};

}  // namespace godwit::client
