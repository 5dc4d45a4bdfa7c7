// Mobile Network Prefixes as both ends read them: RFC 3963 §4.3.

#include "shared/mobility/network_prefixes.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::mobility {
namespace {

wire::Prefix prefix(std::string_view text) {
    return wire::Prefix::parse(text).value();
}

TEST(NetworkPrefixes, AreThoseOfTheOptionsEachOnce) {
    const wire::MobilityOptions options{wire::AlternateCareOfAddress{test::care_of_a},
                                        wire::MobileNetworkPrefix{prefix("2001:db8:1:100::/64")},
                                        wire::MobileNetworkPrefix{prefix("2001:db8:2::/56")},
                                        wire::MobileNetworkPrefix{prefix("2001:db8:1:100::/64")}};
    EXPECT_EQ(text_of(network_prefixes(options)), "2001:db8:1:100::/64 2001:db8:2::/56");
    EXPECT_TRUE(network_prefixes({}).empty());
}

TEST(NetworkPrefixes, HaveNoBitsBeyondTheirLengths) {
    const wire::MobilityOptions options{
        wire::MobileNetworkPrefix{{test::ip("2001:db8:1:100::1"), 64}}};
    EXPECT_EQ(network_prefixes(options), std::vector{prefix("2001:db8:1:100::/64")});
}

TEST(NetworkPrefixes, AreOfAddressesThatHostsHave) {
    EXPECT_TRUE(is_network_prefix(prefix("2001:db8::/32")));
    EXPECT_TRUE(is_network_prefix(prefix("2001:db8:1:100::/64")));
    EXPECT_TRUE(is_network_prefix(prefix("2001:db8:1:100::5/128")));
    EXPECT_TRUE(is_network_prefix(prefix("fd00:1:2:3::/64")));
    for (const char* wrong : {"2001::/31", "::/0", "::/64", "fe80::/64", "ff3e::/64", "::1/128"}) {
        EXPECT_FALSE(is_network_prefix(prefix(wrong))) << wrong;
    }
    EXPECT_FALSE(is_network_prefix(wire::Prefix::parse_ipv4("192.0.2.0/24").value()));
}

TEST(NetworkPrefixes, LieInAnotherAsAWhole) {
    const std::vector all{prefix("2001:db8:1::/56"), prefix("2001:db8:2:100::/64")};
    EXPECT_TRUE(lies_in_one_of(prefix("2001:db8:1::/56"), all));
    EXPECT_TRUE(lies_in_one_of(prefix("2001:db8:1:ff::/64"), all));
    EXPECT_FALSE(lies_in_one_of(prefix("2001:db8:1::/55"), all));
    EXPECT_FALSE(lies_in_one_of(prefix("2001:db8:2:101::/64"), all));
}

TEST(NetworkPrefixes, OverlapWhereOneLiesInTheOther) {
    const std::vector all{prefix("2001:db8:1::/56")};
    EXPECT_TRUE(overlaps_one_of(prefix("2001:db8:1:5::/64"), all));
    EXPECT_TRUE(overlaps_one_of(prefix("2001:db8::/32"), all));
    EXPECT_FALSE(overlaps_one_of(prefix("2001:db8:1:100::/64"), all));
}

}  // namespace
}  // namespace godwit::mobility
