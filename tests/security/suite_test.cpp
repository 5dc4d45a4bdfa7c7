#include "shared/security/suite.hpp"

#include <gtest/gtest.h>

namespace godwit::security {
namespace {

TEST(SuiteSet, IsABitForEachSuite) {
    EXPECT_EQ(SuiteSet().with(Suite::aes_256_gcm).bits(), 1);
    EXPECT_EQ(SuiteSet().with(Suite::chacha20_poly1305).bits(), 2);
    EXPECT_EQ(all_suites.bits(), 3);
}

TEST(SuiteSet, PrefersAes256GcmWhereBothEndsHaveIt) {
    EXPECT_EQ(all_suites.best(), Suite::aes_256_gcm);
    EXPECT_EQ(SuiteSet(0xfe).common_with(all_suites).best(), Suite::chacha20_poly1305);
}

TEST(SuiteSet, HasNoBestWithoutAKnownSuite) {
    EXPECT_FALSE(SuiteSet().best());
    EXPECT_FALSE(SuiteSet(0xfc).best());
}

TEST(SuiteSet, HasChaCha20Poly1305OnEveryMachine) {
    EXPECT_TRUE(SuiteSet::of_this_machine().contains(Suite::chacha20_poly1305));
}

TEST(SuiteSet, HasNoBitForANumberThatIsNone) {
    const SuiteSet every(0xff);
    for (unsigned number = 0; number < 256; ++number) {
        EXPECT_EQ(every.contains(static_cast<Suite>(number)), number >= 1 && number <= 8) << number;
    }
}

}  // namespace
}  // namespace godwit::security
