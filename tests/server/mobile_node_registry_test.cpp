#include "server/core/mobile_node_registry.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using mobility::PeerId;

const wire::HomeAddress other_home{test::ip("2001:db8:f::10")};

class MobileNodeRegistryTest : public testing::Test {
  protected:
    MobileNodeRegistry registry_{{{.name = "laptop", .home = test::home}}};
};

TEST_F(MobileNodeRegistryTest, FindsItsNodesByPeerAndByHomeAddress) {
    EXPECT_EQ(registry_.find(PeerId{0})->name, "laptop");
    EXPECT_EQ(registry_.find(test::home)->name, "laptop");
    EXPECT_EQ(registry_.find(PeerId{1}), nullptr);
    EXPECT_EQ(registry_.find(other_home), nullptr);
}

TEST_F(MobileNodeRegistryTest, ForgetsWhomItRemoves) {
    registry_.remove(PeerId{0});
    EXPECT_EQ(registry_.find(PeerId{0}), nullptr);
    EXPECT_EQ(registry_.find(test::home), nullptr);
    registry_.remove(PeerId{0});
    registry_.remove(PeerId{7});
}

TEST_F(MobileNodeRegistryTest, LeavesAHomeAddressToWhoHasItByNow) {
    registry_.put(PeerId{3}, {.name = "tablet", .home = test::home});
    EXPECT_EQ(registry_.find(PeerId{2}), nullptr) << "there is nobody between the two";
    registry_.remove(PeerId{0});
    EXPECT_EQ(registry_.find(test::home)->name, "tablet");
    registry_.remove(PeerId{3});
    EXPECT_EQ(registry_.find(test::home), nullptr);
}

TEST_F(MobileNodeRegistryTest, GivesANodeNothingBackOfWhatItHasUsedWhenItsRecordChanges) {
    while (registry_.allowance(PeerId{0})->take_update(test::noon, false)) {
    }
    registry_.put(PeerId{0}, {.name = "laptop", .home = test::home, .may_register = false});
    EXPECT_FALSE(registry_.allowance(test::home)->take_update(test::noon, false));
    registry_.put(PeerId{3}, {.name = "tablet", .home = other_home});
    EXPECT_TRUE(registry_.allowance(other_home)->take_update(test::noon, false));
    EXPECT_EQ(registry_.allowance(PeerId{2}), nullptr);
}

TEST_F(MobileNodeRegistryTest, FollowsANodeToAnotherHomeAddress) {
    registry_.put(PeerId{0}, {.name = "laptop", .home = other_home});
    EXPECT_EQ(registry_.find(other_home)->name, "laptop");
    registry_.remove(PeerId{0});
    EXPECT_EQ(registry_.find(other_home), nullptr);
}

TEST(MobileNodeRecord, HasOtherAddressesWithAnotherIpv4HomeAddressOrAnotherNetwork) {
    const MobileNodeRecord before{.name = "laptop",
                                  .home = test::home,
                                  .ipv4_home = wire::Ipv4Address{{10, 19, 0, 3}},
                                  .network_prefixes = {{test::ip("2001:db8:1:100::"), 64}}};
    MobileNodeRecord after = before;
    after.name = "desk";
    after.may_register = false;
    EXPECT_TRUE(has_same_addresses(before, after));
    after.ipv4_home = wire::Ipv4Address{{10, 19, 0, 4}};
    EXPECT_FALSE(has_same_addresses(before, after));
    after.ipv4_home.reset();
    EXPECT_FALSE(has_same_addresses(before, after));
    after = before;
    after.network_prefixes.clear();
    EXPECT_FALSE(has_same_addresses(before, after));
}

}  // namespace
}  // namespace godwit::server
