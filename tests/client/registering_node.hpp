#pragma once
// A home registration and its link to a home agent that says what the test wants it to say.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/core/home_registration.hpp"
#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"
#include "tests/support/authenticated_link.hpp"

namespace godwit::client {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;
using mobility::Protection;
using test::noon;
using wire::BindingStatus;
using wire::Lifetime;
using wire::SequenceNumber;

inline RegistrationSettings settings_of(Protection protection) {
    return {.home = test::home,
            .home_agent = test::home_agent,
            .protection = protection,
            .first_sequence = SequenceNumber(100)};
}

struct Answer {
    BindingStatus status = BindingStatus::accepted;
    Lifetime lifetime{150};
    std::optional<SequenceNumber> sequence{};  // else that of the binding update
    wire::MobilityOptions options{};
    bool is_router = false;  // R
};

// The one binding update among the actions; throws if there is none.
inline mobility::SendMessage update_in(const Actions& actions) {
    return test::all<mobility::SendMessage>(actions).at(0);
}
inline SequenceNumber sequence_in(const Actions& actions) {
    return test::messages<wire::BindingUpdate>(actions).at(0).sequence;
}
inline bool is_by_handshake(const Actions& actions) {
    return std::holds_alternative<mobility::StartHandshake>(update_in(actions).seal);
}

class RegisteringNode {
  public:
    explicit RegisteringNode(Protection protection = Protection::none)
        : RegisteringNode(settings_of(protection)) {}
    explicit RegisteringNode(const RegistrationSettings& settings)
        : core(settings), link_(settings.protection) {}

    static mobility::Path path_from(const wire::Ipv6Address& address) {
        return {.interface = {1}, .local = address, .remote = test::home_agent.address};
    }

    Actions register_at(Instant now, const wire::CareOfAddress& care_of = test::care_of_a) {
        Actions actions;
        core.register_paths(now, {path_from(care_of.address)}, actions);
        return actions;
    }
    Actions deregister(Instant now) {
        Actions actions;
        core.deregister(now, path_from(test::home.address), actions);
        return actions;
    }
    // These are the paths that the links offer.
    Actions offer(Instant now, const std::vector<mobility::Path>& paths) {
        Actions actions;
        core.on_offers(now, paths, actions);
        return actions;
    }
    Actions suspend() {
        Actions actions;
        core.suspend(actions);
        return actions;
    }
    Actions doubt(Instant now) {
        Actions actions;
        core.on_doubt(now, actions);
        return actions;
    }
    Actions run_timer(Instant now) {
        Actions actions;
        core.on_deadline(now, actions);
        return actions;
    }

    // What the home agent says to the binding update among these actions.
    mobility::Received answer(const Actions& asked, const Answer& answer = {}) {
        const mobility::SendMessage order = update_in(asked);
        const auto received = link_.carry_to_home_agent(order);
        const auto& update = std::get<wire::BindingUpdate>(order.message);
        return link_.carry_to_mobile_node(
            {.path = received.path,
             .home = received.home,
             .message =
                 wire::BindingAcknowledgement{.status = answer.status,
                                              .mobile_router = answer.is_router,
                                              .sequence = answer.sequence.value_or(update.sequence),
                                              .lifetime = answer.lifetime,
                                              .options = answer.options},
             .seal = seal_for(std::get<0>(received.content).proof())});
    }
    Actions hear(Instant now, const mobility::Received& acknowledgement) {
        const auto& message = std::get<0>(acknowledgement.content);
        Actions actions;
        outcome = core.on_acknowledgement(
            now, message, std::get<wire::BindingAcknowledgement>(message.message()), actions);
        return actions;
    }
    Actions hear_answer(Instant now, const Actions& asked, const Answer& said = {}) {
        return hear(now, answer(asked, said));
    }
    // Registers; the acknowledgement comes at once.
    Actions become_registered(Instant now, Lifetime granted = Lifetime(150)) {
        return hear_answer(now, register_at(now), {.lifetime = granted});
    }

    // Octets of the Mobility Header that was answered last.
    [[nodiscard]] std::size_t length_of_update() const { return link_.last_length_of_mobile_node; }

    HomeRegistration core;
    HomeRegistration::Outcome outcome = HomeRegistration::Outcome::none;  // of the last answer

  private:
    static mobility::Seal seal_for(const mobility::Proof& proof) {
        if (const auto* handshake = std::get_if<mobility::InHandshake>(&proof)) {
            return *handshake;
        }
        if (const auto* session = std::get_if<mobility::InSession>(&proof)) {
            return *session;
        }
        return mobility::Unprotected{};
    }

    test::AuthenticatedLink link_;
};

}  // namespace godwit::client
