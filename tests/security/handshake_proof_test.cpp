// The handshake in binding update and acknowledgement: what it does not take.

#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

bool is_in(const Stretch& stretch, std::size_t octet) {
    return octet >= stretch.offset && octet < stretch.offset + stretch.length;
}

class HandshakeProof : public Conversation {};

TEST_F(HandshakeProof, IsRefusedWithoutACommonSuite) {
    MobileNodeCredentials credentials = mobile_node_credentials();
    credentials.suites = SuiteSet(0x80);
    MobileNodeAuthenticator limited(std::move(credentials), [this] { return time_; });
    const auto sealed = limited.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    EXPECT_EQ(rejection_in(open_at_home_agent(*sealed)), "no-common-suite");
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(HandshakeProof, FailsWithAnotherPresharedKey) {
    MobileNodeCredentials credentials = mobile_node_credentials();
    credentials.preshared_key = preshared_key(9);
    MobileNodeAuthenticator other(std::move(credentials), [this] { return time_; });
    const auto sealed = other.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    const auto session = handshake_session(open_at_home_agent(*sealed));
    const auto answer = answer_handshake(10, session);
    EXPECT_EQ(rejection_in(other.open(path_of_mobile_node(), to_mobile_node(answer))),
              "bad-handshake");
}

// All but those of mac2, which proves only where an update comes from, and counts only under load.
TEST_F(HandshakeProof, IsRefusedWithAnyBitOfTheBindingUpdateChanged) {
    const wire::Bytes sealed = start_handshake(10);
    const auto option = find_handshake_option(sealed, HandshakeOptionKind::initiation).value();
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        if (is_in(option.mac2, bit / 8)) {
            continue;
        }
        wire::Bytes changed = sealed;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(open_at_home_agent(changed)) << bit;
        // And so if whoever changed it has mended the checksum; but the checksum itself is none of
        // the handshake's business.
        if (bit / 8 != 4 && bit / 8 != 5) {
            EXPECT_FALSE(
                home_agent_.open(path_of_home_agent(), with_checksum(to_home_agent(changed))))
                << bit;
        }
    }
    EXPECT_EQ(ledger_.size(), 0U);
    EXPECT_TRUE(open_at_home_agent(sealed));
}

// mac1 keeps strangers out; it is Noise that proves. So with mac1 made right again, as anybody can
// who knows the home agent's public key.
TEST_F(HandshakeProof, IsRefusedWithAnyBitChangedThoughMac1BeRight) {
    const wire::Bytes sealed = start_handshake(10);
    const Mac1Key mac1(key_pair(2).public_key());
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
        wire::SignallingPacket packet = to_home_agent(sealed);
        packet.mobility_header[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const auto option =
            find_handshake_option(packet.mobility_header, HandshakeOptionKind::initiation);
        if (!option || bit / 8 == 4 || bit / 8 == 5 || is_in(option->mac1, bit / 8) ||
            is_in(option->mac2, bit / 8)) {
            continue;  // not what the handshake covers
        }
        mac1.write(packet.mobility_header, *option);
        EXPECT_FALSE(home_agent_.open(path_of_home_agent(), with_checksum(packet))) << bit;
    }
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(HandshakeProof, IsRefusedWithAnotherHomeAddress) {
    wire::SignallingPacket packet = to_home_agent(start_handshake(10));
    packet.home_address_option = wire::HomeAddress{test::ip("2001:db8:f::10")};
    EXPECT_EQ(rejection_in(home_agent_.open(path_of_home_agent(), with_checksum(packet))),
              "bad-handshake");
}

TEST_F(HandshakeProof, IsRefusedFromAnotherSourceWhereThatIsTheCareOfAddress) {
    wire::BindingUpdate without_alternate = update(10);
    without_alternate.options.clear();
    const auto sealed =
        mobile_node_.seal(from_mobile_node(without_alternate, mobility::StartHandshake{}));
    wire::SignallingPacket packet = to_home_agent(*sealed);
    packet.source = test::care_of_b.address;
    EXPECT_EQ(rejection_in(home_agent_.open(path_of_home_agent(), packet)), "bad-handshake");
    packet.source = test::care_of_a.address;
    EXPECT_TRUE(home_agent_.open(path_of_home_agent(), packet));
}

TEST_F(HandshakeProof, IsRefusedTheSecondTime) {
    const wire::Bytes sealed = start_handshake(10);
    EXPECT_TRUE(open_at_home_agent(sealed));
    EXPECT_EQ(hint_in(open_at_home_agent(sealed)), mobility::Hint::Kind::join_refused);
}

TEST_F(HandshakeProof, IsRefusedOlderThanTheLastOneTakenAfterARestartToo) {
    const wire::Bytes older = start_handshake(10);
    EXPECT_TRUE(open_at_home_agent(start_handshake(11)));
    EXPECT_EQ(hint_in(open_at_home_agent(older)), mobility::Hint::Kind::join_refused);
    HomeAgentAuthenticator restarted(home_agent_credentials(), ledger_);
    EXPECT_EQ(hint_in(restarted.open(path_of_home_agent(), to_home_agent(older))),
              mobility::Hint::Kind::join_refused);
}

TEST_F(HandshakeProof, IsRefusedFromAKeyThatIsNotConfigured) {
    MobileNodeAuthenticator stranger({.own = key_pair(3), .home_agent = key_pair(2).public_key()},
                                     [this] { return time_; });
    const auto sealed = stranger.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    EXPECT_EQ(rejection_in(open_at_home_agent(*sealed)), "unknown-peer");
}

TEST_F(HandshakeProof, IsRefusedForAnotherHomeAgentBeforeAnyPublicKeyWork) {
    MobileNodeAuthenticator mistaken({.own = key_pair(1), .home_agent = key_pair(4).public_key()},
                                     [this] { return time_; });
    const auto sealed = mistaken.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    EXPECT_EQ(rejection_in(open_at_home_agent(*sealed)), "bad-mac1");
}

TEST_F(HandshakeProof, IsRefusedInAnotherVersion) {
    wire::SignallingPacket packet = to_home_agent(start_handshake(10));
    const auto option =
        find_handshake_option(packet.mobility_header, HandshakeOptionKind::initiation);
    packet.mobility_header[option->mac1.offset - 1] = 2;
    EXPECT_EQ(rejection_in(home_agent_.open(path_of_home_agent(), with_checksum(packet))),
              "bad-handshake-version");
}

TEST_F(HandshakeProof, IsRefusedWithAnOptionOfAnyShorterLength) {
    const wire::Bytes sealed = start_handshake(10);
    const auto whole = wire::parse_mobility_header(sealed, to_home_agent(sealed).pseudo_header());
    for (std::size_t length = 0;; ++length) {
        auto shortened = std::get<wire::BindingUpdate>(*whole);
        auto& option = std::get<wire::ExperimentalOption>(shortened.options.back());
        if (length == option.data.size()) {
            break;
        }
        option.data.resize(length);
        const wire::Bytes header =
            wire::serialize_mobility_header(shortened, to_home_agent(sealed).pseudo_header());
        EXPECT_FALSE(open_at_home_agent(header)) << length;
    }
    EXPECT_EQ(ledger_.size(), 0U);
}

TEST_F(HandshakeProof, IsRefusedTwiceInOneBindingUpdate) {
    const wire::Bytes sealed = start_handshake(10);
    const auto pseudo_header = to_home_agent(sealed).pseudo_header();
    auto doubled =
        std::get<wire::BindingUpdate>(*wire::parse_mobility_header(sealed, pseudo_header));
    doubled.options.push_back(doubled.options.back());
    EXPECT_EQ(
        rejection_in(open_at_home_agent(wire::serialize_mobility_header(doubled, pseudo_header))),
        "malformed");
}

TEST_F(HandshakeProof, TakesNoLateAnswerToAnOlderBindingUpdate) {
    const auto older = handshake_session(open_at_home_agent(start_handshake(10)));
    const auto newer = handshake_session(open_at_home_agent(start_handshake(11)));
    EXPECT_TRUE(open_at_mobile_node(answer_handshake(11, newer)));
    EXPECT_EQ(rejection_in(open_at_mobile_node(answer_handshake(10, older))), "not-expected");
}

TEST_F(HandshakeProof, TakesAnAnswerOnlyOnce) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    const wire::Bytes answer = answer_handshake(10, session);
    EXPECT_TRUE(open_at_mobile_node(answer));
    EXPECT_EQ(rejection_in(open_at_mobile_node(answer)), "not-expected");
}

TEST_F(HandshakeProof, IsNotEndedByAForgedAnswer) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    const wire::Bytes answer = answer_handshake(10, session);
    const Mac1Key mac1(key_pair(1).public_key());
    for (std::size_t bit = 0; bit < 8 * answer.size(); ++bit) {
        wire::SignallingPacket packet = to_mobile_node(answer);
        packet.mobility_header[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        if (bit / 8 == 4 || bit / 8 == 5) {
            EXPECT_EQ(rejection_in(mobile_node_.open(path_of_mobile_node(), packet)),
                      "bad-checksum");
            continue;
        }
        packet = with_checksum(packet);
        EXPECT_EQ(message_in(mobile_node_.open(path_of_mobile_node(), packet)), nullptr) << bit;
        // With mac1 made right again, as anybody can who knows the mobile node's public key.
        if (const auto option =
                find_handshake_option(packet.mobility_header, HandshakeOptionKind::response)) {
            mac1.write(packet.mobility_header, *option);
            const bool is_restored = bit / 8 >= option->mac1.offset &&
                                     bit / 8 < option->mac1.offset + option->mac1.length;
            if (!is_restored) {
                EXPECT_EQ(
                    message_in(mobile_node_.open(path_of_mobile_node(), with_checksum(packet))),
                    nullptr)
                    << bit;
            }
        }
    }
    EXPECT_TRUE(open_at_mobile_node(answer));
}

TEST_F(HandshakeProof, IsNotAnsweredByAnotherHomeAgent) {
    start_handshake(10);
    HomeAgentCredentials impostor{.address = test::home_agent, .own = key_pair(5)};
    impostor.protected_peers.push_back({peer_id, key_pair(1).public_key(), {}});
    HomeAgentAuthenticator other(std::move(impostor), ledger_);
    MobileNodeAuthenticator lured({.home_agent_address = test::home_agent,
                                   .own = key_pair(1),
                                   .home_agent = key_pair(5).public_key()},
                                  [this] { return time_; });
    const auto sealed = lured.seal(from_mobile_node(update(10), mobility::StartHandshake{}));
    const auto session =
        handshake_session(other.open(path_of_home_agent(), to_home_agent(*sealed)));
    const auto answer =
        other.seal(from_home_agent(acknowledgement(10), mobility::InHandshake{session}));
    EXPECT_EQ(rejection_in(open_at_mobile_node(*answer)), "not-expected");
}

TEST_F(HandshakeProof, IsRefusedAtAnotherCareOfAddressThanItWasAnsweredTo) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(10)));
    mobility::SendMessage order =
        from_home_agent(acknowledgement(10), mobility::InHandshake{session});
    order.path.remote = test::care_of_b.address;
    EXPECT_EQ(rejection_in(open_at_mobile_node(*home_agent_.seal(order))), "bad-authenticator");
}

TEST_F(HandshakeProof, KeepsOnlyAFewUnansweredOfOneMobileNode) {
    const auto first = handshake_session(open_at_home_agent(start_handshake(1)));
    for (std::uint16_t sequence = 2; sequence <= HomeAgentAuthenticator::max_waiting; ++sequence) {
        EXPECT_TRUE(open_at_home_agent(start_handshake(sequence)));
    }
    const auto last = handshake_session(open_at_home_agent(start_handshake(100)));
    EXPECT_FALSE(
        home_agent_.seal(from_home_agent(acknowledgement(1), mobility::InHandshake{first})));
    EXPECT_TRUE(
        home_agent_.seal(from_home_agent(acknowledgement(100), mobility::InHandshake{last})));
}

TEST_F(HandshakeProof, MakesABoundedNumberOfSessionsForOneMobileNode) {
    std::optional<mobility::SessionId> any;
    for (std::size_t count = 0; count < 128; ++count) {
        any = shake_hands(static_cast<std::uint16_t>(count)).home_agent;
    }
    EXPECT_EQ(rejection_in(open_at_home_agent(start_handshake(999))), "too-many-sessions");
    home_agent_.end(*any);
    EXPECT_TRUE(open_at_home_agent(start_handshake(1000)));
}

TEST_F(HandshakeProof, CannotBeginWithAHomeAgentsKeyOfLowOrder) {
    EXPECT_THROW(
        MobileNodeAuthenticator({.own = key_pair(1), .home_agent = {}}, [this] { return time_; }),
        std::runtime_error);
}

}  // namespace
}  // namespace godwit::security
