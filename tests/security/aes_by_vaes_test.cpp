#include "shared/security/aes_by_vaes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "shared/security/aes_of_long_texts.hpp"
#include "shared/security/esp_cipher.hpp"

namespace godwit::security {
namespace {

using testing::Each;

class AesByVaes : public testing::Test {
  protected:
    void SetUp() override {
        if (!has_vaes()) {
            GTEST_SKIP() << "this processor lacks VAES or AVX-512, or the program ipsec-mb";
        }
        std::iota(nonce_.begin(), nonce_.end(), std::uint8_t{0x40});
    }

    static wire::Bytes text(std::size_t size) {
        wire::Bytes octets(size);
        std::iota(octets.begin(), octets.end(), static_cast<std::uint8_t>(size));
        return octets;
    }

    // A name of its own for each key, as EspCipher gives them.
    struct Key {
        explicit Key(std::uint64_t number) : name(number) { octets.fill(std::uint8_t(number)); }
        [[nodiscard]] NamedAesKey named() const { return {name, octets}; }

        std::uint64_t name;
        std::array<std::uint8_t, 32> octets;
    };
    using Tag = std::array<std::uint8_t, 16>;
    struct Sealed {
        wire::Bytes text;
        Tag tag{};
        bool operator==(const Sealed&) const = default;
    };
    Sealed seal(const Key& key, wire::BytesView plaintext) {
        Sealed sealed{.text = wire::Bytes(plaintext.size())};
        encrypt_by_vaes(key.named(), nonce_, associated_, plaintext, sealed.text, sealed.tag);
        return sealed;
    }
    Sealed seal_by_libcrypto(const Key& key, wire::BytesView plaintext) {
        Sealed sealed{.text = wire::Bytes(plaintext.size())};
        encrypt_long_text(key.named(), nonce_, associated_, plaintext, sealed.text, sealed.tag);
        return sealed;
    }

    std::array<std::uint8_t, 12> nonce_{};
    std::array<std::uint8_t, 8> associated_{1, 2, 3, 4, 5, 6, 7, 8};
};

TEST_F(AesByVaes, DoesWhatLibcryptoDoes) {
    const Key key(1);
    for (std::size_t size = 0; size < 2100; ++size) {
        ASSERT_EQ(seal(key, text(size)), seal_by_libcrypto(key, text(size))) << size;
    }
}

TEST_F(AesByVaes, SealsInPlace) {
    const Key key(2);
    wire::Bytes octets = text(1400);
    Tag tag{};
    encrypt_by_vaes(key.named(), nonce_, associated_, octets, octets, tag);
    EXPECT_EQ(octets, seal(key, text(1400)).text);
}

TEST_F(AesByVaes, OpensWhatItHasSealed) {
    const Key key(3);
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 255U, 256U, 1400U, 9216U}) {
        Sealed sealed = seal(key, text(size));
        EXPECT_TRUE(decrypt_by_vaes(key.named(), nonce_, associated_, sealed.text, sealed.tag));
        EXPECT_EQ(sealed.text, text(size));
    }
}

TEST_F(AesByVaes, LeavesZerosOfWhatIsWrong) {
    const Key key(4);
    Sealed sealed = seal(key, text(1400));
    sealed.text[700] ^= 1U;
    EXPECT_FALSE(decrypt_by_vaes(key.named(), nonce_, associated_, sealed.text, sealed.tag));
    EXPECT_THAT(sealed.text, Each(0));

    Sealed other = seal(key, text(1400));
    other.tag[15] ^= 0x80U;
    EXPECT_FALSE(decrypt_by_vaes(key.named(), nonce_, associated_, other.text, other.tag));
}

TEST_F(AesByVaes, TakesAnotherKeyWithEachPacket) {
    const Key one(5);
    const Key other(6);
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(seal(one, text(100)), seal_by_libcrypto(one, text(100)));
        EXPECT_EQ(seal(other, text(100)), seal_by_libcrypto(other, text(100)));
    }
}

// A processor with VAES and one without say the same.
TEST(EspCipher, DoesTheSameWithoutVaes) {
    if (!SuiteSet::of_this_machine().contains(Suite::aes_256_gcm)) {
        GTEST_SKIP() << "this processor has no AES instructions";
    }
    TunnelKey key;
    std::iota(key.key.begin(), key.key.end(), std::uint8_t{7});
    EspCipher any(Suite::aes_256_gcm, key);
    EspCipher without(Suite::aes_256_gcm, key, false);
    const std::array<std::uint8_t, esp_iv> iv{1, 2, 3, 4, 5, 6, 7, 8};
    const std::array<std::uint8_t, 8> associated{0x80};
    for (const std::size_t size : {1U, 16U, 64U, 511U, 512U, 513U, 1400U, 9000U}) {
        wire::Bytes plaintext(size);
        std::iota(plaintext.begin(), plaintext.end(), static_cast<std::uint8_t>(size));
        wire::Bytes text(size);
        wire::Bytes other(size);
        std::array<std::uint8_t, esp_integrity_check_value> tag{};
        std::array<std::uint8_t, esp_integrity_check_value> others{};
        any.encrypt(iv, associated, plaintext, text, tag);
        without.encrypt(iv, associated, plaintext, other, others);
        EXPECT_EQ(text, other) << size;
        EXPECT_EQ(tag, others) << size;
        EXPECT_TRUE(without.decrypt(iv, associated, text, tag)) << size;
        EXPECT_EQ(text, plaintext);
        others.back() ^= 1U;
        EXPECT_FALSE(without.decrypt(iv, associated, other, others)) << size;
    }
    any.forget();
    without.forget();
}

}  // namespace
}  // namespace godwit::security
