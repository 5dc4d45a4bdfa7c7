#include "shared/platform/footprint.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "shared/platform/tun_device.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

// The local table aside: the kernel keeps it, a moment behind the addresses.
std::string everything() {
    return run(
        "ip -6 rule; ip -6 route show table all type unicast; ip -6 addr;"
        "ip -4 rule; ip -4 route show table all type unicast; ip -4 addr");
}

bool shows(const std::string& command, const std::string& text) {
    return run(command).find(text) != std::string::npos;
}

class FootprintTest : public InNamespace {
  protected:
    FootprintTest() {
        run("ip addr add 2001:db8::1/64 dev near nodad; ip addr add 192.0.2.1/24 dev near;"
            "ip link set near addrgenmode none; ip link set near up");
    }

    const TunDevice near_{"near", TunDevice::Offloading::off};
    const mobility::InterfaceIndex link_ = near_.interface();
    const AddressOnInterface home_{link_, address("2001:db8:f::9")};
    const Route default_route_{.destination = {.length = 0},
                               .interface = link_,
                               .gateway = address("2001:db8::2"),
                               .preferred_source = address("2001:db8::1"),
                               .table = 1910,
                               .metric = 7};
    const Route on_link_{.destination = wire::Prefix::parse("2001:db8:5::/48").value(),
                         .interface = link_,
                         .metric = 1};
    const PolicyRule unmarked_{.priority = 5000, .table = 1910, .mark = 191, .inverted = true};
    const PolicyRule specific_{.priority = 4999, .suppressed_prefix_length = 0};
    const AddressOnInterface ipv4_home_{link_, address("::ffff:10.0.0.9")};
    const Route ipv4_default_route_{.destination = wire::Prefix::parse_ipv4("0.0.0.0/0").value(),
                                    .interface = link_,
                                    .gateway = address("::ffff:192.0.2.2"),
                                    .preferred_source = address("::ffff:192.0.2.1"),
                                    .table = 1910,
                                    .metric = 7};
    const PolicyRule ipv4_unmarked_{
        .ipv4 = true, .priority = 5000, .table = 1910, .mark = 191, .inverted = true};

    void add_all(Footprint& footprint) const {
        require("address", footprint.add(home_));
        require("route", footprint.add(default_route_));
        require("rule", footprint.add(unmarked_));
        require("rule", footprint.add(specific_));
        require("IPv4 address", footprint.add(ipv4_home_));
        require("IPv4 route", footprint.add(ipv4_default_route_));
        require("IPv4 rule", footprint.add(ipv4_unmarked_));
    }

    // What is there already is no failure.
    void add_all_again(Footprint& footprint) const {
        for (const std::error_code outcome :
             {footprint.add(home_), footprint.add(default_route_), footprint.add(unmarked_),
              footprint.add(specific_), footprint.add(ipv4_home_),
              footprint.add(ipv4_default_route_), footprint.add(ipv4_unmarked_)}) {
            EXPECT_TRUE(!outcome || outcome == std::errc::file_exists) << outcome.message();
        }
    }
};

TEST_F(FootprintTest, AddsAddressesWithoutDuplicateAddressDetectionOrPrefixRoute) {
    Footprint footprint(Owner::mobile_node);
    AddressOnInterface address_in_prefix = home_;
    address_in_prefix.prefix_length = 64;
    ASSERT_FALSE(footprint.add(address_in_prefix));
    EXPECT_TRUE(shows("ip -6 addr show dev near", "2001:db8:f::9/64"));
    EXPECT_FALSE(shows("ip -6 addr show dev near", "tentative"));
    EXPECT_FALSE(shows("ip -6 route", "2001:db8:f::/64"));
}

// RFC 6275 §11.5.5: not on the way home either. A TUN device never does it, an Ethernet does.
TEST_F(FootprintTest, AddsAddressesWithoutDuplicateAddressDetectionWhereTheLinkDoesIt) {
    run("ip link add name ether type veth peer name end;"
        "echo 1 > /proc/sys/net/ipv6/conf/ether/accept_dad;"
        "echo 100 > /proc/sys/net/ipv6/conf/ether/dad_transmits;"  // a second each
        "ip link set end up; ip link set ether up; ip addr add 2001:db8:7::1/64 dev ether");
    ASSERT_TRUE(shows("ip -6 addr show dev ether to 2001:db8:7::1", "tentative"));
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(AddressOnInterface{interface_called("ether"), home_.address}));
    EXPECT_TRUE(shows("ip -6 addr show dev ether to 2001:db8:f::9", "2001:db8:f::9"));
    EXPECT_FALSE(shows("ip -6 addr show dev ether to 2001:db8:f::9", "tentative"));
}

TEST_F(FootprintTest, AddsDeprecatedAddressesWhereThePreferredLifetimeIsZero) {
    Footprint footprint(Owner::mobile_node);
    AddressOnInterface deprecated = home_;
    deprecated.preferred_lifetime = std::chrono::seconds(0);
    ASSERT_FALSE(footprint.add(deprecated));
    EXPECT_TRUE(shows("ip -6 addr show dev near", "deprecated"));
}

TEST_F(FootprintTest, AddsRoutesWithEveryPropertyTheyHave) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(default_route_));
    EXPECT_TRUE(shows("ip -6 route show table 1910",
                      "default via 2001:db8::2 dev near proto 191 src 2001:db8::1 metric 7"));
}

TEST_F(FootprintTest, AddsRulesForUnmarkedPackets) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(unmarked_));
    EXPECT_TRUE(shows("ip -6 rule", "5000:\tnot from all fwmark 0xbf lookup 1910 proto 191"));
}

TEST_F(FootprintTest, AddsRulesThatPassOverTheDefaultRoute) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(specific_));
    EXPECT_TRUE(shows("ip -6 rule", "4999:\tfrom all lookup main suppress_prefixlength 0"));
}

TEST_F(FootprintTest, AddsRulesForPrefixes) {
    Footprint footprint(Owner::home_agent);
    ASSERT_FALSE(footprint.add(PolicyRule{.priority = 3,
                                          .table = 77,
                                          .from = wire::Prefix::parse("2001:db8:a::/48"),
                                          .to = wire::Prefix::parse("2001:db8:b::/64")}));
    EXPECT_TRUE(
        shows("ip -6 rule", "3:\tfrom 2001:db8:a::/48 to 2001:db8:b::/64 lookup 77 proto 193"));
}

TEST_F(FootprintTest, AddsIpv4AddressesWithoutPrefixRoute) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(ipv4_home_));
    AddressOnInterface address_in_prefix = ipv4_home_;
    address_in_prefix.address = address("::ffff:10.1.0.9");
    address_in_prefix.prefix_length = 96 + 16;
    ASSERT_FALSE(footprint.add(address_in_prefix));
    EXPECT_TRUE(shows("ip -4 addr show dev near", "10.0.0.9/32"));
    EXPECT_TRUE(shows("ip -4 addr show dev near", "10.1.0.9/16"));
    EXPECT_FALSE(shows("ip -4 route", "10.1.0.0/16"));
}

TEST_F(FootprintTest, AddsIpv4RoutesWithEveryPropertyTheyHave) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(ipv4_default_route_));
    EXPECT_TRUE(shows("ip -4 route show table 1910",
                      "default via 192.0.2.2 dev near proto 191 src 192.0.2.1 metric 7"));
    ASSERT_FALSE(footprint.add(
        Route{.destination = wire::Prefix::parse_ipv4("10.2.0.0/16").value(), .interface = link_}));
    EXPECT_TRUE(shows("ip -4 route", "10.2.0.0/16 dev near proto 191 scope link metric 1024"));
}

TEST_F(FootprintTest, AddsIpv4Rules) {
    Footprint footprint(Owner::home_agent);
    ASSERT_FALSE(footprint.add(ipv4_unmarked_));
    ASSERT_FALSE(footprint.add(PolicyRule{.ipv4 = true,
                                          .priority = 3,
                                          .table = 77,
                                          .from = wire::Prefix::parse_ipv4("10.0.0.0/8"),
                                          .to = wire::Prefix::parse_ipv4("192.0.2.0/25")}));
    ASSERT_FALSE(footprint.add(PolicyRule{.ipv4 = true, .priority = 4, .udp_source_port = 4191}));
    EXPECT_TRUE(shows("ip -4 rule", "4:\tfrom all ipproto udp sport 4191 lookup main proto 193"));
    EXPECT_TRUE(shows("ip -4 rule", "5000:\tnot from all fwmark 0xbf lookup 1910 proto 193"));
    EXPECT_TRUE(shows("ip -4 rule", "3:\tfrom 10.0.0.0/8 to 192.0.2.0/25 lookup 77 proto 193"));
    EXPECT_FALSE(shows("ip -6 rule", "1910"));
}

TEST_F(FootprintTest, LeavesEverythingAsItWas) {
    const std::string before = everything();
    {
        Footprint footprint(Owner::mobile_node);
        add_all(footprint);
        EXPECT_NE(everything(), before);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(FootprintTest, TakesOneThingBackEarly) {
    const std::string before = everything();
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(unmarked_));
    EXPECT_FALSE(footprint.remove(unmarked_));
    EXPECT_EQ(everything(), before);
    EXPECT_FALSE(footprint.remove(unmarked_));
}

TEST_F(FootprintTest, LeavesWhatSomebodyElseHasAdded) {
    run("ip -6 addr add 2001:db8:f::9 dev near nodad; ip -6 route add 2001:db8:5::/48 dev near "
        "metric 1; ip addr add 10.0.0.9 dev near");
    const std::string before = everything();
    {
        Footprint footprint(Owner::mobile_node);
        EXPECT_EQ(footprint.add(home_), std::errc::file_exists);
        EXPECT_EQ(footprint.add(on_link_), std::errc::file_exists);
        EXPECT_EQ(footprint.add(ipv4_home_), std::errc::file_exists);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(FootprintTest, RemovesWhatAKilledRunLeft) {
    const std::string before = everything();
    const auto killed = [this] {
        Footprint footprint(Owner::mobile_node);
        add_all(footprint);
        std::raise(SIGKILL);
    };
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    ASSERT_NE(everything(), before);
    const Footprint next(Owner::mobile_node);
    EXPECT_EQ(everything(), before);
}

TEST_F(FootprintTest, ReadsBackAllThatItHasAdded) {
    Footprint footprint(Owner::mobile_node);
    EXPECT_TRUE(footprint.present().addresses.empty());
    const PolicyRule way_back{.ipv4 = true, .priority = 4, .udp_source_port = 4191};
    const PolicyRule between{.priority = 3,
                             .table = 77,
                             .from = wire::Prefix::parse("2001:db8:a::/48"),
                             .to = wire::Prefix::parse("2001:db8:b::/64")};
    const Route ipv4_on_link{.destination = wire::Prefix::parse_ipv4("10.2.0.0/16").value(),
                             .interface = link_};
    add_all(footprint);
    require("rule", footprint.add(way_back));
    require("rule", footprint.add(between));
    require("route", footprint.add(on_link_));
    require("IPv4 route", footprint.add(ipv4_on_link));
    const SystemState present = footprint.present();
    EXPECT_THAT(present.up, testing::Contains(link_));
    EXPECT_THAT(present.addresses, testing::UnorderedElementsAre(home_, ipv4_home_));
    EXPECT_THAT(present.routes, testing::UnorderedElementsAre(default_route_, on_link_,
                                                              ipv4_default_route_, ipv4_on_link));
    EXPECT_THAT(present.rules, testing::UnorderedElementsAre(unmarked_, specific_, ipv4_unmarked_,
                                                             way_back, between));
}

TEST_F(FootprintTest, SeesWhatOthersHaveRemovedAndPutsItBackOnce) {
    const std::string before = everything();
    {
        Footprint footprint(Owner::mobile_node);
        add_all(footprint);
        const std::string with_all = everything();
        run("ip -6 rule flush; ip -4 rule flush; ip addr del 10.0.0.9/32 dev near;"
            "ip -6 rule add from all lookup main priority 32766;"
            "ip -4 rule add from all lookup main priority 32766;"
            "ip -4 rule add from all lookup default priority 32767");
        EXPECT_THAT(footprint.present().rules, testing::IsEmpty());
        EXPECT_THAT(footprint.present().addresses, testing::ElementsAre(home_));
        add_all_again(footprint);
        EXPECT_EQ(footprint.present().rules.size(), 3U);
        EXPECT_EQ(everything(), with_all);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(FootprintTest, LeavesTheOtherRolesThings) {
    Footprint home_agent(Owner::home_agent);
    add_all(home_agent);
    const std::string before = everything();
    {
        const Footprint mobile_node(Owner::mobile_node);
    }
    EXPECT_EQ(everything(), before);
}

TEST_F(FootprintTest, GoesQuietlyWhereTheInterfaceIsGone) {
    Footprint footprint(Owner::mobile_node);
    ASSERT_FALSE(footprint.add(home_));
    ASSERT_FALSE(footprint.add(default_route_));
    ASSERT_FALSE(footprint.add(ipv4_home_));
    ASSERT_FALSE(footprint.add(ipv4_default_route_));
    run("ip link del near");
    EXPECT_FALSE(footprint.remove(home_));
    EXPECT_FALSE(footprint.remove(default_route_));
    EXPECT_FALSE(footprint.remove(ipv4_home_));
    EXPECT_FALSE(footprint.remove(ipv4_default_route_));
}

TEST_F(FootprintTest, KnowsARouteToNowhereAgain) {
    const auto to_nowhere = [] { return run("ip -6 route show table all type unreachable"); };
    const std::string before = to_nowhere();
    {
        Footprint footprint(Owner::mobile_node);
        const Route nowhere{.destination = wire::Prefix::parse("2001:db8:1:100::/64").value(),
                            .interface = loopback,
                            .table = 4191,
                            .is_unreachable = true};
        ASSERT_FALSE(footprint.add(nowhere));
        EXPECT_TRUE(shows("ip -6 route show table 4191", "unreachable 2001:db8:1:100::/64"));
        EXPECT_THAT(footprint.present().routes, testing::ElementsAre(nowhere));
    }
    EXPECT_EQ(to_nowhere(), before);
}

}  // namespace
}  // namespace godwit::platform
