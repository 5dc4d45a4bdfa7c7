// How a key that nobody knows becomes known by an invite: docs/protocol.md, "Joining".

#include "tests/security/conversation.hpp"
#include "tests/security/memory_enrolment.hpp"

namespace godwit::security {
namespace {

const InviteId invite{{1, 2, 3, 4, 5, 6, 7, 8}};
const mobility::PeerId new_peer{12};

std::optional<JoinRefusal> refusal_in(const Opened& opened) {
    const auto* hint = opened ? std::get_if<mobility::Hint>(&opened->content) : nullptr;
    return hint != nullptr && hint->kind == mobility::Hint::Kind::join_refused
               ? std::optional(hint->refusal)
               : std::nullopt;
}

class Join : public Conversation {
  protected:
    Join() { enrolment_.add(invite, {.secret = preshared_key(9), .peer = new_peer}); }

    // One that holds an invite, and a key of its own.
    MobileNodeAuthenticator joiner(std::uint8_t key, std::uint8_t secret = 9,
                                   std::optional<InviteId> by = invite) {
        return MobileNodeAuthenticator({.home_agent_address = test::home_agent,
                                        .own = key_pair(key),
                                        .home_agent = key_pair(2).public_key(),
                                        .preshared_key = preshared_key(secret),
                                        .invite = by},
                                       [this] { return time_; });
    }
    static wire::Bytes begin(MobileNodeAuthenticator& node, std::uint16_t sequence) {
        return node.seal(from_mobile_node(update(sequence), mobility::StartHandshake{})).value();
    }
    Opened open(wire::Bytes mobility_header) {
        return enrolling_.open(path_of_home_agent(), to_home_agent(std::move(mobility_header)));
    }
    // Whether the answer to an update of this number proves itself to the joiner.
    bool is_answered(MobileNodeAuthenticator& node, std::uint16_t sequence, const Opened& opened) {
        const auto sealed = enrolling_.seal(from_home_agent(
            acknowledgement(sequence), mobility::InHandshake{handshake_session(opened)}));
        return message_in(node.open(path_of_mobile_node(), to_mobile_node(sealed.value()))) !=
               nullptr;
    }

    MemoryEnrolment enrolment_;
    HomeAgentAuthenticator enrolling_{home_agent_credentials(), ledger_, &enrolment_};
};

TEST_F(Join, MakesAnUnknownKeyThatOfTheInvitesClient) {
    auto node = joiner(3);
    const Opened opened = open(begin(node, 1));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), new_peer);
    EXPECT_EQ(enrolment_.spent_by(invite), key_pair(3).public_key());
    EXPECT_TRUE(is_answered(node, 1, opened));
}

TEST_F(Join, LeavesTheSecretAsThePresharedKeyOfTheTwo) {
    auto node = joiner(3);
    ASSERT_TRUE(is_answered(node, 1, open(begin(node, 1))));
    time_ = time_.next();
    auto later = joiner(3, 9, std::nullopt);
    EXPECT_TRUE(is_answered(later, 2, open(begin(later, 2))));
    time_ = time_.next();
    auto without_secret = joiner(3, 8, std::nullopt);
    EXPECT_FALSE(is_answered(without_secret, 3, open(begin(without_secret, 3))));
}

TEST_F(Join, MayBeRepeatedByTheSameKey) {  // the acknowledgement may have been lost
    auto node = joiner(3);
    EXPECT_TRUE(open(begin(node, 1)));
    const Opened again = open(begin(node, 2));
    ASSERT_NE(message_in(again), nullptr) << rejection_in(again);
    EXPECT_TRUE(is_answered(node, 2, again));
}

TEST_F(Join, IsAnOrdinaryHandshakeOfAKeyThatIsKnown) {
    auto known = joiner(1, 9);
    const Opened opened = open(begin(known, 1));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), peer_id);
    EXPECT_FALSE(enrolment_.spent_by(invite));
}

TEST_F(Join, IsPassedOverWithoutTheInvitesSecret) {
    auto guessing = joiner(3, 8);
    EXPECT_EQ(rejection_in(open(begin(guessing, 1))), "bad-join-proof");
    EXPECT_FALSE(enrolment_.spent_by(invite));
}

TEST_F(Join, NeedsARequest) {
    auto stranger = joiner(3, 9, std::nullopt);
    EXPECT_EQ(rejection_in(open(begin(stranger, 1))), "unknown-peer");
}

TEST_F(Join, IsNotPossibleAtAHomeAgentThatEnrolsNobody) {
    auto node = joiner(3);
    EXPECT_EQ(rejection_in(open_at_home_agent(begin(node, 1))), "unknown-peer");
}

TEST_F(Join, SpendsNoInviteWhereTheTwoHaveNoSuiteInCommon) {
    MobileNodeAuthenticator limited({.home_agent_address = test::home_agent,
                                     .own = key_pair(3),
                                     .home_agent = key_pair(2).public_key(),
                                     .preshared_key = preshared_key(9),
                                     .suites = SuiteSet(0x80),
                                     .invite = invite},
                                    [this] { return time_; });
    EXPECT_EQ(rejection_in(open(begin(limited, 1))), "no-common-suite");
    EXPECT_FALSE(enrolment_.spent_by(invite));
}

TEST_F(Join, IsRefusedByAHintThatSaysWhy) {
    auto unknown = joiner(3, 9, InviteId{{9}});
    EXPECT_EQ(refusal_in(open(begin(unknown, 1))), JoinRefusal::unknown_invite);
    auto first = joiner(3);
    EXPECT_TRUE(open(begin(first, 1)));
    auto second = joiner(4);
    EXPECT_EQ(refusal_in(open(begin(second, 1))), JoinRefusal::spent_invite);
    for (const auto refusal :
         {JoinRefusal::expired_invite, JoinRefusal::client_disabled, JoinRefusal::not_durable}) {
        enrolment_.refuse(invite, refusal);
        EXPECT_EQ(refusal_in(open(begin(second, 2))), refusal);
    }
}

TEST_F(Join, TellsAKnownKeyThatItsClockHasGoneBack) {
    EXPECT_TRUE(open(begin(mobile_node_, 1)));
    time_ = Tai64n::from({});
    auto restarted = joiner(1, 9, std::nullopt);
    const Opened opened = open(begin(restarted, 2));
    EXPECT_EQ(refusal_in(opened), JoinRefusal::stale_clock);
    EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, wire::SequenceNumber(2));
}

class FullLedger final : public HandshakeLedger {
  public:
    bool advance(const ServingKeys& /*own*/, const PublicKey& /*peer*/,
                 const Tai64n& /*time*/) override {
        return false;
    }
    [[nodiscard]] bool is_durable() const override { return false; }
};

TEST_F(Join, TellsAKnownKeyThatNothingCanBePutOnRecord) {
    FullLedger full;
    HomeAgentAuthenticator home_agent(home_agent_credentials(), full);
    EXPECT_EQ(
        refusal_in(home_agent.open(path_of_home_agent(), to_home_agent(begin(mobile_node_, 1)))),
        JoinRefusal::not_durable);
}

TEST_F(Join, LetsTheMobileNodeHearWhyItIsRefused) {
    wire::BindingAcknowledgement refusal = acknowledgement(5);
    refusal.status = wire::BindingStatus::administratively_prohibited;
    refusal.options.emplace_back(mobility::to_option(JoinRefusal::expired_invite));
    const auto sealed = enrolling_.seal(from_home_agent(refusal, mobility::Unprotected{}));
    const Opened opened = open_at_mobile_node(sealed.value());
    EXPECT_EQ(refusal_in(opened), JoinRefusal::expired_invite);
    EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, wire::SequenceNumber(5));
}

TEST_F(Join, BelievesNoReasonUnderAnotherStatus) {
    wire::BindingAcknowledgement refusal = acknowledgement(5);
    refusal.options.emplace_back(mobility::to_option(JoinRefusal::expired_invite));
    const auto sealed = enrolling_.seal(from_home_agent(refusal, mobility::Unprotected{}));
    EXPECT_EQ(rejection_in(open_at_mobile_node(sealed.value())), "unauthenticated");
}

}  // namespace
}  // namespace godwit::security
