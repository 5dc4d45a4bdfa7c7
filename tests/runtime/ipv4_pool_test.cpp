#include "server/clients/ipv4_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace godwit::server {
namespace {

wire::Ipv4Address ipv4(const std::string& text) {
    return wire::Ipv4Address::parse(text).value();
}
wire::HomeAddress home(int number) {
    return {wire::Ipv6Address::parse("2001:db8:f::" + std::to_string(number)).value()};
}

class Ipv4Pool : public testing::Test {
  protected:
    void add(int number, std::optional<wire::Ipv4Address> fixed = std::nullopt) {
        nodes_.push_back({.name = std::to_string(number),
                          .home_address = home(number),
                          .public_key = std::nullopt,
                          .preshared_key_file = std::nullopt,
                          .ipv4_home_address = fixed});
    }
    [[nodiscard]] std::string address_of(int number, const Ipv4Assignments& before = {}) const {
        const auto assigned = assign_ipv4(pool_, nodes_, before);
        const auto found = assigned.find(home(number));
        return found != assigned.end() ? found->second.text() : "none";
    }

    wire::Prefix pool_ = wire::Prefix::parse_ipv4("10.19.0.0/29").value();
    std::vector<MobileNodeEntry> nodes_;
};

TEST_F(Ipv4Pool, BeginsBehindTheHomeAgentsOwnAddress) {
    add(1);
    add(2);
    EXPECT_EQ(address_of(1), "10.19.0.2");
    EXPECT_EQ(address_of(2), "10.19.0.3");
}

TEST_F(Ipv4Pool, EndsBeforeTheBroadcastAddress) {
    for (int number = 1; number <= 6; ++number) {
        add(number);
    }
    EXPECT_EQ(address_of(5), "10.19.0.6");
    EXPECT_EQ(address_of(6), "none");
    EXPECT_FALSE(is_assignable(pool_, ipv4("10.19.0.0")));
    EXPECT_FALSE(is_assignable(pool_, ipv4("10.19.0.1")));
    EXPECT_TRUE(is_assignable(pool_, ipv4("10.19.0.6")));
    EXPECT_FALSE(is_assignable(pool_, ipv4("10.19.0.7")));
    EXPECT_FALSE(is_assignable(pool_, ipv4("10.19.0.8")));
}

TEST_F(Ipv4Pool, MayHaveOneAddressToGive) {
    pool_ = wire::Prefix::parse_ipv4("192.0.2.252/30").value();
    add(1);
    add(2);
    EXPECT_EQ(address_of(1), "192.0.2.254");
    EXPECT_EQ(address_of(2), "none");
}

TEST_F(Ipv4Pool, LetsEverybodyKeepWhatTheyHad) {
    add(2);
    add(1);
    const Ipv4Assignments before{{home(1), ipv4("10.19.0.2")}, {home(7), ipv4("10.19.0.3")}};
    EXPECT_EQ(address_of(1, before), "10.19.0.2");
    EXPECT_EQ(address_of(2, before), "10.19.0.3") << "of one who is not configured any more";
}

TEST_F(Ipv4Pool, GivesWhatTheConfigurationSays) {
    add(1);
    add(2, ipv4("10.19.0.2"));
    const Ipv4Assignments before{{home(1), ipv4("10.19.0.2")}, {home(2), ipv4("10.19.0.5")}};
    EXPECT_EQ(address_of(2, before), "10.19.0.2");
    EXPECT_EQ(address_of(1, before), "10.19.0.3");
}

TEST_F(Ipv4Pool, ForgetsAddressesOfAnotherPool) {
    add(1);
    EXPECT_EQ(address_of(1, {{home(1), ipv4("10.20.0.2")}}), "10.19.0.2");
}

}  // namespace
}  // namespace godwit::server
