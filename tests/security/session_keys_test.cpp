#include "shared/security/session_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "shared/security/message_authentication.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using testing::ElementsAreArray;

class SessionKeysTest : public testing::Test {
  protected:
    SessionKeysTest() {
        transport_.to_responder.fill(1);
        transport_.to_initiator.fill(2);
    }
    TransportKeys transport_{};
};

TEST_F(SessionKeysTest, MeetAtTheTwoEnds) {
    const auto initiator = derive_session_keys(transport_, HandshakeRole::initiator,
                                               Suite::aes_256_gcm, 0x80000001, 0x80000002);
    const auto responder = derive_session_keys(transport_, HandshakeRole::responder,
                                               Suite::aes_256_gcm, 0x80000002, 0x80000001);
    EXPECT_TRUE(is_equal(initiator.tunnel->outbound.key, responder.tunnel->inbound.key));
    EXPECT_EQ(initiator.tunnel->outbound.salt, responder.tunnel->inbound.salt);
    EXPECT_EQ(initiator.tunnel->outbound_spi, responder.tunnel->inbound_spi);
    EXPECT_TRUE(is_equal(initiator.tunnel->inbound.key, responder.tunnel->outbound.key));
    EXPECT_TRUE(is_equal(initiator.signalling->outbound, responder.signalling->inbound));
    EXPECT_TRUE(is_equal(initiator.signalling->inbound, responder.signalling->outbound));
}

// crypto_kdf is BLAKE2b keyed by the transport key, its salt the purpose, personalised "godwit 1";
// the values are Python's hashlib's.
TEST_F(SessionKeysTest, AreThoseOfAnIndependentComputation) {
    const auto keys = derive_session_keys(transport_, HandshakeRole::initiator, Suite::aes_256_gcm,
                                          0x80000001, 0x80000002);
    EXPECT_THAT(keys.tunnel->outbound.key,
                ElementsAreArray(test::octets(
                    "01c7ee3a6b0fdf757eece2a3af310f8c88b73f86285d2c7d37815465de7697d0")));
    EXPECT_THAT(keys.tunnel->outbound.salt, ElementsAreArray(test::octets("006891f0")));
    EXPECT_THAT(keys.signalling->outbound,
                ElementsAreArray(test::octets(
                    "f01e2ce9cbc45352238f25a51255e7d2f6ebe54419d44a627d80305121242b6c")));
}

TEST_F(SessionKeysTest, AreAllDifferent) {
    const auto keys = derive_session_keys(transport_, HandshakeRole::initiator,
                                          Suite::chacha20_poly1305, 0x80000001, 0x80000002);
    std::set<wire::Bytes> all;
    for (const KeyOctets& key :
         {transport_.to_initiator, transport_.to_responder, keys.tunnel->inbound.key,
          keys.tunnel->outbound.key, keys.signalling->inbound, keys.signalling->outbound}) {
        all.emplace(key.begin(), key.end());
    }
    EXPECT_EQ(all.size(), 6U);
    EXPECT_NE(keys.tunnel->inbound.salt, keys.tunnel->outbound.salt);
}

}  // namespace
}  // namespace godwit::security
