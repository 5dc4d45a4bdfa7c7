#include "shared/security/aes_by_vaes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "shared/security/aes_of_long_texts.hpp"

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

}  // namespace
}  // namespace godwit::security
