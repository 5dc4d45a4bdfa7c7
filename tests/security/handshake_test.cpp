// The handshake in binding update and acknowledgement: what it gives.

#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class Handshake : public Conversation {};

TEST_F(Handshake, ProvesTheBindingUpdateToTheHomeAgent) {
    const Opened opened = open_at_home_agent(start_handshake(10));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), peer_id);
    EXPECT_TRUE(std::holds_alternative<mobility::InHandshake>(message_in(opened)->proof()));
    EXPECT_EQ(opened->home, test::home);
    EXPECT_EQ(opened->path, path_of_home_agent());
    const auto& received = std::get<wire::BindingUpdate>(message_in(opened)->message());
    EXPECT_EQ(received.sequence, wire::SequenceNumber(10));
    EXPECT_EQ(received.lifetime, wire::Lifetime(150));
}

TEST_F(Handshake, ProvesTheAcknowledgementToTheMobileNode) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    const Opened opened = open_at_mobile_node(answer_handshake(10, session));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), mobility::PeerId{});
    EXPECT_EQ(opened->home, test::home);
    EXPECT_EQ(std::get<wire::BindingAcknowledgement>(message_in(opened)->message()).sequence,
              wire::SequenceNumber(10));
}

TEST_F(Handshake, GivesBothEndsTheSameTunnel) {
    const Sessions sessions = shake_hands(10);
    const auto mobile_node = mobile_node_.take_tunnel_keys(sessions.mobile_node);
    const auto home_agent = home_agent_.take_tunnel_keys(sessions.home_agent);
    ASSERT_TRUE(mobile_node && home_agent);
    EXPECT_EQ(mobile_node->suite, home_agent->suite);
    EXPECT_EQ(mobile_node->inbound_spi, sessions.mobile_node.spi);
    EXPECT_EQ(mobile_node->inbound_spi, home_agent->outbound_spi);
    EXPECT_EQ(mobile_node->outbound_spi, sessions.home_agent.spi);
    EXPECT_EQ(mobile_node->outbound_spi, home_agent->inbound_spi);
    EXPECT_TRUE(is_equal(mobile_node->inbound.key, home_agent->outbound.key));
    EXPECT_TRUE(is_equal(mobile_node->outbound.key, home_agent->inbound.key));
    EXPECT_EQ(mobile_node->inbound.salt, home_agent->outbound.salt);
}

TEST_F(Handshake, GivesATunnelsKeysOnlyOnce) {  // a packet number must never meet a key twice
    const Sessions sessions = shake_hands(10);
    EXPECT_TRUE(home_agent_.take_tunnel_keys(sessions.home_agent));
    EXPECT_FALSE(home_agent_.take_tunnel_keys(sessions.home_agent));
}

TEST_F(Handshake, ChoosesSpisWithTheTopBitSet) {
    const Sessions sessions = shake_hands(10);
    EXPECT_GE(sessions.mobile_node.spi, 0x80000000U);
    EXPECT_GE(sessions.home_agent.spi, 0x80000000U);
}

TEST_F(Handshake, ChoosesTheHomeAgentsSpisOfTheShardOfTheHomeAddress) {
    const mobility::Shards shards(16);
    HomeAgentCredentials credentials = home_agent_credentials();
    credentials.shards = shards;
    HomeAgentAuthenticator home_agent(std::move(credentials), ledger_);
    for (std::uint16_t sequence = 10; sequence < 42; ++sequence) {
        time_ = time_.next();
        const Opened opened =
            home_agent.open(path_of_home_agent(), to_home_agent(start_handshake(sequence)));
        ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
        EXPECT_EQ(shards.of(handshake_session(opened)), shards.of(test::home));
        home_agent.end(handshake_session(opened));
    }
}

TEST_F(Handshake, UsesNewKeysEachTime) {
    const Sessions first = shake_hands(10);
    const Sessions second = shake_hands(11);
    EXPECT_NE(first.home_agent, second.home_agent);
    const auto keys = home_agent_.take_tunnel_keys(first.home_agent);
    EXPECT_FALSE(
        is_equal(keys->inbound.key, home_agent_.take_tunnel_keys(second.home_agent)->inbound.key));
}

TEST_F(Handshake, TakesTheSuiteThatBothEndsHave) {
    MobileNodeCredentials credentials = mobile_node_credentials();
    credentials.suites = SuiteSet().with(Suite::chacha20_poly1305);
    MobileNodeAuthenticator limited(std::move(credentials), [this] { return time_; });
    const auto sealed = limited.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    const auto session = handshake_session(open_at_home_agent(*sealed));
    answer_handshake(10, session);
    EXPECT_EQ(home_agent_.take_tunnel_keys(session)->suite, Suite::chacha20_poly1305);
}

TEST_F(Handshake, WorksWithAPresharedKeyThatBothEndsHave) {
    HomeAgentCredentials at_home_agent = home_agent_credentials();
    at_home_agent.protected_peers[0].preshared_key = preshared_key(9);
    HomeAgentAuthenticator home_agent(std::move(at_home_agent), ledger_);
    MobileNodeCredentials at_mobile_node = mobile_node_credentials();
    at_mobile_node.preshared_key = preshared_key(9);
    MobileNodeAuthenticator mobile_node(std::move(at_mobile_node), [this] { return time_; });

    const auto sealed = mobile_node.seal(from_mobile_node(update(1), mobility::StartHandshake{}));
    const auto session =
        handshake_session(home_agent.open(path_of_home_agent(), to_home_agent(*sealed)));
    const auto answer =
        home_agent.seal(from_home_agent(acknowledgement(1), mobility::InHandshake{session}));
    EXPECT_TRUE(message_in(mobile_node.open(path_of_mobile_node(), to_mobile_node(*answer))));
}

TEST_F(Handshake, WorksOnTheHomeLinkWithoutAHomeAddressOption) {  // RFC 6275 §11.5.5
    mobility::SendMessage order =
        from_mobile_node(wire::BindingUpdate{.sequence = wire::SequenceNumber(3), .options = {}},
                         mobility::StartHandshake{});
    order.path.local = test::home.address;
    wire::SignallingPacket packet = to_home_agent(*mobile_node_.seal(order));
    packet.source = test::home.address;
    packet.home_address_option.reset();
    mobility::Path path = path_of_home_agent();
    path.remote = test::home.address;
    const Opened at_home_agent = home_agent_.open(path, packet);
    ASSERT_NE(message_in(at_home_agent), nullptr) << rejection_in(at_home_agent);
    EXPECT_EQ(at_home_agent->home, test::home);

    mobility::SendMessage answer = from_home_agent(
        acknowledgement(3), mobility::InHandshake{handshake_session(at_home_agent)});
    answer.path = path;
    wire::SignallingPacket back = to_mobile_node(*home_agent_.seal(answer));
    back.destination = test::home.address;
    back.routing_header.reset();
    const Opened at_mobile_node = mobile_node_.open(order.path, back);
    EXPECT_NE(message_in(at_mobile_node), nullptr) << rejection_in(at_mobile_node);
}

TEST_F(Handshake, GoesOnWhenTheMobileNodesClockIsSetBack) {
    EXPECT_TRUE(open_at_home_agent(start_handshake(10)));
    time_ = Tai64n::from({});
    EXPECT_TRUE(open_at_home_agent(start_handshake(11)));
}

TEST_F(Handshake, TakesWhatOtherExperimentalOptionsThereAre) {
    wire::BindingUpdate crowded = update(10);
    crowded.options.insert(crowded.options.begin(), wire::ExperimentalOption{{}});
    crowded.options.push_back(wire::ExperimentalOption{{200, 1, 2, 3}});
    const auto sealed = mobile_node_.seal(from_mobile_node(crowded, mobility::StartHandshake{}));
    EXPECT_TRUE(open_at_home_agent(*sealed));
}

TEST_F(Handshake, AnswersAnyOfTheLastFewBindingUpdates) {
    const wire::Bytes first = start_handshake(10);
    for (std::uint16_t sequence = 11; sequence < 10 + MobileNodeAuthenticator::max_pending;
         ++sequence) {
        start_handshake(sequence);
    }
    const auto session = handshake_session(open_at_home_agent(first));
    EXPECT_TRUE(open_at_mobile_node(answer_handshake(10, session)));
}

TEST_F(Handshake, ForgetsTheOldestBindingUpdateWhenThereAreTooMany) {
    const wire::Bytes first = start_handshake(10);
    for (std::uint16_t sequence = 11; sequence <= 10 + MobileNodeAuthenticator::max_pending;
         ++sequence) {
        start_handshake(sequence);
    }
    const auto session = handshake_session(open_at_home_agent(first));
    EXPECT_EQ(rejection_in(open_at_mobile_node(answer_handshake(10, session))), "not-expected");
}

TEST_F(Handshake, TakesTheAnswerToANewerBindingUpdateAfterThatToAnOlder) {
    const auto older = handshake_session(open_at_home_agent(start_handshake(10)));
    const auto newer = handshake_session(open_at_home_agent(start_handshake(11)));
    EXPECT_TRUE(open_at_mobile_node(answer_handshake(10, older)));
    EXPECT_TRUE(open_at_mobile_node(answer_handshake(11, newer)));
}

// RFC 6275 §9.5.1: status 135 carries the last number accepted, not that of the update.
TEST_F(Handshake, TakesARefusalThatCarriesAnotherSequenceNumber) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    auto refusal = acknowledgement(4711);
    refusal.status = wire::BindingStatus::sequence_number_out_of_window;
    const auto sealed = home_agent_.seal(from_home_agent(refusal, mobility::InHandshake{session}));
    EXPECT_TRUE(open_at_mobile_node(*sealed));
}

TEST_F(Handshake, CanBeAnsweredOnlyOnce) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    answer_handshake(10, session);
    EXPECT_EQ(home_agent_.seal(from_home_agent(acknowledgement(10), mobility::InHandshake{session}))
                  .error(),
              SealError::unknown_session);
}

TEST_F(Handshake, CannotBeAnsweredOnceItsSessionHasBeenEnded) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    home_agent_.end(session);
    EXPECT_EQ(home_agent_.seal(from_home_agent(acknowledgement(10), mobility::InHandshake{session}))
                  .error(),
              SealError::unknown_session);
}

TEST_F(Handshake, GoesWithBindingUpdateAndAcknowledgementAlone) {
    EXPECT_EQ(mobile_node_
                  .seal(from_mobile_node(wire::BindingRefreshRequest{}, mobility::StartHandshake{}))
                  .error(),
              SealError::wrong_message);
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    EXPECT_EQ(
        home_agent_
            .seal(from_home_agent(wire::BindingRefreshRequest{}, mobility::InHandshake{session}))
            .error(),
        SealError::wrong_message);
    answer_handshake(10, session);
}

TEST_F(Handshake, IsStartedByTheMobileNodeAndAnsweredByTheHomeAgent) {
    EXPECT_EQ(
        home_agent_.seal(from_home_agent(acknowledgement(1), mobility::StartHandshake{})).error(),
        SealError::wrong_role);
    EXPECT_EQ(mobile_node_.seal(from_mobile_node(update(1), mobility::InHandshake{{1}})).error(),
              SealError::wrong_role);
}

}  // namespace
}  // namespace godwit::security
