#include "shared/wire/nat64.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::wire {
namespace {

using test::ip;
using testing::ElementsAre;
using testing::IsEmpty;

Prefix prefix(const char* text) {
    return Prefix::parse(text).value();
}

constexpr Ipv4Address documented{{192, 0, 2, 33}};

struct Example {
    const char* prefix;
    const char* address;
};

class Nat64Example : public testing::TestWithParam<Example> {};

// RFC 6052 §2.4, tables 2 and 3, for 192.0.2.33.
INSTANTIATE_TEST_SUITE_P(
    OfRfc6052, Nat64Example,
    testing::Values(Example{"2001:db8::/32", "2001:db8:c000:221::"},
                    Example{"2001:db8:100::/40", "2001:db8:1c0:2:21::"},
                    Example{"2001:db8:122::/48", "2001:db8:122:c000:2:2100::"},
                    Example{"2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"},
                    Example{"2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"},
                    Example{"2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"},
                    Example{"64:ff9b::/96", "64:ff9b::192.0.2.33"}));

TEST_P(Nat64Example, IsWrittenAsTheRfcSays) {
    EXPECT_EQ(nat64_address(prefix(GetParam().prefix), documented), ip(GetParam().address));
}

TEST_P(Nat64Example, IsFoundFromWhatItsResolverAnswers) {
    const auto answer = nat64_address(prefix(GetParam().prefix), {{192, 0, 0, 170}});
    EXPECT_THAT(nat64_prefixes(std::vector{answer.value()}),
                ElementsAre(prefix(GetParam().prefix)));
}

TEST(Nat64, KnowsTheWellKnownPrefix) {
    EXPECT_EQ(nat64_well_known_prefix, prefix("64:ff9b::/96"));
}

TEST(Nat64, HasNoAddressesOfOtherLengths) {
    for (const char* other : {"2001:db8::/33", "2001:db8::/72", "::/0", "2001:db8::/128"}) {
        EXPECT_EQ(nat64_address(prefix(other), documented), std::nullopt) << other;
    }
    EXPECT_EQ(nat64_address(prefix("2001:db8:0:0:100::/96"), documented), std::nullopt)
        << "octet u is not zero";
}

TEST(Nat64, IsToldOnceByBothAnswersOfAResolver) {
    EXPECT_THAT(nat64_prefixes(std::vector{ip("64:ff9b::192.0.0.170"), ip("64:ff9b::192.0.0.171")}),
                ElementsAre(nat64_well_known_prefix));
}

TEST(Nat64, IsToldInTheOrderOfTheAnswers) {
    EXPECT_THAT(
        nat64_prefixes(std::vector{ip("2001:db8::192.0.0.171"), ip("64:ff9b::192.0.0.170")}),
        ElementsAre(prefix("2001:db8::/96"), nat64_well_known_prefix));
}

TEST(Nat64, IsNotToldByOtherAddresses) {
    EXPECT_THAT(nat64_prefixes(std::vector{ip("64:ff9b::192.0.0.172"), ip("2001:db8::1")}),
                IsEmpty());
    EXPECT_THAT(nat64_prefixes(std::vector{ip("2001:db8:0:0:100::192.0.0.170")}), IsEmpty());
}

}  // namespace
}  // namespace godwit::wire
