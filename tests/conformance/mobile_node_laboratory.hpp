#pragma once
// A mobile node of the laboratory profile: RFC 6275 with nothing proved, so that every octet of
// what it hears can be written by hand.

#include <memory>
#include <utility>

#include "shared/security/unprotected_authenticator.hpp"
#include "tests/conformance/mobile_node_bench.hpp"

namespace godwit::conformance::mobile_node {

struct Answer {
    unsigned status = 0;
    unsigned lifetime = 150;                  // units of 4 s
    std::optional<std::uint16_t> sequence{};  // else that of the binding update
    std::uint8_t flags = 0;
    Bytes options{};  // from octet 12 on
};

class LaboratoryNode : public MobileNodeBench {
  public:
    explicit LaboratoryNode(const client::MobileNodeSettings& settings = settings_of())
        : MobileNodeBench(settings,
                          std::make_unique<security::UnprotectedAuthenticator>(test::home_agent)) {}

    static HeardPacket answer_to(const Sent& update, const Answer& answer = {}) {
        HeardPacket packet{.source = update.destination(),
                           .destination = update.source(),
                           .routed_to = update.home_address_option(),
                           .type = message::acknowledgement,
                           .data = {static_cast<std::uint8_t>(answer.status), answer.flags}};
        wire::Writer out(packet.data);
        out.integer(answer.sequence.value_or(update.sequence()));
        out.integer(static_cast<std::uint16_t>(answer.lifetime));
        out.bytes(answer.options);
        return packet;
    }
    // The home agent answers the last update.
    void be_answered(const Answer& answer = {}) { be_answered(update(), answer); }
    void be_answered(const Sent& update, const Answer& answer = {}) {
        const Bytes octets = answer_to(update, answer).octets();
        if (update.path.encapsulation == Encapsulation::udp) {
            Path back = update.path;
            hear(octets, std::move(back));
        } else {
            hear(octets);
        }
    }
    // Moves, and is answered at once.
    void register_at(const wire::CareOfAddress& care_of = care_of_a, const Answer& answer = {}) {
        attach(at(care_of));
        be_answered(answer);
    }
    void go_home() {
        attach(at_home);
        be_answered({.lifetime = 0});
    }

    // Whether an answer to a first registration, changed on the way, is taken.
    template <class Change>
    static bool takes(Change change) {
        LaboratoryNode node;
        node.attach(at(care_of_a));
        HeardPacket packet = answer_to(node.update());
        change(packet);
        node.hear(packet);
        return node.is_registered();
    }

    // From the home agent, unless something else is said: a refresh request.
    static HeardPacket refresh_request() {
        return {.source = home_agent,
                .destination = care_of_a.address,
                .routed_to = {},
                .type = message::refresh_request,
                .data = {0, 0}};
    }
    static HeardPacket error(std::uint8_t status, const Ipv6Address& of = home) {
        HeardPacket packet{.source = home_agent,
                           .destination = care_of_a.address,
                           .routed_to = {},
                           .type = message::error,
                           .data = {status, 0}};
        packet.data.insert(packet.data.end(), of.octets.begin(), of.octets.end());
        return packet;
    }
};

}  // namespace godwit::conformance::mobile_node
