#pragma once
// The mobile node's side of a home registration: RFC 6275 §11.7.1 (sending binding updates),
// §11.7.3 (receiving acknowledgements), §11.8 (retransmission and rate). It is told where the home
// agent shall see the node and keeps asking until that is acknowledged.

#include <chrono>
#include <optional>
#include <vector>

#include "client/core/binding_update_list.hpp"
#include "client/core/rate_limit.hpp"
#include "shared/mobility/constants.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::client {

struct RegistrationSettings {
    wire::HomeAddress home;
    wire::HomeAgentAddress home_agent;
    wire::Lifetime lifetime{150};  // asked for: 600 s
    mobility::Protection protection = mobility::Protection::sealed;
    // RFC 6275 §13, InitialBindackTimeoutFirstReg: MUST be configurable.
    std::chrono::nanoseconds first_registration_timeout =
        mobility::initial_bindack_timeout_first_registration;
    wire::SequenceNumber first_sequence;  // random
};

class HomeRegistration {
  public:
    explicit HomeRegistration(const RegistrationSettings& settings);

    // Registers this path, its local address being the care-of address; data follows at once where
    // a session exists.
    void register_path(mobility::Instant now, const mobility::Path& path,
                       mobility::Actions& actions);
    // Asks for the binding to be given up; the path's local address is the home address at home.
    void deregister(mobility::Instant now, const mobility::Path& path, mobility::Actions& actions);
    // No link is there to ask over.
    void suspend();

    enum class Outcome { none, registered, deregistered };
    Outcome on_acknowledgement(mobility::Instant now,
                               const mobility::Authenticated<wire::MobilityMessage>& authenticated,
                               const wire::BindingAcknowledgement& acknowledgement,
                               mobility::Actions& actions);
    // The home agent seems to have lost the session: asks again by a handshake, once a second at
    // most.
    void on_doubt(mobility::Instant now, mobility::Actions& actions);
    // The same, in answer to the update of this number; nothing if there is none under way.
    void on_doubt(mobility::Instant now, wire::SequenceNumber sequence, mobility::Actions& actions);

    void on_deadline(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // The acknowledged binding, if it has not expired at `now`.
    [[nodiscard]] const Binding* binding(mobility::Instant now) const;
    [[nodiscard]] bool is_pending() const { return pending_.has_value(); }
    [[nodiscard]] wire::SequenceNumber last_sequence() const { return sequence_; }

  private:
    void refresh(mobility::Instant now, mobility::Actions& actions);
    void ask(mobility::Instant now, PendingUpdate update, mobility::Actions& actions);
    void send(mobility::Instant now, mobility::Actions& actions);
    void send_now_or_later(mobility::Instant now, mobility::Actions& actions);
    Outcome on_accepted(mobility::Instant now, const SentUpdate& sent, const mobility::Proof& proof,
                        const wire::BindingAcknowledgement& acknowledgement,
                        mobility::Actions& actions);
    Outcome on_refused(mobility::Instant now, bool was_deregistration,
                       const wire::BindingAcknowledgement& acknowledgement,
                       mobility::Actions& actions);
    void adopt_session(mobility::Instant now, mobility::SessionId session,
                       mobility::Actions& actions);
    void let_expired_binding_go(mobility::Instant now, mobility::Actions& actions);
    void forget_binding(mobility::Actions& actions);
    void end_retired_sessions(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> refresh_due() const;
    [[nodiscard]] const SentUpdate* outstanding(wire::SequenceNumber sequence) const;
    [[nodiscard]] std::optional<mobility::SessionId> session() const;
    [[nodiscard]] std::optional<mobility::SessionId> tunnel_session() const;
    [[nodiscard]] mobility::Seal seal() const;

    struct RetiringSession {
        mobility::SessionId session;
        mobility::Instant until;
    };

    RegistrationSettings settings_;
    wire::SequenceNumber sequence_;
    // RFC 6275 §11.8: MUST NOT be faster, however the links flap.
    RateLimit<mobility::max_update_rate> rate_{std::chrono::seconds(1)};
    std::optional<Binding> binding_;
    std::optional<PendingUpdate> pending_;
    std::vector<RetiringSession> retiring_;
    std::optional<mobility::Instant> doubted_at_;
    bool suspended_ = true;
    bool barred_ = false;  // RFC 6275 §11.7.3: status 134, the home address is somebody else's
};

}  // namespace godwit::client
