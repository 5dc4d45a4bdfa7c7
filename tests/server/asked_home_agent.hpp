#pragma once
// A home agent, and a mobile node at the other end of a link that says what the test wants it to.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
            .checks = {.random = [next = 0xdead'0000U]() mutable { return next += 0x1000; },
                       .mtu_probe_interval = 24h},
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
inline mobility::SendMessage answer_order_in(const Actions& actions) {
    std::vector<mobility::SendMessage> orders;
    for (const auto& order : test::all<mobility::SendMessage>(actions)) {
        if (!std::holds_alternative<wire::Heartbeat>(order.message)) {
            orders.push_back(order);
        }
    }
    return orders.at(0);
}
inline wire::BindingAcknowledgement answer_in(const Actions& actions) {
    return test::messages<wire::BindingAcknowledgement>(actions).at(0);
}
inline BindingStatus status_in(const Actions& actions) {
    return answer_in(actions).status;
}
inline mobility::Path answer_path_in(const Actions& actions) {
    return answer_order_in(actions).path;
}

// The heartbeat requests that ask whether the mobile node is there, and those that ask how long a
// packet may be.
inline std::vector<mobility::SendMessage> heartbeats_in(const Actions& actions, bool padded) {
    std::vector<mobility::SendMessage> requests;
    for (const auto& order : test::all<mobility::SendMessage>(actions)) {
        const auto* heartbeat = std::get_if<wire::Heartbeat>(&order.message);
        if (heartbeat != nullptr && !heartbeat->response && (order.padded_to != 0) == padded) {
            requests.push_back(order);
        }
    }
    return requests;
}
inline std::vector<mobility::SendMessage> challenges_in(const Actions& actions) {
    return heartbeats_in(actions, false);
}
inline std::vector<mobility::SendMessage> probes_in(const Actions& actions) {
    return heartbeats_in(actions, true);
}
class AskedHomeAgent {
  public:
    explicit AskedHomeAgent(Protection protection = Protection::none)
        : AskedHomeAgent(settings_of(protection)) {}
    explicit AskedHomeAgent(const HomeAgentSettings& settings)
        : core(settings), protection_(settings.mobile_nodes.at(0).protection), link_(protection_) {
        if (protection_ != Protection::none) {
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
        return carry(update, seal, native(from), home);
    }
    // Along this path of the mobile node's.
    mobility::Received carry(const wire::MobilityMessage& message, const mobility::Seal& seal,
                             const mobility::Path& path,
                             const wire::HomeAddress& home = test::home) {
        return link_.carry_to_home_agent(
            {.path = path, .home = home, .message = message, .seal = seal});
    }
    static mobility::Path native(const wire::Ipv6Address& from) {
        return {.interface = {3}, .local = from, .remote = test::home_agent.address};
    }

    // By handshake, or bare in a laboratory.
    Actions hear(Instant now, const wire::BindingUpdate& update) {
        return receive(now, carry(update, seal_));
    }
    Actions hear_from(Instant now, const wire::BindingUpdate& update,
                      const wire::Ipv6Address& source) {
        return receive(now, carry(update, seal_, source, test::home));
    }
    Actions hear_along(Instant now, const wire::BindingUpdate& update, const mobility::Path& path) {
        return receive(now, carry(update, seal_, path));
    }
    Actions hear_in_session(Instant now, const wire::BindingUpdate& update,
                            mobility::SessionId session) {
        return receive(now, carry(update, mobility::InSession{session}));
    }
    Actions hear_in_session_along(Instant now, const wire::BindingUpdate& update,
                                  mobility::SessionId session, const mobility::Path& path) {
        return receive(now, carry(update, mobility::InSession{session}, path));
    }
    Actions hint(Instant now, mobility::Hint::Kind kind, const wire::HomeAddress& home = test::home,
                 const wire::Ipv6Address& from = test::care_of_a.address) {
        return core.on_received(
            now, {.path = {.interface = {3}, .local = test::home_agent.address, .remote = from},
                  .home = home,
                  .content = mobility::Hint{kind, SequenceNumber(7)}});
    }
    // A heartbeat of the mobile node's, along this path of the home agent's.
    Actions hear_heartbeat(Instant now, const wire::Heartbeat& heartbeat,
                           const mobility::Path& path) {
        return core.on_received(now, heartbeat_link().heartbeat(path, heartbeat));
    }
    // The mobile node answers a heartbeat request.
    Actions answer(Instant now, const mobility::SendMessage& request) {
        wire::Heartbeat response = std::get<wire::Heartbeat>(request.message);
        response.response = true;
        return hear_heartbeat(now, response, request.path);
    }

    // Delivers the acknowledgement that completes a handshake; the mobile node's session.
    mobility::SessionId complete(const Actions& actions) {
        return test::proving_session(link_.carry_to_mobile_node(answer_order_in(actions)));
    }

    // How long the Mobility Header was that complete() has delivered.
    [[nodiscard]] std::size_t length_of_answer() const { return link_.last_length; }

    [[nodiscard]] const Binding* binding(Instant now) const {
        const Binding* entry = core.bindings().find(test::home, now);
        return entry != nullptr && entry->is_valid ? entry : nullptr;
    }
    void put_behind_nat(const wire::Ipv6Address& address, std::uint16_t port) {
        link_.nat = {address, port};
    }

    HomeAgent core;
    // Whether the mobile node answers the heartbeat requests that its binding updates lead to.
    bool answers_heartbeats = true;

  private:
    // Two ends that have a session to send heartbeats under, whatever becomes of others. The core
    // asks whose a heartbeat is, not which session it came under.
    class HeartbeatLink {
      public:
        explicit HeartbeatLink(Protection protection) : protection_(protection), link_(protection) {
            const auto path = native(test::care_of_a.address);
            const auto asked = link_.carry_to_home_agent({.path = path,
                                                          .home = test::home,
                                                          .message = update(1),
                                                          .seal = mobility::StartHandshake{}});
            at_home_agent_ = test::proving_session(asked);
            at_mobile_node_ = test::proving_session(link_.carry_to_mobile_node(
                {.path = asked.path,
                 .home = test::home,
                 .message = wire::BindingAcknowledgement{.sequence = SequenceNumber(1)},
                 .seal = mobility::InHandshake{at_home_agent_}}));
        }
        mobility::Received heartbeat(const mobility::Path& at_home_agent,
                                     const wire::Heartbeat& heartbeat) {
            if (protection_ == Protection::sealed) {
                return link_.tunnel_to_home_agent(at_home_agent, at_home_agent_, heartbeat);
            }
            return link_.carry_to_home_agent(
                {.path = test::AuthenticatedLink::other_end_of(at_home_agent),
                 .home = test::home,
                 .message = heartbeat,
                 .seal = mobility::InSession{at_mobile_node_}});
        }

      private:
        Protection protection_;
        test::AuthenticatedLink link_;
        mobility::SessionId at_home_agent_;
        mobility::SessionId at_mobile_node_;
    };

    HeartbeatLink& heartbeat_link() {
        if (!heartbeat_link_) {
            heartbeat_link_.emplace(protection_);
        }
        return *heartbeat_link_;
    }
    Actions receive(Instant now, const mobility::Received& received) {
        Actions actions = core.on_received(now, received);
        if (answers_heartbeats) {
            for (const auto& challenge : challenges_in(actions)) {
                for (const auto& probe : probes_in(answer(now, challenge))) {
                    (void)answer(now, probe);
                }
            }
        }
        return actions;
    }

    Protection protection_;
    test::AuthenticatedLink link_;
    std::optional<HeartbeatLink> heartbeat_link_;
    mobility::Seal seal_ = mobility::Unprotected{};
};

}  // namespace godwit::server
