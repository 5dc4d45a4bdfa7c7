#include "shared/platform/candidates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::platform {
namespace {

using mobility::CandidateAddress;
using mobility::InterfaceIndex;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

wire::Ipv6Address address(const char* text) {
    return wire::Ipv6Address::parse(text).value();
}

constexpr InterfaceIndex wired{2};
constexpr InterfaceIndex wireless{3};
constexpr InterfaceIndex tunnel{9};

const Destination to_home_agent{.home_agent = {address("2001:db8:f::1")},
                                .home = {address("2001:db8:f::9")},
                                .ipv4_home = wire::Ipv4Address{{10, 0, 0, 9}},
                                .tunnel = tunnel};

Link link(InterfaceIndex index) {
    return {.index = index,
            .name = "any",
            .is_up = true,
            .is_running = true,
            .mtu = 1500,
            .ipv4_mtu = 1500};
}

KnownAddress on(InterfaceIndex interface, const char* text) {
    return {.interface = interface, .address = address(text), .prefix_length = 64};
}

KnownRoute default_route(InterfaceIndex interface, std::uint32_t metric) {
    return {.destination = {.length = 0},
            .interface = interface,
            .gateway = address("fe80::1"),
            .metric = metric};
}

NetworkSnapshot one_usable_link() {
    return {.links = {link(wired)},
            .addresses = {on(wired, "2001:db8:a::1")},
            .routes = {default_route(wired, 100)}};
}

NetworkSnapshot with_ipv4(NetworkSnapshot network) {
    network.addresses.push_back(on(wired, "::ffff:192.0.2.1"));
    KnownRoute route = default_route(wired, 1);
    route.destination = wire::Prefix::parse_ipv4("0.0.0.0/0").value();
    route.gateway = address("::ffff:192.0.2.254");
    network.routes.push_back(route);
    return network;
}

Destination to_either() {
    Destination destination = to_home_agent;
    destination.home_agent.push_back(address("::ffff:198.51.100.1"));
    return destination;
}

auto is(const char* text) {
    return Field(&CandidateAddress::address, address(text));
}

TEST(Candidates, CarryWhatTheMobileNodeChoosesBy) {
    NetworkSnapshot network = one_usable_link();
    network.links[0].mtu = 1400;
    network.addresses[0].deprecated = true;
    network.addresses[0].temporary = true;
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(CandidateAddress{.interface = wired,
                                             .address = address("2001:db8:a::1"),
                                             .prefix_length = 64,
                                             .route_metric = 100,
                                             .mtu = 1400,
                                             .deprecated = true,
                                             .temporary = true}));
}

TEST(Candidates, ComeInTheOrderOfTheirRoutes) {
    NetworkSnapshot network = one_usable_link();
    network.links.push_back(link(wireless));
    network.addresses.push_back(on(wireless, "2001:db8:b::1"));
    network.routes.push_back(default_route(wireless, 50));
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(is("2001:db8:b::1"), is("2001:db8:a::1")));
}

TEST(Candidates, AreNotOnALinkThatIsDown) {
    NetworkSnapshot network = one_usable_link();
    network.links[0].is_up = false;
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, AreNotOnALinkWithoutACarrier) {
    NetworkSnapshot network = one_usable_link();
    network.links[0].is_running = false;
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, AreNotOnALinkWithoutARouteToTheHomeAgent) {
    NetworkSnapshot network = one_usable_link();
    network.routes[0].destination = wire::Prefix::parse("2001:db8:c::/48").value();
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, TakeTheMetricOfTheMostSpecificRoute) {
    NetworkSnapshot network = one_usable_link();
    KnownRoute specific = default_route(wired, 700);
    specific.destination = wire::Prefix::parse("2001:db8:f::/48").value();
    network.routes.push_back(specific);
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(Field(&CandidateAddress::route_metric, 700U)));
}

TEST(Candidates, TakeTheLowerMetricOfTwoRoutesToTheSamePlace) {
    NetworkSnapshot network = one_usable_link();
    network.routes.push_back(default_route(wired, 30));
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(Field(&CandidateAddress::route_metric, 30U)));
}

TEST(Candidates, TakeTheRouterOfALinkThatAnswers) {
    NetworkSnapshot network = one_usable_link();
    network.routes.push_back(default_route(wired, 3000));
    network.routes.back().gateway = address("fe80::b");
    network.unreachable.push_back({wired, *network.routes.front().gateway});
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(Field(&CandidateAddress::route_metric, 3000U)));
}

TEST(Candidates, AreNotBehindOurOwnTunnel) {
    NetworkSnapshot network = one_usable_link();
    network.links[0].index = tunnel;
    network.addresses[0].interface = tunnel;
    network.routes[0].interface = tunnel;
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, AreNeverTheHomeAddress) {
    NetworkSnapshot network = one_usable_link();
    network.addresses[0] = on(wired, "2001:db8:f::9");
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, AreNeverLinkLocal) {
    NetworkSnapshot network = one_usable_link();
    network.addresses[0] = on(wired, "fe80::9");
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, AreNeverDuplicates) {
    NetworkSnapshot network = one_usable_link();
    network.addresses[0].duplicate = true;
    EXPECT_THAT(candidates(network, to_home_agent), IsEmpty());
}

TEST(Candidates, SayThatTheyAreTentative) {
    NetworkSnapshot network = one_usable_link();
    network.addresses[0].tentative = true;
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(Field(&CandidateAddress::tentative, true)));
}

TEST(Candidates, MaySendWhileTheyAreOptimistic) {  // RFC 4429 §3.2
    NetworkSnapshot network = one_usable_link();
    network.addresses[0].tentative = true;
    network.addresses[0].optimistic = true;
    EXPECT_THAT(candidates(network, to_home_agent),
                ElementsAre(Field(&CandidateAddress::tentative, false)));
}

TEST(Candidates, AreOfIpv4WhereTheHomeAgentHasAnIpv4Address) {
    const NetworkSnapshot network = with_ipv4(one_usable_link());
    EXPECT_THAT(candidates(network, to_home_agent), ElementsAre(is("2001:db8:a::1")));
    Destination over_ipv4 = to_home_agent;
    over_ipv4.home_agent = {address("::ffff:198.51.100.1")};
    EXPECT_THAT(candidates(network, over_ipv4), ElementsAre(is("::ffff:192.0.2.1")));
}

TEST(Candidates, AreOfBothFamiliesWhereTheHomeAgentHasBoth) {
    EXPECT_THAT(candidates(with_ipv4(one_usable_link()), to_either()),
                ElementsAre(is("::ffff:192.0.2.1"), is("2001:db8:a::1")));
}

TEST(Candidates, AreNotOfAFamilyWithoutARoute) {
    NetworkSnapshot network = with_ipv4(one_usable_link());
    network.routes.pop_back();
    EXPECT_THAT(candidates(network, to_either()), ElementsAre(is("2001:db8:a::1")));
}

TEST(Candidates, OfIpv4HaveTheLinksOwnMtu) {
    NetworkSnapshot network = with_ipv4(one_usable_link());
    network.links[0].mtu = 1280;
    EXPECT_THAT(
        candidates(network, to_either()),
        ElementsAre(Field(&CandidateAddress::mtu, 1500U), Field(&CandidateAddress::mtu, 1280U)));
}

TEST(Candidates, AreNeverIpv4AddressesThatNobodyCanReach) {
    NetworkSnapshot network = with_ipv4(one_usable_link());
    for (const char* text : {"::ffff:127.0.0.1", "::ffff:169.254.7.7", "::ffff:0.0.0.0",
                             "::ffff:224.0.0.1", "::ffff:10.0.0.9"}) {
        network.addresses.back() = on(wired, text);
        EXPECT_THAT(candidates(network, to_either()), ElementsAre(is("2001:db8:a::1"))) << text;
    }
}

TEST(Candidates, TakeTheRouteToThatAddressOfTheHomeAgentWhichIsNearest) {
    NetworkSnapshot network = one_usable_link();
    Destination destination = to_home_agent;
    destination.home_agent.push_back(address("64:ff9b::198.51.100.1"));
    KnownRoute specific = default_route(wired, 20);
    specific.destination = wire::Prefix::parse("64:ff9b::/96").value();
    network.routes.push_back(specific);
    EXPECT_THAT(candidates(network, destination),
                ElementsAre(Field(&CandidateAddress::route_metric, 20U)));
    network.routes[0].destination = wire::Prefix::parse("2001:db8:c::/48").value();
    EXPECT_THAT(candidates(network, destination), ElementsAre(is("2001:db8:a::1")))
        << "one of its addresses is enough";
}

TEST(Candidates, AreBehindARouterThatIsSilentInTheOtherFamilyOnly) {
    NetworkSnapshot network = with_ipv4(one_usable_link());
    network.unreachable = {{wired, address("fe80::1")}};
    network.links.push_back(link(wireless));
    network.addresses.push_back(on(wireless, "2001:db8:b::1"));
    network.routes.push_back(default_route(wireless, 5000));
    EXPECT_THAT(candidates(network, to_either()),
                ElementsAre(is("::ffff:192.0.2.1"), is("2001:db8:b::1")));
}

TEST(Candidates, AreBehindASilentRouterOnlyWhereNoOtherAnswers) {
    NetworkSnapshot network = one_usable_link();
    network.unreachable = {{wired, address("fe80::1")}};
    EXPECT_THAT(candidates(network, to_home_agent), ElementsAre(is("2001:db8:a::1")));
    network.links.push_back(link(wireless));
    network.addresses.push_back(on(wireless, "2001:db8:b::1"));
    network.routes.push_back(default_route(wireless, 5000));
    EXPECT_THAT(candidates(network, to_home_agent), ElementsAre(is("2001:db8:b::1")));
}

TEST(SilentNextHops, AreThoseThatALinkHasNoOtherInsteadOf) {
    NetworkSnapshot network = with_ipv4(one_usable_link());
    EXPECT_THAT(silent_next_hops(network, to_either()), IsEmpty());
    network.unreachable = {{wired, address("fe80::1")}, {wired, address("::ffff:192.0.2.254")}};
    EXPECT_THAT(silent_next_hops(network, to_either()),
                ElementsAre(network.unreachable[0], network.unreachable[1]));
    network.routes.push_back(default_route(wired, 3000));
    network.routes.back().gateway = address("fe80::b");
    EXPECT_THAT(silent_next_hops(network, to_either()), ElementsAre(network.unreachable[1]));
}

TEST(SilentNextHops, AreNotThoseOfALinkThatCarriesNothing) {
    NetworkSnapshot network = one_usable_link();
    network.unreachable = {{wired, address("fe80::1")}};
    network.links[0].is_running = false;
    EXPECT_THAT(silent_next_hops(network, to_home_agent), IsEmpty());
}

TEST(SilentNextHops, MayBeTheHomeAgentItself) {
    NetworkSnapshot network = one_usable_link();
    network.routes[0].gateway.reset();
    network.unreachable = {{wired, to_home_agent.home_agent.front()}};
    EXPECT_THAT(silent_next_hops(network, to_home_agent), ElementsAre(network.unreachable[0]));
}

TEST(Candidates, AreOnASilentHomeAgentsLinkOnlyWhereNoOtherAnswers) {
    NetworkSnapshot network = one_usable_link();
    network.routes[0].gateway.reset();
    network.unreachable = {{wired, to_home_agent.home_agent.front()}};
    network.links.push_back(link(wireless));
    network.addresses.push_back(on(wireless, "2001:db8:b::1"));
    network.routes.push_back(default_route(wireless, 5000));
    EXPECT_THAT(candidates(network, to_home_agent), ElementsAre(is("2001:db8:b::1")));
}

}  // namespace
}  // namespace godwit::platform
