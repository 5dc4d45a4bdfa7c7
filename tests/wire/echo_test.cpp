#include "shared/wire/echo.hpp"

#include <gtest/gtest.h>

#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

TEST(Echo, OfIcmpHasItsChecksum) {
    const Echo echo{.type = Echo::icmp_request, .identifier = 0x1234, .sequence = 1};
    EXPECT_EQ(echo.serialize(), test::octets("0800 e5ca 1234 0001"));
}

TEST(Echo, OfIcmpv6LeavesItToTheSystem) {
    const Echo echo{.identifier = 0x1234, .sequence = 0xffff};
    EXPECT_EQ(echo.serialize(), test::octets("8000 0000 1234 ffff"));
}

TEST(Echo, ReadsWhatItWrites) {
    const Echo echo{.type = Echo::icmpv6_reply, .identifier = 7, .sequence = 9};
    EXPECT_EQ(Echo::parse(echo.serialize()), echo);
}

TEST(Echo, PassesOverItsData) {
    EXPECT_EQ(Echo::parse(test::octets("8100 0000 0007 0009 616263")),
              (Echo{.type = Echo::icmpv6_reply, .identifier = 7, .sequence = 9}));
}

TEST(Echo, IsNoOtherMessageAndNoHalfOne) {
    EXPECT_EQ(Echo::parse(test::octets("0100 0000 0007 0009")).error(),
              ParseError::unexpected_protocol);
    EXPECT_EQ(Echo::parse(test::octets("8101 0000 0007 0009")).error(),
              ParseError::unexpected_protocol)
        << "a code that is not 0";
    EXPECT_EQ(Echo::parse(test::octets("8100 0000 0007")).error(), ParseError::truncated);
}

}  // namespace
}  // namespace godwit::wire
