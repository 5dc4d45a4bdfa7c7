// Asking whether the home agent hears, as `godwit doctor` does: docs/protocol.md.

#include "shared/security/knock.hpp"

#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

using mobility::Encapsulation;

Knock knock() {
    return {.home = test::home,
            .home_agent = test::home_agent,
            .home_agent_key = key_pair(2).public_key(),
            .sequence = wire::SequenceNumber(4711)};
}

class Knocking : public Conversation {
  protected:
    static mobility::Path path(Encapsulation encapsulation) {
        mobility::Path path = path_of_mobile_node();
        path.encapsulation = encapsulation;
        return path;
    }
    static mobility::Path way_back(Encapsulation encapsulation) {
        mobility::Path path = path_of_home_agent();
        path.encapsulation = encapsulation;
        return path;
    }
    // What a home agent says natively of a session that it does not know.
    static wire::SignallingPacket answer(wire::BindingStatus status, std::uint16_t sequence,
                                         const wire::HomeAddress& home = test::home) {
        wire::SignallingPacket packet{.source = test::home_agent.address,
                                      .destination = test::care_of_a.address,
                                      .home_address_option = std::nullopt,
                                      .routing_header = home,
                                      .mobility_header = {}};
        packet.mobility_header = wire::serialize_mobility_header(
            wire::BindingAcknowledgement{.status = status,
                                         .sequence = wire::SequenceNumber(sequence)},
            packet.pseudo_header());
        return packet;
    }
};

TEST_F(Knocking, IsHeardAsAHintAtAnUnknownSessionAndProvesNothing) {
    HomeAgentAuthenticator home_agent(home_agent_credentials(), ledger_);
    for (const auto encapsulation : {Encapsulation::ip6, Encapsulation::udp}) {
        const auto sent = packet_of(knock(), path(encapsulation)).serialize();
        const Opened opened =
            home_agent.open(way_back(encapsulation), wire::SignallingPacket::parse(sent).value());
        EXPECT_EQ(hint_in(opened), mobility::Hint::Kind::unknown_session);
        EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, knock().sequence);
        EXPECT_EQ(opened->home, test::home);
    }
}

TEST_F(Knocking, IsNotHeardByAHomeAgentWithAnotherKey) {
    Knock wrong = knock();
    wrong.home_agent_key = key_pair(3).public_key();
    HomeAgentAuthenticator home_agent(home_agent_credentials(), ledger_);
    EXPECT_EQ(rejection_in(home_agent.open(way_back(Encapsulation::udp),
                                           packet_of(wrong, path(Encapsulation::udp)))),
              "unknown-session");
}

TEST_F(Knocking, IsAnsweredByStatus146OfItsOwnNumber) {
    using enum wire::BindingStatus;
    const auto native = path(Encapsulation::ip6);
    EXPECT_TRUE(is_answer(knock(), native, answer(authentication_failed, 4711)));
    EXPECT_FALSE(is_answer(knock(), native, answer(authentication_failed, 4710)));
    EXPECT_FALSE(is_answer(knock(), native, answer(accepted, 4711)));
    EXPECT_FALSE(is_answer(knock(), native,
                           answer(authentication_failed, 4711, {test::ip("2001:db8:f::8")})));
}

TEST_F(Knocking, IsToldWhereItWasSeenToComeFromByAShorterAnswer) {
    const auto udp = path(Encapsulation::udp);
    const mobility::ObservedSource seen{.address = test::ip("::ffff:203.0.113.7"), .port = 40000};
    wire::SignallingPacket answer{.source = test::home_agent.address,
                                  .destination = test::home.address,
                                  .home_address_option = std::nullopt,
                                  .routing_header = std::nullopt,
                                  .mobility_header = {}};
    EXPECT_EQ(observed_source(knock(), udp, answer), std::nullopt);
    answer.mobility_header = wire::serialize_mobility_header(
        wire::BindingAcknowledgement{.status = wire::BindingStatus::authentication_failed,
                                     .sequence = knock().sequence,
                                     .options = {mobility::to_option(seen)}},
        answer.pseudo_header());
    EXPECT_EQ(observed_source(knock(), udp, answer), seen);
    EXPECT_LE(answer.serialize().size(), packet_of(knock(), udp).serialize().size());
}

TEST_F(Knocking, IsNotAnsweredByItself) {
    const auto udp = path(Encapsulation::udp);
    EXPECT_FALSE(is_answer(knock(), udp, packet_of(knock(), udp)));
}

}  // namespace
}  // namespace godwit::security
