// Signalling under a session (RFC 4285), and what is left to those without one.

#include "shared/security/unprotected_authenticator.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class SessionSignalling : public Conversation {
  protected:
    wire::Bytes seal_update(std::uint16_t sequence) {
        return mobile_node_
            .seal(from_mobile_node(update(sequence), mobility::InSession{sessions_.mobile_node}))
            .value();
    }
    wire::Bytes seal_at_home_agent(wire::MobilityMessage message) {
        return home_agent_
            .seal(from_home_agent(std::move(message), mobility::InSession{sessions_.home_agent}))
            .value();
    }

    Sessions sessions_ = shake_hands(1);
};

TEST_F(SessionSignalling, ProvesABindingUpdate) {
    const Opened opened = open_at_home_agent(seal_update(2));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), peer_id);
    EXPECT_EQ(message_in(opened)->proof(),
              mobility::Proof(mobility::InSession{sessions_.home_agent}));
}

TEST_F(SessionSignalling, ProvesEveryMessageOfTheHomeAgentThatHasOptions) {
    for (const wire::MobilityMessage& message : {
             wire::MobilityMessage(acknowledgement(2)),
             wire::MobilityMessage(wire::BindingRefreshRequest{}),
             wire::MobilityMessage(
                 wire::BindingError{.status = wire::BindingErrorStatus::unknown_binding,
                                    .home = test::home,
                                    .options = {}}),
             wire::MobilityMessage(wire::Heartbeat{}),
             wire::MobilityMessage(wire::BindingRevocationIndication{}),
         }) {
        const Opened opened = open_at_mobile_node(seal_at_home_agent(message));
        ASSERT_NE(message_in(opened), nullptr) << message.index() << rejection_in(opened);
        EXPECT_EQ(message_in(opened)->proof(),
                  mobility::Proof(mobility::InSession{sessions_.mobile_node}));
    }
}

TEST_F(SessionSignalling, CannotProveAMessageWithoutOptions) {
    EXPECT_EQ(home_agent_
                  .seal(from_home_agent(wire::ExperimentalMessage{},
                                        mobility::InSession{sessions_.home_agent}))
                  .error(),
              SealError::wrong_message);
}

TEST_F(SessionSignalling, EndsInTheAuthenticationOption) {  // RFC 4285 §5.1: MUST be the last
    const wire::Bytes sealed = seal_update(2);
    const auto option = std::span(sealed).last(23);
    EXPECT_EQ(option[0], wire::AuthenticationOption::layout.type);
    EXPECT_EQ(option[1], 21);
    EXPECT_EQ(option[2], wire::AuthenticationOption::mobile_node_home_agent);
}

TEST_F(SessionSignalling, RefusesEveryChangedBitOfABindingUpdate) {
    const wire::Bytes sealed = seal_update(2);
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        wire::Bytes changed = sealed;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(open_at_home_agent(changed)) << bit;
        if (bit / 8 != 4 && bit / 8 != 5) {
            EXPECT_EQ(message_in(home_agent_.open(path_of_home_agent(),
                                                  with_checksum(to_home_agent(changed)))),
                      nullptr)
                << bit;
        }
    }
    EXPECT_TRUE(open_at_home_agent(sealed));
}

TEST_F(SessionSignalling, RefusesEveryChangedBitOfAnAcknowledgement) {
    const wire::Bytes sealed = seal_at_home_agent(acknowledgement(2));
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        wire::SignallingPacket packet = to_mobile_node(sealed);
        packet.mobility_header[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        if (bit / 8 != 4 && bit / 8 != 5) {
            packet = with_checksum(packet);
        }
        EXPECT_EQ(message_in(mobile_node_.open(path_of_mobile_node(), packet)), nullptr) << bit;
    }
    EXPECT_TRUE(open_at_mobile_node(sealed));
}

TEST_F(SessionSignalling, RefusesEveryTruncation) {
    const wire::Bytes sealed = seal_update(2);
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_FALSE(open_at_home_agent(
            {sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
}

TEST_F(SessionSignalling, RefusesAnotherHomeAddress) {
    wire::SignallingPacket packet = to_home_agent(seal_update(2));
    packet.home_address_option = wire::HomeAddress{test::ip("2001:db8:f::10")};
    EXPECT_EQ(rejection_in(home_agent_.open(path_of_home_agent(), with_checksum(packet))),
              "bad-authenticator");
}

TEST_F(SessionSignalling, RefusesAnAcknowledgementSentToAnotherCareOfAddress) {
    mobility::SendMessage order =
        from_home_agent(acknowledgement(2), mobility::InSession{sessions_.home_agent});
    order.path.remote = test::care_of_b.address;
    EXPECT_EQ(rejection_in(open_at_mobile_node(*home_agent_.seal(order))), "bad-authenticator");
}

TEST_F(SessionSignalling, RefusesItsOwnMessagesSentBack) {
    wire::SignallingPacket reflected = to_mobile_node(seal_update(2));
    EXPECT_EQ(rejection_in(mobile_node_.open(path_of_mobile_node(), with_checksum(reflected))),
              "unknown-session");
}

TEST_F(SessionSignalling, RefusesOptionsBehindTheAuthenticator) {
    const wire::Bytes sealed = seal_at_home_agent(acknowledgement(2));
    const auto pseudo_header = to_mobile_node(sealed).pseudo_header();
    auto message =
        std::get<wire::BindingAcknowledgement>(*wire::parse_mobility_header(sealed, pseudo_header));
    message.options.push_back(wire::BindingRefreshAdvice{wire::Lifetime(1)});
    const Opened opened =
        open_at_mobile_node(wire::serialize_mobility_header(message, pseudo_header));
    EXPECT_EQ(message_in(opened), nullptr);
}

TEST_F(SessionSignalling, RefusesAShorterAuthenticator) {
    const wire::Bytes sealed = seal_at_home_agent(acknowledgement(2));
    const auto pseudo_header = to_mobile_node(sealed).pseudo_header();
    auto message =
        std::get<wire::BindingAcknowledgement>(*wire::parse_mobility_header(sealed, pseudo_header));
    for (const std::size_t length : {0U, 1U, 12U, 15U}) {
        auto shortened = message;
        std::get<wire::AuthenticationOption>(shortened.options.back()).authenticator.resize(length);
        EXPECT_EQ(rejection_in(open_at_mobile_node(
                      wire::serialize_mobility_header(shortened, pseudo_header))),
                  "unauthenticated");
    }
}

TEST_F(SessionSignalling, GoesOnUnderAnEarlierSessionUntilItIsEnded) {
    const Sessions earlier = std::exchange(sessions_, shake_hands(2));
    const auto seal_under_earlier = [&] {
        return mobile_node_.seal(
            from_mobile_node(update(3), mobility::InSession{earlier.mobile_node}));
    };
    EXPECT_TRUE(open_at_home_agent(*seal_under_earlier()));
    home_agent_.end(earlier.home_agent);
    EXPECT_EQ(hint_in(open_at_home_agent(*seal_under_earlier())),
              mobility::Hint::Kind::unknown_session);
    mobile_node_.end(earlier.mobile_node);
    EXPECT_EQ(seal_under_earlier().error(), SealError::unknown_session);
    EXPECT_TRUE(open_at_home_agent(seal_update(4)));
}

TEST_F(SessionSignalling, HintsAtASessionThatAHomeAgentHasLost) {
    HomeAgentAuthenticator restarted(home_agent_credentials(), ledger_);
    const Opened opened = restarted.open(path_of_home_agent(), to_home_agent(seal_update(77)));
    EXPECT_EQ(hint_in(opened), mobility::Hint::Kind::unknown_session);
    EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, wire::SequenceNumber(77));
    EXPECT_EQ(opened->home, test::home);
}

TEST_F(SessionSignalling, SaysNothingOfALostSessionToWhoDoesNotKnowThePublicKey) {
    HomeAgentAuthenticator restarted(home_agent_credentials(), ledger_);
    wire::SignallingPacket packet = to_home_agent(seal_update(2));
    const auto option =
        find_handshake_option(packet.mobility_header, HandshakeOptionKind::mac1_alone);
    packet.mobility_header[option->mac1.offset] ^= 1U;
    EXPECT_EQ(rejection_in(restarted.open(path_of_home_agent(), with_checksum(packet))),
              "unknown-session");
}

TEST_F(SessionSignalling, SaysNothingOfALostSessionWithoutMac1) {
    HomeAgentAuthenticator restarted(home_agent_credentials(), ledger_);
    const wire::Bytes sealed = seal_update(2);
    const auto pseudo_header = to_home_agent(sealed).pseudo_header();
    auto message =
        std::get<wire::BindingUpdate>(*wire::parse_mobility_header(sealed, pseudo_header));
    std::erase_if(message.options, [](const wire::MobilityOption& option) {
        return std::holds_alternative<wire::ExperimentalOption>(option);
    });
    const wire::Bytes bare = wire::serialize_mobility_header(message, pseudo_header);
    EXPECT_EQ(rejection_in(restarted.open(path_of_home_agent(), to_home_agent(bare))),
              "unknown-session");
}

TEST_F(SessionSignalling, HasNoTunnelKeysOnceItIsEnded) {
    home_agent_.end(sessions_.home_agent);
    EXPECT_FALSE(home_agent_.take_tunnel_keys(sessions_.home_agent));
}

TEST_F(SessionSignalling, IsNotDisturbedByTheEndOfAnUnknownSession) {
    home_agent_.end({0x80000000});
    mobile_node_.end({0x80000000});
    EXPECT_TRUE(open_at_home_agent(seal_update(2)));
}

class Unproved : public Conversation {
  protected:
    wire::Bytes bare(wire::MobilityMessage message) {
        return home_agent_.seal(from_home_agent(std::move(message), mobility::Unprotected{}))
            .value();
    }
};

TEST_F(Unproved, HintsAtTheMobileNodeAndNoMore) {
    auto lost = acknowledgement(5);
    lost.status = wire::BindingStatus::authentication_failed;
    const Opened opened = open_at_mobile_node(bare(lost));
    EXPECT_EQ(hint_in(opened), mobility::Hint::Kind::authentication_failed);
    EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, wire::SequenceNumber(5));
    EXPECT_EQ(hint_in(open_at_mobile_node(bare(wire::BindingRefreshRequest{}))),
              mobility::Hint::Kind::refresh_requested);
    EXPECT_EQ(hint_in(open_at_mobile_node(
                  bare(wire::BindingError{.status = wire::BindingErrorStatus::unknown_binding,
                                          .home = test::home,
                                          .options = {}}))),
              mobility::Hint::Kind::unknown_binding);
}

TEST_F(Unproved, IsNothingElseToTheMobileNode) {
    EXPECT_EQ(rejection_in(open_at_mobile_node(bare(acknowledgement(5)))), "unauthenticated");
    EXPECT_EQ(rejection_in(open_at_mobile_node(bare(wire::BindingRevocationIndication{}))),
              "unauthenticated");
    EXPECT_EQ(rejection_in(open_at_mobile_node(bare(
                  wire::BindingError{.status = wire::BindingErrorStatus::unrecognized_message_type,
                                     .home = test::home,
                                     .options = {}}))),
              "unauthenticated");
}

TEST_F(Unproved, NamesTheHomeAddressOfABindingErrorWithoutARoutingHeader) {
    mobility::SendMessage order = from_home_agent(
        wire::BindingError{
            .status = wire::BindingErrorStatus::unknown_binding, .home = test::home, .options = {}},
        mobility::Unprotected{});
    order.names_home = false;
    wire::SignallingPacket packet = to_mobile_node(*home_agent_.seal(order));
    packet.routing_header.reset();
    const Opened opened = mobile_node_.open(path_of_mobile_node(), packet);
    EXPECT_EQ(hint_in(opened), mobility::Hint::Kind::unknown_binding);
    EXPECT_EQ(opened->home, test::home);
}

TEST_F(Unproved, IsNothingToAHomeAgentWithoutALaboratory) {
    const auto sealed = mobile_node_.seal(from_mobile_node(update(1), mobility::Unprotected{}));
    EXPECT_EQ(rejection_in(open_at_home_agent(*sealed)), "unauthenticated");
}

TEST_F(Unproved, IsCountedByWhatIsWrongWithItsOctets) {
    wire::Bytes header = *mobile_node_.seal(from_mobile_node(update(1), mobility::Unprotected{}));
    header[4] ^= 1U;
    EXPECT_EQ(rejection_in(open_at_home_agent(header)), "bad-checksum");
    EXPECT_EQ(rejection_in(open_at_home_agent({})), "truncated");
}

TEST_F(Unproved, TellsTheMobileNodeOfAMessageTypeItDoesNotKnow) {
    wire::Bytes header = bare(wire::BindingRefreshRequest{});
    header[2] = 200;
    EXPECT_EQ(
        hint_in(mobile_node_.open(path_of_mobile_node(), with_checksum(to_mobile_node(header)))),
        mobility::Hint::Kind::unrecognized_type);
    EXPECT_EQ(
        rejection_in(home_agent_.open(path_of_home_agent(), with_checksum(to_home_agent(header)))),
        "unknown-message-type");
}

class Laboratory : public Conversation {
  protected:
    static HomeAgentCredentials laboratory_credentials() {
        HomeAgentCredentials credentials = home_agent_credentials();
        credentials.unprotected_peers.push_back({{9}, test::home});
        return credentials;
    }
    Opened open_bare(wire::MobilityMessage message) {
        const auto sealed =
            node_.seal(from_mobile_node(std::move(message), mobility::Unprotected{}));
        return laboratory_.open(path_of_home_agent(), to_home_agent(*sealed));
    }

    HomeAgentAuthenticator laboratory_{laboratory_credentials(), ledger_};
    UnprotectedAuthenticator node_{test::home_agent};
};

TEST_F(Laboratory, TakesABareBindingUpdateOnTrust) {
    const Opened opened = open_bare(update(1));
    ASSERT_NE(message_in(opened), nullptr);
    EXPECT_EQ(message_in(opened)->peer(), mobility::PeerId{9});
    EXPECT_EQ(message_in(opened)->proof(), mobility::Proof(mobility::Unproven{}));
}

TEST_F(Laboratory, TakesAnyOtherHomeAddressForAHintAtMost) {
    const auto sealed = node_.seal(from_mobile_node(update(1), mobility::Unprotected{}));
    wire::SignallingPacket packet = to_home_agent(*sealed);
    packet.home_address_option = wire::HomeAddress{test::ip("2001:db8:f::10")};
    const Opened opened = laboratory_.open(path_of_home_agent(), with_checksum(packet));
    EXPECT_EQ(message_in(opened), nullptr);
    EXPECT_EQ(hint_in(opened), mobility::Hint::Kind::unknown_home);
}

TEST_F(Laboratory, TakesABareAcknowledgementOnTrust) {
    const auto sealed =
        laboratory_.seal(from_home_agent(acknowledgement(1), mobility::Unprotected{}));
    const Opened opened = node_.open(path_of_mobile_node(), to_mobile_node(*sealed));
    ASSERT_NE(message_in(opened), nullptr);
    EXPECT_EQ(message_in(opened)->proof(), mobility::Proof(mobility::Unproven{}));
}

TEST_F(Laboratory, HearsHintsAsHints) {
    const auto sealed =
        laboratory_.seal(from_home_agent(wire::BindingRefreshRequest{}, mobility::Unprotected{}));
    EXPECT_EQ(hint_in(node_.open(path_of_mobile_node(), to_mobile_node(*sealed))),
              mobility::Hint::Kind::refresh_requested);
}

TEST_F(Laboratory, TellsOfAMessageTypeItDoesNotKnow) {  // RFC 6275 §9.2
    wire::Bytes header =
        *laboratory_.seal(from_home_agent(wire::BindingRefreshRequest{}, mobility::Unprotected{}));
    header[2] = 200;
    EXPECT_EQ(hint_in(laboratory_.open(path_of_home_agent(), with_checksum(to_home_agent(header)))),
              mobility::Hint::Kind::unrecognized_type);
}

TEST_F(Laboratory, SealsNothing) {
    EXPECT_EQ(node_.seal(from_mobile_node(update(1), mobility::StartHandshake{})).error(),
              SealError::wrong_role);
    EXPECT_FALSE(node_.take_tunnel_keys({0x80000001}));
}

}  // namespace
}  // namespace godwit::security
