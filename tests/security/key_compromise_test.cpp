// What a stolen static key gives, and what it does not (docs/security.md; tests/model has the
// proofs).

#include <algorithm>

#include "shared/security/noise_symmetric_state.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

class StolenKey : public Conversation {
  protected:
    // Message 1 as who holds the home agent's private key can write it in the name of anybody whose
    // public key he knows: the two static keys agree from both sides.
    wire::Bytes forge_update(std::uint16_t sequence, const KeyPair& stolen, const PublicKey& name) {
        return forge_update(sequence, stolen, name, time_.next());
    }
    wire::Bytes forge_update(std::uint16_t sequence, const KeyPair& stolen, const PublicKey& name,
                             const Tai64n& time) {
        const wire::Bytes payload =
            InitiationPayload{.timestamp = time, .spi = 0x81000001, .suites = all_suites}
                .serialize();
        wire::BindingUpdate asked = update(sequence);
        asked.options.emplace_back(blank_handshake_option(
            HandshakeOptionKind::initiation, noise_message_1_overhead + payload.size()));
        wire::SignallingPacket packet = to_home_agent({});
        packet.mobility_header = wire::serialize_mobility_header(asked, packet.pseudo_header());
        const auto option =
            find_handshake_option(packet.mobility_header, HandshakeOptionKind::initiation).value();
        const std::span noise = option.noise.in(std::span(packet.mobility_header));
        NoiseSymmetricState state;
        state.initialize("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b");
        state.mix_hash(
            handshake_prologue({test::care_of_a, test::home}, packet.mobility_header, option));
        state.mix_hash(stolen.public_key().octets);
        std::ranges::copy(ephemeral_.public_key().octets, noise.begin());
        state.mix_hash(ephemeral_.public_key().octets);
        state.mix_key(ephemeral_.public_key().octets);
        state.mix_key(*ephemeral_.shared_secret(stolen.public_key()));
        state.encrypt_and_hash(name.octets, noise.subspan(32, 48));
        state.mix_key(*stolen.shared_secret(name));
        state.encrypt_and_hash(payload, noise.subspan(80));
        state_ = state;
        Mac1Key(stolen.public_key()).write(packet.mobility_header, option);
        return with_checksum(packet).mobility_header;
    }
    // Whether who has forged the last update opens its answer, with the private key of this pair
    // for "se", or without "se".
    [[nodiscard]] bool opens(wire::BytesView noise, const KeyPair* for_se) const {
        PublicKey answered_by;
        std::ranges::copy(noise.first(32), answered_by.octets.begin());
        NoiseSymmetricState state = state_;
        state.mix_hash(answered_by.octets);
        state.mix_key(answered_by.octets);
        state.mix_key(*ephemeral_.shared_secret(answered_by));
        if (for_se != nullptr) {
            state.mix_key(*for_se->shared_secret(answered_by));
        }
        state.mix_key_and_hash(PresharedKey{}.octets());
        wire::Bytes payload(noise.size() - noise_message_2_overhead);
        return state.decrypt_and_hash(noise.subspan(32), payload);
    }

    KeyPair ephemeral_ = KeyPair::generate();
    NoiseSymmetricState state_;  // behind the last forged update
};

TEST_F(StolenKey, OfAMobileNodeMakesNobodyItsHomeAgent) {
    HomeAgentCredentials credentials{.address = test::home_agent, .own = key_pair(1)};
    credentials.protected_peers.push_back({peer_id, key_pair(1).public_key(), {}});
    MemoryLedger ledger;
    HomeAgentAuthenticator impostor(std::move(credentials), ledger);
    const wire::Bytes initiation = start_handshake(100);
    EXPECT_EQ(rejection_in(impostor.open(path_of_home_agent(), to_home_agent(initiation))),
              "bad-mac1");
    // mac1 he can write himself; what is behind it takes the home agent's private key.
    const auto option = find_handshake_option(initiation, HandshakeOptionKind::initiation).value();
    const auto prologue = handshake_prologue({test::care_of_a, test::home}, initiation, option);
    EXPECT_EQ(NoiseResponder::read_initiator(NoisePattern::ik_psk2, prologue, key_pair(1),
                                             option.noise.in(wire::BytesView(initiation)))
                  .error(),
              NoiseError::bad_tag);
}

TEST_F(StolenKey, OfAMobileNodeOpensNoAnswerToIt) {
    const auto at_home_agent = handshake_session(open_at_home_agent(start_handshake(100)));
    const wire::Bytes answer = answer_handshake(100, at_home_agent);
    MobileNodeAuthenticator thief(mobile_node_credentials(), [this] { return time_; });
    (void)thief.seal(from_mobile_node(update(100), mobility::StartHandshake{}));
    EXPECT_EQ(rejection_in(thief.open(path_of_mobile_node(), to_mobile_node(answer))),
              "not-expected")
        << "it was sealed for the ephemeral key of another";
}

// The limit of Noise IK: message 1 proves nothing to who has lost his own key.
TEST_F(StolenKey, OfTheHomeAgentMovesABindingInTheNameOfAMobileNode) {
    const auto opened =
        open_at_home_agent(forge_update(100, key_pair(2), key_pair(1).public_key()));
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    EXPECT_EQ(message_in(opened)->peer(), peer_id);
}

TEST_F(StolenKey, OfTheHomeAgentSharesNoKeyInTheNameOfAMobileNode) {
    const auto opened =
        open_at_home_agent(forge_update(100, key_pair(2), key_pair(1).public_key()));
    const wire::Bytes answer = answer_handshake(100, handshake_session(opened));
    const auto option = find_handshake_option(answer, HandshakeOptionKind::response).value();
    const wire::BytesView noise = option.noise.in(wire::BytesView(answer));
    // "se" is what is missing: it takes the mobile node's private key, or the ephemeral one of the
    // answer, which is gone. Here are all the keys that he has, in its place.
    const KeyPair stolen = key_pair(2);
    EXPECT_FALSE(opens(noise, nullptr));
    EXPECT_FALSE(opens(noise, &ephemeral_));
    EXPECT_FALSE(opens(noise, &stolen));
    const KeyPair of_mobile_node = key_pair(1);
    EXPECT_TRUE(opens(noise, &of_mobile_node)) << "and nothing else is missing";
}

// By a time that no honest handshake can be later than.
TEST_F(StolenKey, OfTheHomeAgentKeepsAMobileNodeOutForNoLongerThanItServes) {
    Tai64n last;
    last.octets.fill(0xff);
    const wire::Bytes forged = forge_update(100, key_pair(2), key_pair(1).public_key(), last);
    ASSERT_NE(message_in(open_at_home_agent(forged)), nullptr);
    home_agent_.rotate(key_pair(4));
    auto credentials = mobile_node_credentials();
    credentials.home_agent = key_pair(4).public_key();
    MobileNodeAuthenticator follower(std::move(credentials), [this] { return time_; });
    const auto ask = [&](std::uint16_t sequence) {
        return open_at_home_agent(
            follower.seal(from_mobile_node(update(sequence), mobility::StartHandshake{})).value());
    };
    EXPECT_EQ(hint_in(ask(101)), mobility::Hint::Kind::join_refused) << "the stolen one serves yet";
    home_agent_.forget_previous();
    EXPECT_NE(message_in(ask(102)), nullptr);
    EXPECT_EQ(rejection_in(open_at_home_agent(forged)), "bad-mac1")
        << "what was recorded under it cannot be sent again";
}

TEST_F(StolenKey, OfAnotherMobileNodeSaysNothingInTheNameOfThisOne) {
    const wire::Bytes forged = forge_update(100, key_pair(3), key_pair(1).public_key());
    EXPECT_EQ(rejection_in(open_at_home_agent(forged)), "bad-mac1");
}

}  // namespace
}  // namespace godwit::security
