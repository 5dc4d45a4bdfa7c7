#include "shared/wire/sequence_number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace godwit::wire {
namespace {

bool accepts(std::uint16_t last, std::uint16_t received) {
    return SequenceNumber(received).is_newer_than(SequenceNumber(last));
}

// The example of RFC 6275 §9.5.1: with 15 as the last number, 0 to 15 and 32783 to 65535 are old.
TEST(SequenceNumber, TreatsTheLast32768ValuesAsOld) {
    EXPECT_TRUE(accepts(15, 16));
    EXPECT_TRUE(accepts(15, 32782));
    EXPECT_FALSE(accepts(15, 32783));
    EXPECT_FALSE(accepts(15, 65535));
    EXPECT_FALSE(accepts(15, 0));
    EXPECT_FALSE(accepts(15, 14));
    EXPECT_FALSE(accepts(15, 15));
}

TEST(SequenceNumber, IsComparedModulo65536) {
    EXPECT_TRUE(accepts(32783, 32784));
    EXPECT_TRUE(accepts(32783, 14));
    EXPECT_FALSE(accepts(32783, 32783));
    EXPECT_FALSE(accepts(32783, 32782));
    EXPECT_FALSE(accepts(32783, 15));
}

TEST(SequenceNumber, AcceptsExactlyTheNext32767Values) {
    unsigned newer = 0;
    for (unsigned value = 0; value <= 65535; ++value) {
        newer += accepts(40000, static_cast<std::uint16_t>(value)) ? 1U : 0U;
    }
    EXPECT_EQ(newer, 32767U);
}

TEST(SequenceNumber, GoesOnWithZeroAfter65535) {
    EXPECT_EQ(SequenceNumber(65535).next(), SequenceNumber(0));
    EXPECT_TRUE(SequenceNumber(65535).next().is_newer_than(SequenceNumber(65535)));
}

}  // namespace
}  // namespace godwit::wire
