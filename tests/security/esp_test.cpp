#include "shared/security/esp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <thread>

#include "tests/wire/hex.hpp"

namespace godwit::security {
namespace {

using testing::Each;
using testing::ElementsAreArray;
using wire::NextHeader;

constexpr std::uint32_t spi = 0x80001234;

// Both directions alike, so that one set of keys serves both ends.
TunnelKeys tunnel_keys(Suite suite) {
    TunnelKeys keys{.suite = suite, .inbound_spi = spi, .outbound_spi = spi};
    std::iota(keys.outbound.key.begin(), keys.outbound.key.end(), std::uint8_t{0});
    std::iota(keys.outbound.salt.begin(), keys.outbound.salt.end(), std::uint8_t{0xa0});
    keys.inbound = keys.outbound;
    return keys;
}

class Esp : public testing::TestWithParam<Suite> {
  protected:
    void SetUp() override {
        if (!SuiteSet::of_this_machine().contains(GetParam())) {
            GTEST_SKIP() << "this processor has no AES instructions";
        }
        sealer_.emplace(tunnel_keys(GetParam()));
        opener_.emplace(tunnel_keys(GetParam()));
    }

    static wire::Bytes seal(EspSealer& sealer, wire::BytesView inner,
                            NextHeader next_header = NextHeader::ipv6) {
        wire::Bytes buffer(esp_headroom + inner.size() + esp_max_tailroom, 0xee);
        std::ranges::copy(inner, buffer.begin() + esp_headroom);
        const auto packet = sealer.seal(buffer, esp_headroom, inner.size(), next_header);
        return {packet->begin(), packet->end()};
    }
    wire::Bytes seal(wire::BytesView inner, NextHeader next_header = NextHeader::ipv6) {
        return seal(*sealer_, inner, next_header);
    }
    // The inner packet, or why there is none.
    std::expected<wire::Bytes, EspError> open(wire::Bytes packet) {
        const auto opened = opener_->open(packet);
        if (!opened) {
            return std::unexpected(opened.error());
        }
        return wire::Bytes(opened->inner.begin(), opened->inner.end());
    }
    // A packet with the right tag over whatever text.
    static wire::Bytes seal_text(Suite suite, wire::Bytes text) {
        EspCipher cipher(suite, tunnel_keys(suite).outbound);
        wire::Bytes packet = test::octets("80001234000000010000000000000001");
        const wire::Bytes header = packet;
        Mac tag{};
        cipher.encrypt(std::span(header).subspan<8, 8>(), std::span(header).first(8), text, text,
                       tag);
        packet.insert(packet.end(), text.begin(), text.end());
        packet.insert(packet.end(), tag.begin(), tag.end());
        return packet;
    }

    using Mac = std::array<std::uint8_t, esp_integrity_check_value>;
    std::optional<EspSealer> sealer_;
    std::optional<EspOpener> opener_;
};

INSTANTIATE_TEST_SUITE_P(Suites, Esp, testing::Values(Suite::aes_256_gcm, Suite::chacha20_poly1305),
                         [](const auto& instance) {
                             return instance.param == Suite::aes_256_gcm ? "Aes256Gcm"
                                                                         : "ChaCha20Poly1305";
                         });

TEST_P(Esp, IsTheSameApartFromWhatItSeals) {
    for (const std::size_t size : {0U, 1U, 100U, 511U, 1400U}) {
        EspSealer other(tunnel_keys(GetParam()), EspSequence(sealer_->sequence()));
        const wire::Bytes inner(size, 0x5a);
        wire::Bytes buffer(esp_headroom + size + esp_max_tailroom);
        std::ranges::copy(inner, buffer.begin() + esp_headroom);
        wire::Bytes apart(esp_length(size));
        EXPECT_TRUE(other.seal(buffer, esp_headroom, size, NextHeader::ipv6, apart));
        EXPECT_EQ(apart, seal(inner)) << size;
    }
}

TEST_P(Esp, OpensWhatItSealedWhateverTheLength) {
    for (std::size_t length = 0; length < 300; ++length) {
        const wire::Bytes inner(length, 0x5a);
        const wire::Bytes packet = seal(inner);
        EXPECT_EQ(packet.size(), esp_length(length));
        EXPECT_LE(packet.size(), esp_headroom + length + esp_max_tailroom);
        EXPECT_EQ(packet.size() % 4, 0U);
        EXPECT_EQ(open(packet), inner);
    }
}

// Long texts are for another library.
TEST_P(Esp, OpensWhatItSealedInAThreadThatIsPreparedForIt) {
    const wire::Bytes inner(1400, 0x77);
    std::expected<wire::Bytes, EspError> opened;
    std::thread([&] {
        prepare_for_packets();
        opened = open(seal(inner));
    }).join();
    EXPECT_EQ(opened, inner);
}

TEST_P(Esp, OpensWhatItSealedWhicheverLibraryDidIt) {
    for (const std::size_t length :
         {480U, 500U, 508U, 509U, 510U, 511U, 512U, 513U, 1400U, 9216U}) {
        const wire::Bytes inner(length, 0x5a);
        EXPECT_EQ(open(seal(inner)), inner) << length;
    }
}

// Both are the same counter mode: with the same number the longer one goes on where the shorter
// ends.
TEST_P(Esp, IsTheSameByEitherLibrary) {
    const auto sealed_text = [](std::size_t length) {
        EspSealer sealer(tunnel_keys(GetParam()));
        const wire::Bytes packet = seal(sealer, wire::Bytes(length, 0x5a));
        return wire::Bytes(packet.begin() + esp_headroom, packet.begin() + esp_headroom + 400);
    };
    EXPECT_EQ(sealed_text(400), sealed_text(1400));
}

TEST_P(Esp, KeepsSessionsApartThatTakeTurnsWithLongPackets) {
    TunnelKeys keys = tunnel_keys(GetParam());
    keys.outbound.key[0] ^= 1U;
    keys.inbound = keys.outbound;
    EspSealer other_sealer(keys);
    EspOpener other_opener(keys);
    const wire::Bytes inner(1400, 0x42);
    for (int turn = 0; turn < 3; ++turn) {
        wire::Bytes mine = seal(inner);
        wire::Bytes others = seal(other_sealer, inner);
        EXPECT_NE(mine, others);
        EXPECT_TRUE(other_opener.open(others));
        EXPECT_EQ(open(mine), inner);
    }
    EXPECT_EQ(open(seal(other_sealer, inner)).error(), EspError::bad_tag);
}

TEST_P(Esp, LeavesNothingReadableOfALongOneThatItRefuses) {
    const wire::Bytes inner(1400, 0x42);
    wire::Bytes packet = seal(inner);
    packet.back() ^= 1U;
    EXPECT_EQ(opener_->open(packet).error(), EspError::bad_tag);
    EXPECT_EQ(std::ranges::search(packet, wire::Bytes(8, 0x42)).begin(), packet.end());
}

TEST_P(Esp, SealsInPlace) {
    wire::Bytes buffer(200);
    const auto packet = sealer_->seal(buffer, 50, 100, NextHeader::ipv6);
    EXPECT_EQ(packet->data(), buffer.data() + 50 - esp_headroom);
    const auto opened = opener_->open(*packet);
    EXPECT_EQ(opened->inner.data(), buffer.data() + 50);
}

TEST_P(Esp, TouchesNothingOutsideThePacket) {
    wire::Bytes buffer(200, 0x11);
    const auto packet = sealer_->seal(buffer, 50, 101, NextHeader::ipv6);
    const std::span before = std::span(buffer).first(50 - esp_headroom);
    const std::span after = std::span(buffer).subspan(50 - esp_headroom + packet->size());
    EXPECT_THAT(before, Each(0x11));
    EXPECT_THAT(after, Each(0x11));
}

TEST_P(Esp, CarriesTheNextHeader) {
    for (const NextHeader next : {NextHeader::ipv6, NextHeader::ipv4, NextHeader::none}) {
        wire::Bytes packet = seal(wire::Bytes(21), next);
        EXPECT_EQ(opener_->open(packet)->next_header, next);
    }
}

TEST_P(Esp, NumbersPacketsFromOne) {
    EXPECT_EQ(sealer_->sequence(), 0U);
    const wire::Bytes first = seal(wire::Bytes(20));
    const wire::Bytes second = seal(wire::Bytes(20));
    EXPECT_THAT(std::span(first).first(16),
                ElementsAreArray(test::octets("80001234000000010000000000000001")));
    EXPECT_THAT(std::span(second).first(16),
                ElementsAreArray(test::octets("80001234000000020000000000000002")));
    EXPECT_EQ(sealer_->sequence(), 2U);
}

TEST_P(Esp, StopsBeforeTheSequenceNumberWouldCycle) {  // RFC 4303 §3.3.3
    EspSealer sealer(tunnel_keys(GetParam()), EspSequence(0xfffffffe));
    EXPECT_EQ(open(seal(sealer, wire::Bytes(20))), wire::Bytes(20));
    wire::Bytes buffer(100);
    EXPECT_EQ(sealer.seal(buffer, esp_headroom, 20, NextHeader::ipv6).error(), EspError::exhausted);
    EXPECT_EQ(sealer.seal(buffer, esp_headroom, 20, NextHeader::ipv6).error(), EspError::exhausted);
    EXPECT_EQ(buffer, wire::Bytes(100));
}

TEST_P(Esp, RefusesAReplay) {
    const wire::Bytes packet = seal(wire::Bytes(20));
    EXPECT_TRUE(open(packet));
    EXPECT_EQ(open(packet).error(), EspError::replayed);
}

TEST_P(Esp, RefusesWhatLiesBehindTheWindow) {
    const wire::Bytes early = seal(wire::Bytes(20));
    EspSealer late(tunnel_keys(GetParam()), EspSequence(ReplayWindow::size));
    EXPECT_TRUE(open(seal(late, wire::Bytes(20))));
    EXPECT_EQ(open(early).error(), EspError::replayed);
}

TEST_P(Esp, TakesPacketsOutOfOrder) {
    const wire::Bytes first = seal(wire::Bytes(20));
    const wire::Bytes second = seal(wire::Bytes(20));
    EXPECT_TRUE(open(second));
    EXPECT_TRUE(open(first));
}

TEST_P(Esp, RefusesEveryChangedBitAndThenTakesThePacketItself) {
    const wire::Bytes packet = seal(wire::Bytes(21, 0x42));
    for (std::size_t bit = 0; bit < 8 * packet.size(); ++bit) {
        wire::Bytes changed = packet;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(open(changed)) << bit;
    }
    EXPECT_EQ(opener_->highest_sequence(), 0U);
    EXPECT_EQ(open(packet), wire::Bytes(21, 0x42));
}

TEST_P(Esp, RefusesEveryTruncation) {
    const wire::Bytes packet = seal(wire::Bytes(64, 0x42));
    for (std::size_t length = 0; length < packet.size(); ++length) {
        EXPECT_FALSE(open({packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
}

TEST_P(Esp, RefusesAnotherSpi) {
    TunnelKeys keys = tunnel_keys(GetParam());
    keys.outbound_spi = spi + 1;
    EspSealer other(keys);
    EXPECT_EQ(open(seal(other, wire::Bytes(20))).error(), EspError::unknown_spi);
}

TEST_P(Esp, RefusesAnotherKeyAndAnotherSalt) {
    TunnelKeys keys = tunnel_keys(GetParam());
    keys.outbound.key[31] ^= 1U;
    EspSealer with_other_key(keys);
    EXPECT_EQ(open(seal(with_other_key, wire::Bytes(20))).error(), EspError::bad_tag);
    keys = tunnel_keys(GetParam());
    keys.outbound.salt[0] ^= 1U;
    EspSealer with_other_salt(keys);
    EXPECT_EQ(open(seal(with_other_salt, wire::Bytes(20))).error(), EspError::bad_tag);
}

TEST_P(Esp, TakesTheMostPaddingThereCanBe) {  // RFC 4303 §2.4: up to 255 octets
    wire::Bytes text(254);
    std::iota(text.begin(), text.end(), std::uint8_t{1});
    text.push_back(254);
    text.push_back(41);
    EXPECT_EQ(open(seal_text(GetParam(), text)), wire::Bytes());
}

TEST_P(Esp, RefusesPaddingThatIsNotCounted) {  // RFC 4303 §2.4: SHOULD be inspected
    for (const auto* text : {"aabbcc0000000329", "aabbcc0102020329", "aabbcc0302010329",
                             "aabbcc0002030329", "aabbccddee020129"}) {
        opener_.emplace(tunnel_keys(GetParam()));
        EXPECT_EQ(open(seal_text(GetParam(), test::octets(text))).error(), EspError::bad_padding)
            << text;
    }
    opener_.emplace(tunnel_keys(GetParam()));
    EXPECT_EQ(open(seal_text(GetParam(), test::octets("aabbcc0102030329"))),
              test::octets("aabbcc"));
}

TEST_P(Esp, RefusesMorePaddingThanThereIsText) {
    EXPECT_EQ(open(seal_text(GetParam(), test::octets("01020329"))).error(), EspError::bad_padding);
    opener_.emplace(tunnel_keys(GetParam()));
    EXPECT_EQ(open(seal_text(GetParam(), test::octets("0102ff29"))).error(), EspError::bad_padding);
}

TEST_P(Esp, RefusesAnyOtherProtocolInside) {
    EXPECT_EQ(open(seal(wire::Bytes(20), NextHeader::tcp)).error(), EspError::bad_protocol);
}

struct KnownAnswer {
    Suite suite;
    const char* first;   // an IPv6 header of 40 octets and "abc"
    const char* second;  // a dummy packet
};

// Computed with Python's cryptography (OpenSSL).
class EspKnownAnswer : public testing::TestWithParam<KnownAnswer> {};

INSTANTIATE_TEST_SUITE_P(
    Suites, EspKnownAnswer,
    testing::Values(
        KnownAnswer{Suite::aes_256_gcm,
                    "80001234000000010000000000000001d0afb88e6c77fdf43bdba0d27b640d8a4d1a995d68601c"
                    "2489d480e62ef22793ebfe2b1e65bbbad70137834a0d6b8b3e86873ff0d2d17bcb794cb049f55a"
                    "196a",
                    "80001234000000020000000000000002eab1a1a0d0316000b09c5c571ac1354fc3b9ef7c"},
        KnownAnswer{Suite::chacha20_poly1305,
                    "8000123400000001000000000000000147dc35ce5ab661302992c6ac1cc6c0aec5c30ef018bffc"
                    "02bc74e8f893b8ee3a2adfc81dce003958b9838f8e5a17e12e6a650eb707db1c832675e84b9b7a"
                    "4b23",
                    "80001234000000020000000000000002beadfe7602dd8b5ef147b3dd267f5bba1833943d"}),
    [](const auto& instance) {
        return instance.param.suite == Suite::aes_256_gcm ? "Aes256Gcm" : "ChaCha20Poly1305";
    });

TEST_P(EspKnownAnswer, IsReproduced) {
    if (!SuiteSet::of_this_machine().contains(GetParam().suite)) {
        GTEST_SKIP() << "this processor has no AES instructions";
    }
    EspSealer sealer(tunnel_keys(GetParam().suite));
    const wire::Bytes inner = test::octets(
        "6000000000033b4020010db8000f0000000000000000000920010db8000c00000000000000000001616263");
    wire::Bytes buffer(esp_headroom + inner.size() + esp_max_tailroom);
    std::ranges::copy(inner, buffer.begin() + esp_headroom);
    EXPECT_THAT(*sealer.seal(buffer, esp_headroom, inner.size(), NextHeader::ipv6),
                ElementsAreArray(test::octets(GetParam().first)));
    EXPECT_THAT(*sealer.seal(buffer, esp_headroom, 0, NextHeader::none),
                ElementsAreArray(test::octets(GetParam().second)));
}

}  // namespace
}  // namespace godwit::security
