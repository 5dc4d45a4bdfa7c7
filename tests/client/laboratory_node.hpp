#pragma once
// A mobile node of a laboratory, where nothing is proved, and what its links may offer.

#include <utility>

#include "client/core/mobile_node.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {

inline mobility::Attachments at(const wire::CareOfAddress& care_of) {
    return {.candidates = {{.interface = {1}, .address = care_of.address}}, .home = {}};
}

inline const mobility::Attachments nothing;
inline const mobility::Attachments at_home{
    .candidates = {}, .home = mobility::HomeLink{.interface = {1}, .router = test::ip("fe80::1")}};

// A mobile node of a laboratory, and a home agent that grants what it is asked for.
struct LaboratoryNode {
    Actions acknowledge(Instant now, const Actions& asked) {
        const auto received = link.carry_to_home_agent(update_in(asked));
        const auto& update = std::get<wire::BindingUpdate>(std::get<0>(received.content).message());
        return core.on_received(
            now, link.carry_to_mobile_node(
                     {.path = received.path,
                      .home = received.home,
                      .message = wire::BindingAcknowledgement{.sequence = update.sequence,
                                                              .lifetime = update.lifetime,
                                                              .options = {}},
                      .seal = mobility::Unprotected{}}));
    }
    // What the home agent says along the path from the first place.
    Actions hear(Instant now, wire::MobilityMessage message) {
        return core.on_received(
            now, link.carry_to_mobile_node({.path = {.interface = {1},
                                                     .local = test::home_agent.address,
                                                     .remote = test::care_of_a.address},
                                            .home = test::home,
                                            .message = std::move(message),
                                            .seal = mobility::Unprotected{}}));
    }
    // Moves, and is acknowledged at once.
    Actions arrive(Instant now, const mobility::Attachments& attachments) {
        return acknowledge(now, core.on_attachments(now, attachments));
    }
    Actions hint(Instant now, mobility::Hint::Kind kind, SequenceNumber sequence = {},
                 const wire::Ipv6Address& from = test::home_agent.address) {
        return core.on_received(now, {.path = {.local = test::care_of_a.address, .remote = from},
                                      .home = test::home,
                                      .content = mobility::Hint{kind, sequence}});
    }

    MobileNode core{{.registration = settings_of(Protection::none)}};
    test::AuthenticatedLink link{Protection::none};
};

}  // namespace godwit::client
