#pragma once
// A home agent, and a mobile node at the other end of a link that says what the test wants it to.

#include <chrono>
#include <cstdint>

#include "server/core/home_agent.hpp"
#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"
#include "tests/support/authenticated_link.hpp"

namespace godwit::server {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::DropReason;
using mobility::Instant;
using mobility::Protection;
using test::noon;
using wire::BindingStatus;
using wire::Lifetime;
using wire::SequenceNumber;

inline HomeAgentSettings settings_of(Protection protection) {
    return {.address = test::home_agent,
            .home_prefix = test::home_prefix,
            .allow_unprotected = protection == Protection::none,
            .mobile_nodes = {{"laptop", test::home, protection}}};
}

// A binding update that nothing is wrong with.
inline wire::BindingUpdate update(std::uint16_t sequence,
                                  const wire::CareOfAddress& care_of = test::care_of_a) {
    return {.sequence = SequenceNumber(sequence),
            .acknowledge = true,
            .home_registration = true,
            .lifetime = Lifetime(150),
            .options = {wire::AlternateCareOfAddress{care_of}}};
}
// From the home link.
inline wire::BindingUpdate deregistration(std::uint16_t sequence) {
    wire::BindingUpdate update = server::update(sequence, {test::home.address});
    update.lifetime = {};
    return update;
}

// The one acknowledgement among the actions; throws if there is none.
inline wire::BindingAcknowledgement answer_in(const Actions& actions) {
    return test::messages<wire::BindingAcknowledgement>(actions).at(0);
}
inline BindingStatus status_in(const Actions& actions) {
    return answer_in(actions).status;
}
inline mobility::Path answer_path_in(const Actions& actions) {
    return test::all<mobility::SendMessage>(actions).at(0).path;
}

class AskedHomeAgent {
  public:
    explicit AskedHomeAgent(Protection protection = Protection::none)
        : AskedHomeAgent(settings_of(protection)) {}
    explicit AskedHomeAgent(const HomeAgentSettings& settings)
        : core(settings), link_(settings.mobile_nodes.at(0).protection) {
        if (settings.mobile_nodes.at(0).protection != Protection::none) {
            seal_ = mobility::StartHandshake{};
        }
    }

    // The update as the home agent's authenticator takes it. It comes from its care-of address.
    mobility::Received carry(const wire::BindingUpdate& update, const mobility::Seal& seal,
                             const wire::HomeAddress& home = test::home) {
        const auto* alternate = wire::find<wire::AlternateCareOfAddress>(update.options);
        return carry(update, seal, alternate->care_of.address, home);
    }
    mobility::Received carry(const wire::BindingUpdate& update, const mobility::Seal& seal,
                             const wire::Ipv6Address& from, const wire::HomeAddress& home) {
        return link_.carry_to_home_agent(
            {.path = {.interface = {3}, .local = from, .remote = test::home_agent.address},
             .home = home,
             .message = update,
             .seal = seal});
    }

    // By handshake, or bare in a laboratory.
    Actions hear(Instant now, const wire::BindingUpdate& update) {
        return core.on_received(now, carry(update, seal_));
    }
    Actions hear_from(Instant now, const wire::BindingUpdate& update,
                      const wire::Ipv6Address& source) {
        return core.on_received(now, carry(update, seal_, source, test::home));
    }
    Actions hear_in_session(Instant now, const wire::BindingUpdate& update,
                            mobility::SessionId session) {
        return core.on_received(now, carry(update, mobility::InSession{session}));
    }
    Actions hint(Instant now, mobility::Hint::Kind kind, const wire::HomeAddress& home = test::home,
                 const wire::Ipv6Address& from = test::care_of_a.address) {
        return core.on_received(
            now, {.path = {.interface = {3}, .local = test::home_agent.address, .remote = from},
                  .home = home,
                  .content = mobility::Hint{kind, SequenceNumber(7)}});
    }

    // Delivers the acknowledgement that completes a handshake; the mobile node's session.
    mobility::SessionId complete(const Actions& actions) {
        return test::proving_session(
            link_.carry_to_mobile_node(test::all<mobility::SendMessage>(actions).at(0)));
    }

    [[nodiscard]] const Binding* binding(Instant now) const {
        const Binding* entry = core.bindings().find(test::home, now);
        return entry != nullptr && entry->is_valid ? entry : nullptr;
    }

    HomeAgent core;

  private:
    test::AuthenticatedLink link_;
    mobility::Seal seal_ = mobility::Unprotected{};
};

}  // namespace godwit::server
