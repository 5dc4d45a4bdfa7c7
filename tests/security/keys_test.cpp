#include "shared/security/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/security/message_authentication.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using testing::Each;
using testing::ElementsAreArray;

TEST(IsEqual, WantsAllOctetsOfBoth) {
    const wire::Bytes octets{1, 2, 3};
    EXPECT_TRUE(is_equal(octets, octets));
    EXPECT_FALSE(is_equal(octets, wire::BytesView(octets).first(2)));
    EXPECT_FALSE(is_equal(octets, wire::Bytes{1, 2, 4}));
}

TEST(PublicKey, ReadsItsOwnText) {
    const PublicKey key = KeyPair::generate().public_key();
    EXPECT_EQ(key.text().size(), 44U);
    EXPECT_EQ(PublicKey::parse(key.text()), key);
}

TEST(PublicKey, ReadsNothingElse) {
    const std::string text = key_pair(1).public_key().text();
    EXPECT_FALSE(PublicKey::parse(""));
    EXPECT_FALSE(PublicKey::parse(text.substr(1)));
    EXPECT_FALSE(PublicKey::parse(text.substr(0, 43)));
    EXPECT_FALSE(PublicKey::parse(text + "A"));
    EXPECT_FALSE(PublicKey::parse("!" + text.substr(1)));
}

TEST(KeyPair, AgreesWithTheOtherSide) {
    const KeyPair one = KeyPair::generate();
    const KeyPair other = KeyPair::generate();
    ASSERT_NE(one.public_key(), other.public_key());
    EXPECT_TRUE(
        is_equal(*one.shared_secret(other.public_key()), *other.shared_secret(one.public_key())));
}

TEST(KeyPair, HasThePublicKeyOfRfc7748) {  // §6.1, Alice
    const KeyPair alice(secret_of(
        test::octets("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")));
    EXPECT_THAT(alice.public_key().octets,
                ElementsAreArray(test::octets(
                    "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")));
}

TEST(KeyPair, RefusesAKeyOfLowOrder) {
    const KeyPair own = KeyPair::generate();
    EXPECT_FALSE(own.shared_secret(PublicKey{}));
    PublicKey one;
    one.octets[0] = 1;
    EXPECT_FALSE(own.shared_secret(one));
}

TEST(PresharedKey, IsZeroWhereThereIsNone) {
    EXPECT_THAT(PresharedKey().octets(), Each(0));
    EXPECT_FALSE(is_equal(PresharedKey::generate().octets(), PresharedKey().octets()));
}

}  // namespace
}  // namespace godwit::security
