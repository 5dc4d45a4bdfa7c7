#include "client/near_destinations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using platform::KnownAddress;
using platform::KnownRoute;
using platform::NetworkSnapshot;
using test::ip;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr mobility::InterfaceIndex wifi{2};
constexpr mobility::InterfaceIndex other{3};
constexpr mobility::InterfaceIndex tunnel{9};

wire::Prefix prefix(const std::string& text) {
    return text.contains('.') ? wire::Prefix::parse_ipv4(text).value()
                              : wire::Prefix::parse(text).value();
}

wire::Ipv6Address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return wire::Ipv6Address::mapped(wire::Ipv4Address{{a, b, c, d}});
}

KnownRoute on_link(const std::string& destination) {
    return {.destination = prefix(destination), .interface = wifi, .gateway = std::nullopt};
}

KnownRoute through(const std::string& destination, const char* gateway) {
    return {.destination = prefix(destination), .interface = wifi, .gateway = ip(gateway)};
}

std::vector<wire::Prefix> near(const NetworkSnapshot& network) {
    return near_destinations(network, tunnel);
}

TEST(NearDestinations, AreTheLinksThatThisMachineHasAnAddressIn) {
    EXPECT_THAT(
        near({.addresses = {{.interface = wifi, .address = ip("2001:db8:a::7")},
                            {.interface = wifi, .address = ipv4(192, 0, 2, 7)},
                            {.interface = wifi, .address = ipv4(10, 1, 2, 3)}},
              .routes = {on_link("2001:db8:a::/64"), on_link("192.0.2.0/24"),
                         on_link("10.0.0.0/8")}}),
        ElementsAre(prefix("10.0.0.0/8"), prefix("192.0.2.0/24"), prefix("2001:db8:a::/64")));
}

TEST(NearDestinations, AreNoPrefixThatARouterSaysIsOnLinkWithoutAnAddressInIt) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi, .address = ip("2001:db8:a::7")},
                                    {.interface = other, .address = ip("2001:db8:b::7")}},
                      .routes = {on_link("2001:db8:b::/64"), on_link("2000::/3")}}),
                IsEmpty());
}

TEST(NearDestinations, AreNoNetworkThatIsLargerThanALink) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi, .address = ip("2001:db8:a::7")},
                                    {.interface = wifi, .address = ipv4(100, 1, 2, 3)},
                                    {.interface = wifi, .address = ipv4(10, 1, 2, 3)}},
                      .routes = {on_link("2001:db8:a::/63"), on_link("100.0.0.0/9"),
                                 on_link("0.0.0.0/1"), on_link("100.0.0.0/15")}}),
                IsEmpty());
}

TEST(NearDestinations, AreAsLargeAsWasConfiguredHere) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi,
                                     .address = ip("2001:db8:a::7"),
                                     .prefix_length = 32,
                                     .permanent = true}},
                      .routes = {on_link("2001:db8::/32"), on_link("2000::/3")}}),
                ElementsAre(prefix("2001:db8::/32")));
}

// What a router advertises may be around an address that has nothing to do with it.
TEST(NearDestinations, AreNothingLargerAroundAnAddressWithoutAnEnd) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi,
                                     .address = ip("fe80::7"),
                                     .prefix_length = 64,
                                     .permanent = true},
                                    {.interface = wifi,
                                     .address = ip("2001:db8:f::9"),
                                     .prefix_length = 128,
                                     .permanent = true},
                                    {.interface = wifi,
                                     .address = ipv4(192, 0, 2, 7),
                                     .prefix_length = 120,
                                     .permanent = true}},
                      .routes = {on_link("fc00::/6"), on_link("2000::/3"), on_link("::/1")}}),
                IsEmpty());
}

// A lease without an end looks as if it had been configured here.
TEST(NearDestinations, AreNoLargerInIpv4ThoughTheAddressHasNoEnd) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi,
                                     .address = ipv4(203, 0, 113, 5),
                                     .prefix_length = 97,
                                     .permanent = true}},
                      .routes = {on_link("128.0.0.0/1")}}),
                IsEmpty());
}

TEST(NearDestinations, AreTheOtherEndsOfPointToPointLinks) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi,
                                     .address = ipv4(10, 9, 0, 1),
                                     .prefix_length = 128,
                                     .other_end = ipv4(10, 9, 0, 2)}},
                      .routes = {on_link("10.9.0.2/32"), on_link("10.9.0.3/32")}}),
                ElementsAre(prefix("10.9.0.2/32")));
}

TEST(NearDestinations, AreNotWhereTheNetworkGivesARouteTo) {
    EXPECT_THAT(near({.addresses = {{.interface = wifi, .address = ip("2001:db8:a::7")}},
                      .routes = {through("2001:db8:c::/48", "fe80::1"),
                                 through("203.0.113.7/32", "::ffff:192.0.2.1")}}),
                IsEmpty());
}

TEST(NearDestinations, AreWhereWhoeverRunsThisMachineHasMadeARouteTo) {
    KnownRoute office = through("10.0.0.0/8", "::ffff:192.0.2.1");
    office.is_configured = true;
    KnownRoute elsewhere = through("2001:db8::/32", "fe80::1");
    elsewhere.is_configured = true;
    EXPECT_THAT(near({.routes = {office, elsewhere}}),
                ElementsAre(prefix("10.0.0.0/8"), prefix("2001:db8::/32")));
}

// As dhclient's script makes them of what a DHCP server says.
TEST(NearDestinations, AreNotWhereAnUnmarkedRouteLeadsOnALinkWithALease) {
    KnownRoute half = through("128.0.0.0/1", "::ffff:10.1.2.1");
    half.is_configured = true;
    half.is_unmarked = true;
    KnownRoute office = half;
    office.destination = prefix("10.0.0.0/8");
    KnownAddress own{.interface = wifi, .address = ipv4(10, 1, 2, 3)};
    EXPECT_THAT(near({.addresses = {own}, .routes = {half, office}}),
                ElementsAre(prefix("10.0.0.0/8")));
    own.permanent = true;
    EXPECT_THAT(near({.addresses = {own}, .routes = {half, office}}),
                ElementsAre(prefix("128.0.0.0/1"), prefix("10.0.0.0/8")));
}

TEST(NearDestinations, AreNeitherTheDefaultNorWhatLeadsIntoTheTunnel) {
    KnownRoute everywhere = through("::/0", "fe80::1");
    everywhere.is_configured = true;
    KnownRoute all_ipv4 = through("0.0.0.0/0", "::ffff:192.0.2.1");
    all_ipv4.is_configured = true;
    EXPECT_THAT(near({.addresses = {{.interface = tunnel,
                                     .address = ip("2001:db8:f::9"),
                                     .permanent = true}},
                      .routes = {everywhere,
                                 all_ipv4,
                                 {.destination = prefix("2001:db8:f::9/128"),
                                  .interface = tunnel,
                                  .gateway = std::nullopt}}}),
                IsEmpty());
}

TEST(NearDestinations, AreEachInNoOther) {
    KnownRoute office = through("10.0.0.0/8", "::ffff:192.0.2.1");
    office.is_configured = true;
    KnownRoute branch = through("10.7.0.0/16", "::ffff:192.0.2.2");
    branch.is_configured = true;
    EXPECT_THAT(near({.routes = {branch, office, office}}), ElementsAre(prefix("10.0.0.0/8")));
}

TEST(NearDestinations, AreNotMoreThanTheKernelCanLookThroughForEachConnection) {
    NetworkSnapshot network;
    for (unsigned i = 0; i < 300; ++i) {
        network.routes.push_back(
            {.destination = wire::Prefix::host(ipv4(198, 51, static_cast<std::uint8_t>(i / 256),
                                                    static_cast<std::uint8_t>(i % 256))),
             .interface = wifi,
             .gateway = std::nullopt,
             .is_configured = true});
    }
    EXPECT_EQ(near(network).size(), most_near_destinations);
}

TEST(OwnIpv4Addresses, AreThoseOfTheLinksEachOnce) {
    EXPECT_THAT(
        own_ipv4_addresses({.addresses = {{.interface = wifi, .address = ipv4(192, 0, 2, 7)},
                                          {.interface = other, .address = ipv4(192, 0, 2, 7)},
                                          {.interface = other, .address = ipv4(10, 1, 2, 3)},
                                          {.interface = {1}, .address = ipv4(127, 0, 0, 1)},
                                          {.interface = tunnel, .address = ipv4(10, 19, 0, 2)},
                                          {.interface = wifi, .address = ip("fe80::7")}}},
                           tunnel),
        ElementsAre(wire::Ipv4Address{{10, 1, 2, 3}}, wire::Ipv4Address{{192, 0, 2, 7}}));
}

}  // namespace
}  // namespace godwit::client
