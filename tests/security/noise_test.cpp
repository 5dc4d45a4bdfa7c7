#include "shared/security/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "shared/security/message_authentication.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using testing::ElementsAreArray;

// One handshake of the vectors, played by both sides.
class NoiseVectors : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        const auto all =
            nlohmann::json::parse(std::ifstream(SECURITY_VECTORS "/noise-ik-blake2b.json"));
        for (const auto& vector : all.at("vectors")) {
            if (vector.at("protocol_name") == GetParam()) {
                vector_ = vector;
            }
        }
        ASSERT_FALSE(vector_.is_null());
    }

    [[nodiscard]] wire::Bytes octets(const char* name) const {
        return test::octets(vector_.at(name).get<std::string>());
    }
    [[nodiscard]] KeyPair keys(const char* name) const { return KeyPair(secret_of(octets(name))); }
    [[nodiscard]] wire::Bytes payload(std::size_t message) const {
        return test::octets(vector_.at("messages").at(message).at("payload").get<std::string>());
    }
    [[nodiscard]] wire::Bytes ciphertext(std::size_t message) const {
        return test::octets(vector_.at("messages").at(message).at("ciphertext").get<std::string>());
    }
    [[nodiscard]] std::size_t messages() const { return vector_.at("messages").size(); }
    [[nodiscard]] NoisePattern pattern() const {
        return vector_.contains("init_psks") ? NoisePattern::ik_psk2 : NoisePattern::ik;
    }
    [[nodiscard]] PresharedKey psk(const char* name) const {
        return pattern() == NoisePattern::ik
                   ? PresharedKey()
                   : PresharedKey(
                         secret_of(test::octets(vector_.at(name).at(0).get<std::string>())));
    }

    nlohmann::json vector_;
};

TEST_P(NoiseVectors, AreReproducedByBothSides) {
    const KeyPair initiator = keys("init_static");
    const KeyPair responder = keys("resp_static");
    ASSERT_THAT(responder.public_key().octets, ElementsAreArray(octets("init_remote_static")));

    wire::Bytes message_1(payload(0).size() + noise_message_1_overhead);
    const auto writer =
        NoiseInitiator::write(pattern(), octets("init_prologue"), initiator, keys("init_ephemeral"),
                              responder.public_key(), nullptr, payload(0), message_1);
    ASSERT_TRUE(writer);
    EXPECT_EQ(message_1, ciphertext(0));

    auto reader =
        NoiseResponder::read_initiator(pattern(), octets("resp_prologue"), responder, message_1);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->initiator(), initiator.public_key());
    EXPECT_EQ(reader->read_payload(responder, nullptr, message_1), payload(0));

    wire::Bytes message_2(payload(1).size() + noise_message_2_overhead);
    const auto at_responder =
        reader->write(psk("resp_psks"), keys("resp_ephemeral"), payload(1), message_2);
    ASSERT_TRUE(at_responder);
    EXPECT_EQ(message_2, ciphertext(1));

    const auto at_initiator = writer->read(initiator, psk("init_psks"), message_2);
    ASSERT_TRUE(at_initiator);
    EXPECT_EQ(at_initiator->payload, payload(1));
    EXPECT_THAT(at_initiator->session.handshake_hash, ElementsAreArray(octets("handshake_hash")));
    EXPECT_THAT(at_responder->handshake_hash, ElementsAreArray(octets("handshake_hash")));

    for (const TransportKeys* transport :
         {at_initiator->session.keys.get(), at_responder->keys.get()}) {
        for (std::size_t message = 2; message < messages(); ++message) {
            const bool by_initiator = message % 2 == 0;
            const wire::Bytes text = payload(message);
            wire::Bytes sealed(text.size() + noise_tag);
            noise_encrypt(by_initiator ? transport->to_responder : transport->to_initiator,
                          (message - 2) / 2, {}, text, sealed);
            EXPECT_EQ(sealed, ciphertext(message)) << message;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Cacophony, NoiseVectors,
                         testing::Values("Noise_IK_25519_ChaChaPoly_BLAKE2b",
                                         "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b"),
                         [](const auto& instance) {
                             return instance.param.substr(6, instance.param.find('_', 6) - 6);
                         });

class Noise : public testing::Test {
  protected:
    NoiseInitiator write(const PublicKey& to, const KeyOctets* known = nullptr) {
        return NoiseInitiator::write(NoisePattern::ik_psk2, prologue_, initiator_, key_pair(3), to,
                                     known, wire::Bytes{7}, message_1_)
            .value();
    }
    std::expected<NoiseResponder, NoiseError> read(wire::BytesView message) {
        auto responder =
            NoiseResponder::read_initiator(NoisePattern::ik_psk2, prologue_, responder_, message);
        if (responder) {
            const auto payload = responder->read_payload(responder_, nullptr, message);
            if (!payload) {
                return std::unexpected(payload.error());
            }
        }
        return responder;
    }
    NoiseSession answer(const PresharedKey& key = {}) {
        auto responder = read(message_1_);
        return responder->write(key, key_pair(4), wire::Bytes{8, 9}, message_2_).value();
    }

    wire::Bytes prologue_{1, 2, 3};
    KeyPair initiator_ = key_pair(1);
    KeyPair responder_ = key_pair(2);
    wire::Bytes message_1_ = wire::Bytes(1 + noise_message_1_overhead);
    wire::Bytes message_2_ = wire::Bytes(2 + noise_message_2_overhead);
};

TEST_F(Noise, GivesTheSameMessagesWithAKnownStaticStaticSecret) {
    const auto known = initiator_.shared_secret(responder_.public_key());
    write(responder_.public_key(), known.get());
    const wire::Bytes with = message_1_;
    write(responder_.public_key());
    EXPECT_EQ(message_1_, with);

    auto responder =
        NoiseResponder::read_initiator(NoisePattern::ik_psk2, prologue_, responder_, message_1_);
    EXPECT_EQ(responder->read_payload(responder_, known.get(), message_1_), wire::Bytes{7});
}

TEST_F(Noise, RefusesEveryTruncationOfMessage1) {
    write(responder_.public_key());
    for (std::size_t length = 0; length < message_1_.size(); ++length) {
        EXPECT_FALSE(read(wire::BytesView(message_1_).first(length))) << length;
    }
    EXPECT_TRUE(read(message_1_));
}

TEST_F(Noise, RefusesEveryChangedBitOfMessage1) {
    write(responder_.public_key());
    // The top bit of an X25519 key is ignored by the agreement, but not by the handshake hash.
    for (std::size_t bit = 0; bit < 8 * message_1_.size(); ++bit) {
        wire::Bytes changed = message_1_;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(read(changed)) << bit;
    }
}

TEST_F(Noise, RefusesAnotherPrologue) {
    write(responder_.public_key());
    prologue_.back() ^= 1U;
    EXPECT_EQ(read(message_1_).error(), NoiseError::bad_tag);
}

TEST_F(Noise, RefusesMessage1ForAnotherResponder) {
    write(key_pair(5).public_key());
    EXPECT_EQ(read(message_1_).error(), NoiseError::bad_tag);
}

TEST_F(Noise, RefusesToAgreeWithAKeyOfLowOrder) {
    EXPECT_EQ(NoiseInitiator::write(NoisePattern::ik_psk2, prologue_, initiator_, key_pair(3),
                                    PublicKey{}, nullptr, wire::Bytes{7}, message_1_)
                  .error(),
              NoiseError::low_order_key);
    write(responder_.public_key());
    std::fill_n(message_1_.begin(), 32, std::uint8_t{0});
    EXPECT_EQ(read(message_1_).error(), NoiseError::low_order_key);
}

TEST_F(Noise, RefusesAnAnswerWithAKeyOfLowOrder) {
    const NoiseInitiator initiator = write(responder_.public_key());
    answer();
    std::fill_n(message_2_.begin(), 32, std::uint8_t{0});
    EXPECT_EQ(initiator.read(initiator_, {}, message_2_).error(), NoiseError::low_order_key);
}

TEST_F(Noise, RefusesEveryTruncationOfMessage2AndThenTakesTheWhole) {
    const NoiseInitiator initiator = write(responder_.public_key());
    answer();
    for (std::size_t length = 0; length < message_2_.size(); ++length) {
        EXPECT_FALSE(initiator.read(initiator_, {}, wire::BytesView(message_2_).first(length)));
    }
    EXPECT_EQ(initiator.read(initiator_, {}, message_2_)->payload, (wire::Bytes{8, 9}));
}

TEST_F(Noise, RefusesEveryChangedBitOfMessage2AndThenTakesTheRightOne) {
    const NoiseInitiator initiator = write(responder_.public_key());
    const NoiseSession session = answer();
    for (std::size_t bit = 0; bit < 8 * message_2_.size(); ++bit) {
        wire::Bytes changed = message_2_;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(initiator.read(initiator_, {}, changed)) << bit;
    }
    EXPECT_TRUE(is_equal(initiator.read(initiator_, {}, message_2_)->session.keys->to_responder,
                         session.keys->to_responder));
}

TEST_F(Noise, RefusesAnotherPresharedKey) {
    const NoiseInitiator initiator = write(responder_.public_key());
    answer(preshared_key(6));
    EXPECT_EQ(initiator.read(initiator_, preshared_key(7), message_2_).error(),
              NoiseError::bad_tag);
    EXPECT_TRUE(initiator.read(initiator_, preshared_key(6), message_2_));
}

}  // namespace
}  // namespace godwit::security
