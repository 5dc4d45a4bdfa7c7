#include "server/clients/address_allocation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/sample_clients.hpp"

namespace godwit::server {
namespace {

HomeAddresses addresses(const std::string& prefix, const std::string& home_agent) {
    return {.prefix = wire::Prefix::parse(prefix).value(),
            .home_agent = {wire::Ipv6Address::parse(home_agent).value()}};
}

bool is_reserved(const std::string& prefix, const std::string& address) {
    return server::is_reserved(addresses(prefix, "2001:db8:f::1"),
                               wire::Ipv6Address::parse(address).value());
}

TEST(AddressAllocation, ReservesTheHomeAgentsOwnAddressAndThatOfAllRouters) {
    EXPECT_TRUE(is_reserved("2001:db8:f::/64", "2001:db8:f::1"));
    EXPECT_TRUE(is_reserved("2001:db8:f::/64", "2001:db8:f::"));
    EXPECT_FALSE(is_reserved("2001:db8:f::/64", "2001:db8:f::2"));
}

TEST(AddressAllocation, ReservesAnycastAddresses) {  // RFC 2526 §2
    EXPECT_TRUE(is_reserved("2001:db8:f::/64", "2001:db8:f:0:fdff:ffff:ffff:ff80"));
    EXPECT_TRUE(is_reserved("2001:db8:f::/64", "2001:db8:f:0:fdff:ffff:ffff:ffff"));
    EXPECT_FALSE(is_reserved("2001:db8:f::/64", "2001:db8:f:0:fdff:ffff:ffff:ff7f"));
    EXPECT_FALSE(is_reserved("2001:db8:f::/64", "2001:db8:f:0:ffff:ffff:ffff:ffff"));
    EXPECT_TRUE(is_reserved("2001:db8:f::/112", "2001:db8:f::ff80"));
    EXPECT_FALSE(is_reserved("2001:db8:f::/112", "2001:db8:f::ff7f"));
    EXPECT_TRUE(is_reserved("2001:db8:f::/116", "2001:db8:f::fff"));
    EXPECT_FALSE(is_reserved("2001:db8:f::/124", "2001:db8:f::f")) << "no room for any";
}

TEST(AddressAllocation, GivesTheLowestFreeAddress) {
    const HomeAddresses large = addresses("2001:db8:f::/64", "2001:db8:f::1");
    EXPECT_EQ(next_free(large, {}), home("2001:db8:f::100"));
    EXPECT_EQ(next_free(large, {home("2001:db8:f::100"), home("2001:db8:f::101")}),
              home("2001:db8:f::102"));
    EXPECT_EQ(next_free(addresses("2001:db8:f::/120", "2001:db8:f::1"), {}), home("2001:db8:f::2"));
}

TEST(AddressAllocation, ComesToAnEnd) {
    const HomeAddresses small = addresses("2001:db8:f::/126", "2001:db8:f::1");
    EXPECT_EQ(next_free(small, {home("2001:db8:f::2")}), home("2001:db8:f::3"));
    EXPECT_EQ(next_free(small, {home("2001:db8:f::2"), home("2001:db8:f::3")}), std::nullopt);
}

}  // namespace
}  // namespace godwit::server
