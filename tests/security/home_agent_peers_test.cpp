// Mobile nodes that come and go while the home agent runs.

#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class HomeAgentPeers : public Conversation {
  protected:
    Opened from_key(std::uint8_t key) {
        time_ = time_.next();
        MobileNodeAuthenticator node({.home_agent_address = test::home_agent,
                                      .own = key_pair(key),
                                      .home_agent = key_pair(2).public_key()},
                                     [this] { return time_; });
        return open_at_home_agent(
            node.seal(from_mobile_node(update(1), mobility::StartHandshake{})).value());
    }
    std::optional<std::uint32_t> peer_of(std::uint8_t key) {
        const Opened opened = from_key(key);
        return message_in(opened) != nullptr ? std::optional(message_in(opened)->peer().index)
                                             : std::nullopt;
    }
};

TEST_F(HomeAgentPeers, CanBeAdded) {
    EXPECT_EQ(rejection_in(from_key(3)), "unknown-peer");
    home_agent_.add_peer({.id = {12}, .key = key_pair(3).public_key(), .preshared_key = {}});
    EXPECT_EQ(peer_of(3), 12U);
    EXPECT_EQ(peer_of(1), peer_id.index);
}

TEST_F(HomeAgentPeers, AreStrangersOnceTheyAreRemoved) {
    home_agent_.remove_peer(peer_id);
    EXPECT_EQ(rejection_in(from_key(1)), "unknown-peer");
    home_agent_.remove_peer(peer_id);
}

TEST_F(HomeAgentPeers, GetNoAnswerToAHandshakeFromBeforeTheyWereRemoved) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    home_agent_.remove_peer(peer_id);
    EXPECT_EQ(home_agent_.seal(from_home_agent(acknowledgement(10), mobility::InHandshake{session}))
                  .error(),
              SealError::unknown_session);
}

// What ends a session is the core, which has an indication to send in it first (RFC 5846).
TEST_F(HomeAgentPeers, KeepTheirSessionsUntilTheseAreEnded) {
    const Sessions sessions = shake_hands(10);
    home_agent_.remove_peer(peer_id);
    EXPECT_TRUE(home_agent_.seal(from_home_agent(wire::BindingRevocationIndication{},
                                                 mobility::InSession{sessions.home_agent})));
    home_agent_.end(sessions.home_agent);
    EXPECT_FALSE(home_agent_.seal(from_home_agent(wire::BindingRevocationIndication{},
                                                  mobility::InSession{sessions.home_agent})));
}

TEST_F(HomeAgentPeers, TakeThePlaceOfOneWithTheSameNumberOrKey) {
    home_agent_.add_peer({.id = peer_id, .key = key_pair(3).public_key(), .preshared_key = {}});
    EXPECT_EQ(rejection_in(from_key(1)), "unknown-peer");
    EXPECT_EQ(peer_of(3), peer_id.index);
    home_agent_.add_peer({.id = {12}, .key = key_pair(3).public_key(), .preshared_key = {}});
    EXPECT_EQ(peer_of(3), 12U);
}

}  // namespace
}  // namespace godwit::security
