// Another key pair of the home agent, without another invite: docs/protocol.md, "Another key".

#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class KeyRotation : public Conversation {
  protected:
    MobileNodeAuthenticator node(std::uint8_t home_agent_key) {
        return MobileNodeAuthenticator({.home_agent_address = test::home_agent,
                                        .own = key_pair(1),
                                        .home_agent = key_pair(home_agent_key).public_key(),
                                        .on_next_key =
                                            [this](const PublicKey& next) {
                                                announced_.push_back(next);
                                                return can_store_;
                                            }},
                                       [this] { return time_ = time_.next(); });
    }
    Opened ask(MobileNodeAuthenticator& from, std::uint16_t sequence) {
        return open_at_home_agent(
            from.seal(from_mobile_node(update(sequence), mobility::StartHandshake{})).value());
    }
    Opened shake_hands_with(MobileNodeAuthenticator& from, std::uint16_t sequence) {
        const Opened asked = ask(from, sequence);
        if (message_in(asked) == nullptr) {
            return asked;
        }
        return from.open(path_of_mobile_node(),
                         to_mobile_node(answer_handshake(sequence, handshake_session(asked))));
    }

    bool can_store_ = true;
    std::vector<PublicKey> announced_;
};

TEST_F(KeyRotation, IsAnnouncedToWhoUsesTheKeyBefore) {
    auto client = node(2);
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    EXPECT_THAT(announced_, testing::IsEmpty());
    home_agent_.rotate(key_pair(5));
    EXPECT_TRUE(message_in(shake_hands_with(client, 2)));
    EXPECT_THAT(announced_, testing::ElementsAre(key_pair(5).public_key()));
}

TEST_F(KeyRotation, IsFollowedByTheNextHandshake) {
    auto client = node(2);
    home_agent_.rotate(key_pair(5));
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    home_agent_.forget_previous();
    EXPECT_TRUE(message_in(shake_hands_with(client, 2)));
    EXPECT_EQ(announced_.size(), 1U) << "who uses the current key hears of no other";
}

TEST_F(KeyRotation, IsNotFollowedByWhoCannotPutItOnRecord) {
    auto client = MobileNodeAuthenticator(mobile_node_credentials(), [this] { return time_; });
    home_agent_.rotate(key_pair(5));
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    home_agent_.forget_previous();
    time_ = time_.next();
    EXPECT_FALSE(message_in(shake_hands_with(client, 2))) << "it still uses the one before";
}

TEST_F(KeyRotation, IsNotFollowedWhileItCannotBePutOnRecord) {
    auto client = node(2);
    home_agent_.rotate(key_pair(5));
    can_store_ = false;
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    EXPECT_TRUE(message_in(shake_hands_with(client, 2)));
    EXPECT_EQ(announced_.size(), 2U) << "it is told again";
    home_agent_.forget_previous();
    EXPECT_EQ(rejection_in(shake_hands_with(client, 3)), "bad-mac1");
}

TEST_F(KeyRotation, LetsNothingOlderInUnderTheOtherKey) {
    auto before = node(2);
    auto after = node(5);
    const wire::Bytes held_back =
        before.seal(from_mobile_node(update(1), mobility::StartHandshake{})).value();
    home_agent_.rotate(key_pair(5));
    EXPECT_NE(message_in(ask(after, 2)), nullptr);
    EXPECT_EQ(hint_in(open_at_home_agent(held_back)), mobility::Hint::Kind::join_refused);
}

TEST_F(KeyRotation, CanBeDoneAgain) {
    auto client = node(2);
    home_agent_.rotate(key_pair(5));
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    home_agent_.rotate(key_pair(6));
    EXPECT_TRUE(message_in(shake_hands_with(client, 2)));
    home_agent_.forget_previous();
    EXPECT_TRUE(message_in(shake_hands_with(client, 3)));
}

TEST_F(KeyRotation, LeavesWhoMissesTwoOfThemOutside) {
    auto client = node(2);
    home_agent_.rotate(key_pair(5));
    home_agent_.rotate(key_pair(6));
    EXPECT_EQ(rejection_in(ask(client, 1)), "bad-mac1");
}

TEST_F(KeyRotation, GoesOnAfterARestartOfTheHomeAgent) {
    HomeAgentCredentials credentials = home_agent_credentials();
    credentials.previous = std::move(credentials.own);
    credentials.own = key_pair(5);
    HomeAgentAuthenticator restarted(std::move(credentials), ledger_);
    auto client = node(2);
    const auto asked = restarted.open(
        path_of_home_agent(),
        to_home_agent(
            client.seal(from_mobile_node(update(1), mobility::StartHandshake{})).value()));
    const auto answer = restarted.seal(
        from_home_agent(acknowledgement(1), mobility::InHandshake{handshake_session(asked)}));
    EXPECT_TRUE(message_in(client.open(path_of_mobile_node(), to_mobile_node(answer.value()))));
    EXPECT_THAT(announced_, testing::ElementsAre(key_pair(5).public_key()));
}

TEST_F(KeyRotation, LetsBothKeysNameALostSession) {
    auto client = node(2);
    const auto session = handshake_session(shake_hands_with(client, 1));
    HomeAgentAuthenticator other(home_agent_credentials(), ledger_);
    const auto in_session =
        client.seal(from_mobile_node(update(2), mobility::InSession{session})).value();
    const auto open = [&] { return other.open(path_of_home_agent(), to_home_agent(in_session)); };
    EXPECT_EQ(hint_in(open()), mobility::Hint::Kind::unknown_session);
    other.rotate(key_pair(5));
    EXPECT_EQ(hint_in(open()), mobility::Hint::Kind::unknown_session);
    other.forget_previous();
    EXPECT_FALSE(hint_in(open()));
}

TEST_F(KeyRotation, NeverLeadsBackToAKeyThatWasGivenUp) {
    auto client = node(2);
    home_agent_.rotate(key_pair(5));
    EXPECT_TRUE(message_in(shake_hands_with(client, 1)));
    HomeAgentAuthenticator old(home_agent_credentials(), ledger_);
    EXPECT_EQ(
        rejection_in(old.open(
            path_of_home_agent(),
            to_home_agent(
                client.seal(from_mobile_node(update(2), mobility::StartHandshake{})).value()))),
        "bad-mac1");
}

}  // namespace
}  // namespace godwit::security
