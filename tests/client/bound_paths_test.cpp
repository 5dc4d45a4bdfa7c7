#include "client/core/bound_paths.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

mobility::Path by(std::uint32_t interface, const wire::CareOfAddress& local = test::care_of_a) {
    return {.interface = {interface}, .local = local.address, .remote = test::home_agent.address};
}

TEST(BindingId, IsThatOfTheInterfaceAndNeverTheReservedZero) {  // RFC 5648 §4.3
    EXPECT_EQ(binding_id(by(1)), 1);
    EXPECT_EQ(binding_id(by(77)), 77);
    EXPECT_EQ(binding_id(by(0xffff)), 0xffff);
    EXPECT_EQ(binding_id(by(0x10000)), 1);
}

TEST(BoundPaths, HasOneForEachInterface) {
    BoundPaths bound;
    bound.on_bound(by(1), true);
    EXPECT_FALSE(bound.has_other_than(by(1)));
    bound.on_bound(by(2), false);
    EXPECT_TRUE(bound.has_other_than(by(1)));
    bound.on_bound(by(2, test::care_of_b), false);
    EXPECT_EQ(bound.all().size(), 2U);
    EXPECT_FALSE(bound.contains(by(2)));
    EXPECT_TRUE(bound.has_number_of(by(2)));
    EXPECT_FALSE(bound.has_number_of(by(3)));
    EXPECT_TRUE(bound.contains(by(2, test::care_of_b)));
}

TEST(BoundPaths, HasNoneOfAnInterfaceThatOffersNothing) {  // RFC 6275 §11.5.4
    BoundPaths bound;
    bound.on_bound(by(1), true);
    bound.on_bound(by(2), false);
    bound.keep_offered({by(2, test::care_of_b), by(3)});
    EXPECT_EQ(bound.all(), std::vector{by(2)});
}

TEST(BoundPaths, HasOneAloneAfterAnUpdateInPlaceOfAll) {
    BoundPaths bound;
    bound.on_bound(by(1), true);
    bound.on_bound(by(2), false);
    bound.on_bound(by(3), true);
    EXPECT_EQ(bound.all(), std::vector{by(3)});
}

}  // namespace
}  // namespace godwit::client
