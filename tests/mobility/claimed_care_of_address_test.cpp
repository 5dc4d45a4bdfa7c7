// Which care-of address a binding update names: RFC 5648 §5.2, §8.1, RFC 6275 §6.2.5, RFC 5555
// §3.1.2.

#include "shared/mobility/claimed_care_of_address.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::mobility {
namespace {

constexpr wire::Ipv4Address private_address{{192, 168, 1, 7}};

std::optional<wire::CareOfAddress> claimed(const wire::MobilityOptions& options) {
    wire::BindingUpdate update;
    update.options = options;
    return claimed_care_of_address(update);
}

TEST(ClaimedCareOfAddress, IsThatOfTheBindingIdentifier) {
    EXPECT_EQ(claimed({wire::BindingIdentifier{.id = 1, .care_of = test::care_of_a}}),
              test::care_of_a);
    EXPECT_EQ(claimed({wire::BindingIdentifier{.id = 1, .care_of = private_address}})->address,
              test::ip("::ffff:192.168.1.7"));
}

TEST(ClaimedCareOfAddress, IsThatOfTheBindingIdentifierBeforeAnyOther) {
    EXPECT_EQ(claimed({wire::AlternateCareOfAddress{test::care_of_b},
                       wire::BindingIdentifier{.id = 1, .care_of = test::care_of_a}}),
              test::care_of_a);
}

TEST(ClaimedCareOfAddress, IsNotThatOfSeveralBindingIdentifiers) {
    const wire::BindingIdentifier one{.id = 1, .care_of = test::care_of_a};
    const wire::BindingIdentifier other{.id = 2, .care_of = test::care_of_b};
    EXPECT_EQ(claimed({one, other}), std::nullopt);
}

TEST(ClaimedCareOfAddress, IsNotThatOfABindingIdentifierWithoutOne) {
    EXPECT_EQ(claimed({wire::BindingIdentifier{.id = 1}}), std::nullopt);
    EXPECT_EQ(
        claimed({wire::BindingIdentifier{.id = 1}, wire::AlternateCareOfAddress{test::care_of_b}}),
        test::care_of_b);
}

TEST(ClaimedCareOfAddress, IsThatOfTheOptionsOfPlainUpdates) {
    EXPECT_EQ(claimed({wire::AlternateCareOfAddress{test::care_of_a}}), test::care_of_a);
    EXPECT_EQ(claimed({wire::Ipv4CareOfAddress{private_address}})->address,
              test::ip("::ffff:192.168.1.7"));
    EXPECT_EQ(claimed({}), std::nullopt);
}

}  // namespace
}  // namespace godwit::mobility
