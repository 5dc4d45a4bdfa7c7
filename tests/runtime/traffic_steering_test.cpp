#include "client/traffic_steering.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using platform::AddressOnInterface;
using platform::PolicyRule;
using platform::Route;
using test::ip;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

constexpr mobility::InterfaceIndex tunnel{9};
constexpr wire::Ipv4Address ipv4_home{{10, 0, 0, 9}};
const wire::Ipv6Address mapped_home = wire::Ipv6Address::mapped(ipv4_home);
const mobility::HomeLink home_link{.interface = {2}, .router = ip("fe80::1")};
const AddressOnInterface ipv4_on_tunnel{.interface = tunnel, .address = mapped_home};
const wire::Prefix all_ipv4 = wire::Prefix::parse_ipv4("0.0.0.0/0").value();
const wire::Prefix all_ipv6 = wire::Prefix::parse("::/0").value();
const wire::Prefix ipv4_network = wire::Prefix::parse_ipv4("192.0.2.0/24").value();
const wire::Prefix ipv6_network = wire::Prefix::parse("2001:db8:a::/64").value();

SteeringSettings steering_of(const std::vector<wire::Prefix>& routes) {
    return {.home = test::home,
            .tunnel = tunnel,
            .routes = routes,
            .near = {ipv6_network, ipv4_network}};
}

SystemState away(const std::vector<wire::Prefix>& routes,
                 const std::optional<wire::Ipv4Address>& ipv4) {
    return system_state(steering_of(routes), Steering::through_tunnel, std::nullopt, ipv4);
}

Route ipv4_route(const wire::Prefix& destination, std::uint32_t table) {
    return {.destination = destination,
            .interface = tunnel,
            .preferred_source = mapped_home,
            .table = table};
}

const PolicyRule own_ipv4_packets{.ipv4 = true, .priority = 4191, .mark = outer_packet_mark};
const PolicyRule from_ipv4_home{
    .ipv4 = true, .priority = 4192, .table = 4191, .from = wire::Prefix::parse_ipv4("10.0.0.9/32")};
const PolicyRule to_ipv4_network{
    .ipv4 = true, .priority = 4193, .to = ipv4_network, .suppressed_prefix_length = 23};
const PolicyRule to_ipv6_network{
    .priority = 4193, .to = ipv6_network, .suppressed_prefix_length = 63};
const PolicyRule other_ipv4_packets{
    .ipv4 = true, .priority = 4194, .table = 4192, .mark = outer_packet_mark, .inverted = true};

std::vector<PolicyRule> rules_of(const SystemState& state, bool ipv4) {
    std::vector<PolicyRule> rules = state.rules;
    std::erase_if(rules, [&](const PolicyRule& rule) { return rule.ipv4 != ipv4; });
    return rules;
}

TEST(TrafficSteering, LeavesTheRulesAloneBeforeTheFirstRegistration) {
    const SystemState state = system_state(steering_of({all_ipv6, all_ipv4}), Steering::not_yet,
                                           std::nullopt, std::nullopt);
    EXPECT_THAT(state.addresses, ElementsAre(AddressOnInterface{.interface = tunnel,
                                                                .address = test::home.address}));
    EXPECT_THAT(state.rules, IsEmpty());
    EXPECT_THAT(state.routes, IsEmpty());
}

TEST(TrafficSteering, LeavesIpv4AloneWithoutAnIpv4HomeAddress) {
    const SystemState state = away({all_ipv6, all_ipv4}, std::nullopt);
    EXPECT_THAT(state.rules, Each(Field(&PolicyRule::ipv4, false)));
    EXPECT_THAT(state.rules, testing::SizeIs(4));
    for (const Route& route : state.routes) {
        EXPECT_FALSE(route.destination.is_ipv4()) << route.destination.text();
    }
}

TEST(TrafficSteering, TakesAllOfIpv4ThroughAFullTunnel) {
    const SystemState state = away({all_ipv6, all_ipv4}, ipv4_home);
    EXPECT_THAT(state.addresses, Contains(ipv4_on_tunnel));
    EXPECT_THAT(rules_of(state, true),
                testing::UnorderedElementsAre(own_ipv4_packets, from_ipv4_home, to_ipv4_network,
                                              other_ipv4_packets));
    EXPECT_THAT(state.routes,
                IsSupersetOf({ipv4_route(all_ipv4, 4191), ipv4_route(all_ipv4, 4192)}));
}

TEST(TrafficSteering, TakesOnlyTheListedPrefixesThroughASplitTunnel) {
    const wire::Prefix private_use = wire::Prefix::parse_ipv4("10.0.0.0/8").value();
    const SystemState state = away({all_ipv6, private_use}, ipv4_home);
    EXPECT_THAT(rules_of(state, true), testing::UnorderedElementsAre(
                                           own_ipv4_packets, from_ipv4_home, other_ipv4_packets));
    EXPECT_THAT(state.routes,
                IsSupersetOf({ipv4_route(all_ipv4, 4191), ipv4_route(private_use, 4192)}));
    EXPECT_THAT(state.routes, Not(Contains(ipv4_route(all_ipv4, 4192))));
}

TEST(TrafficSteering, MayBeFullInOneFamilyAndSplitInTheOther) {
    const SystemState state = away({all_ipv4}, ipv4_home);
    EXPECT_THAT(rules_of(state, true), Contains(to_ipv4_network));
    EXPECT_THAT(rules_of(state, false), Not(Contains(to_ipv6_network)));
}

TEST(TrafficSteering, SendsExcludedPrefixesOfEitherFamilyByTheMainTable) {
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    const wire::Prefix private_use = wire::Prefix::parse_ipv4("10.0.0.0/8").value();
    const wire::Prefix local = wire::Prefix::parse("fd00::/8").value();
    settings.exclude = {private_use, local};
    const SystemState state =
        system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(rules_of(state, true),
                Contains(PolicyRule{.ipv4 = true, .priority = 4193, .to = private_use}));
    EXPECT_THAT(rules_of(state, false), Contains(PolicyRule{.priority = 4193, .to = local}));
}

TEST(TrafficSteering, LeadsToTheHomesNameServersWhateverIsNear) {
    SteeringSettings settings = steering_of({all_ipv4});
    settings.name_servers = {test::ip("::ffff:10.0.0.1"), test::ip("::ffff:192.168.1.1"),
                             test::ip("2001:db8:f::53")};
    settings.exclude = {wire::Prefix::parse_ipv4("10.0.0.0/8").value()};
    const auto to = [](const char* server, bool is_ipv4) {
        return PolicyRule{.ipv4 = is_ipv4,
                          .priority = 4192,
                          .table = 4191,
                          .to = wire::Prefix::host(test::ip(server)),
                          .destination_port = std::uint16_t{53}};
    };
    const auto rules =
        system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home).rules;
    EXPECT_THAT(rules, Contains(to("::ffff:192.168.1.1", true)));
    EXPECT_THAT(rules, Not(Contains(to("::ffff:10.0.0.1", true)))) << "excluded";
    EXPECT_THAT(rules, Not(Contains(to("2001:db8:f::53", false)))) << "a split tunnel there";
    EXPECT_THAT(system_state(settings, Steering::at_home, std::nullopt, ipv4_home).rules,
                Not(Contains(to("::ffff:192.168.1.1", true))));
}

TEST(TrafficSteering, SendsWhatExcludedProgramsHaveMarkedByTheMainTable) {
    const PolicyRule marked{.ipv4 = true, .priority = 4191, .mark = excluded_mark};
    EXPECT_THAT(away({all_ipv6, all_ipv4}, ipv4_home).rules, Not(Contains(marked)));
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    settings.has_excluded_programs = true;
    EXPECT_THAT(system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home).rules,
                Contains(marked));
}

TEST(TrafficSteering, SendsWhatGoesToACaptivePortalByTheMainTableWhileItMay) {
    const PolicyRule ipv4_marked{.ipv4 = true, .priority = 4191, .mark = portal_mark};
    const PolicyRule ipv6_marked{.priority = 4191, .mark = portal_mark};
    EXPECT_THAT(away({all_ipv6, all_ipv4}, ipv4_home).rules, Not(Contains(ipv4_marked)));
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    settings.lets_portal_out = true;
    const SystemState state =
        system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(state.rules, Contains(ipv4_marked));
    EXPECT_THAT(state.rules, Contains(ipv6_marked));
    EXPECT_TRUE(system_state(settings, Steering::not_yet, std::nullopt, ipv4_home).rules.empty())
        << "nothing leads into the tunnel yet";
}

TEST(TrafficSteering, LeavesTheWayBackOfOuterPacketsOverIpv4Open) {
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    settings.udp_port = 40000;
    const auto way_back = [&] {
        return system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home).rules;
    };
    EXPECT_THAT(way_back(), Each(Field(&PolicyRule::priority, testing::Ne(4190U))))
        << "from nowhere";
    settings.own_ipv4 = {wire::Ipv4Address{{192, 0, 2, 7}}};
    EXPECT_THAT(way_back(),
                Contains(PolicyRule{.ipv4 = true,
                                    .priority = 4190,
                                    .from = wire::Prefix::parse_ipv4("192.0.2.7/32").value(),
                                    .udp_source_port = std::uint16_t{40000}}));
    EXPECT_THAT(system_state(settings, Steering::through_tunnel, std::nullopt, std::nullopt).rules,
                Each(Field(&PolicyRule::ipv4, false)));
}

TEST(TrafficSteering, BeginsItsRulesWhereOthersAreLookedForBefore) {
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    settings.udp_port = std::uint16_t{40000};
    settings.own_ipv4 = {wire::Ipv4Address{{192, 0, 2, 7}}};
    settings.has_excluded_programs = true;
    const auto rules =
        system_state(settings, Steering::through_tunnel, std::nullopt, ipv4_home).rules;
    EXPECT_EQ(std::ranges::min(rules, {}, &PolicyRule::priority).priority, first_rule_priority);
}

TEST(TrafficSteering, HasTheSameRulesForBothFamilies) {
    const SystemState state = away({all_ipv6, all_ipv4}, ipv4_home);
    std::vector<PolicyRule> ipv6 = rules_of(state, false);
    for (PolicyRule& rule : ipv6) {
        rule.ipv4 = true;
        if (rule.from) {
            EXPECT_EQ(rule.from, wire::Prefix::host(test::home.address));
            rule.from = wire::Prefix::host(mapped_home);
        }
        if (rule.to) {
            rule = to_ipv4_network;
        }
    }
    EXPECT_THAT(ipv6, testing::UnorderedElementsAreArray(rules_of(state, true)));
}

TEST(TrafficSteering, KeepsTheIpv4HomeAddressAtHomeThoughItsRulesRest) {
    const SystemState state =
        system_state(steering_of({all_ipv6, all_ipv4}), Steering::at_home, home_link, ipv4_home);
    EXPECT_THAT(
        state.addresses,
        ElementsAre(
            AddressOnInterface{.interface = tunnel, .address = test::home.address}, ipv4_on_tunnel,
            AddressOnInterface{.interface = home_link.interface, .address = test::home.address}));
    EXPECT_THAT(rules_of(state, true), IsEmpty());
    EXPECT_THAT(state.routes, ElementsAre(Route{.destination = all_ipv6,
                                                .interface = home_link.interface,
                                                .gateway = home_link.router,
                                                .preferred_source = test::home.address,
                                                .table = 4192}));
}

TEST(TrafficSteering, PutsTheHomeAddressOnTheHomeLinkWhileTheTunnelStillServes) {
    const SystemState state =
        system_state(steering_of({all_ipv6}), Steering::through_tunnel, home_link, std::nullopt);
    EXPECT_THAT(state.addresses,
                Contains(Field(&AddressOnInterface::interface, home_link.interface)));
    EXPECT_THAT(state.routes, Each(Field(&Route::interface, tunnel)));
}

const wire::Prefix network = wire::Prefix::parse("2001:db8:1:100::/64").value();

SteeringSettings with_network() {
    SteeringSettings settings = steering_of({all_ipv6, all_ipv4});
    settings.network_prefixes = {network};
    return settings;
}

const PolicyRule to_network{.priority = 4191, .to = network, .suppressed_prefix_length = 63};
const PolicyRule to_nowhere_else{.priority = 4192, .table = 4191, .to = network};
const PolicyRule from_network{.priority = 4192, .table = 4191, .from = network};
const Route unreachable_network{
    .destination = network, .interface = platform::loopback, .table = 4191, .is_unreachable = true};

TEST(TrafficSteering, TakesWhatIsBehindThisMachineThroughTheTunnel) {  // RFC 3963 §5.5
    const SystemState state =
        system_state(with_network(), Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(rules_of(state, false), IsSupersetOf({to_network, to_nowhere_else, from_network}));
    EXPECT_THAT(state.routes, Contains(unreachable_network));
    EXPECT_THAT(rules_of(state, true), testing::SizeIs(4)) << "IPv4 has none";
}

TEST(TrafficSteering, LetsWhatIsBehindThisMachineGoTheHomeLinksWayAtHome) {
    const SystemState state =
        system_state(with_network(), Steering::at_home, home_link, std::nullopt);
    EXPECT_THAT(state.rules, IsSupersetOf({to_network, to_nowhere_else}));
    EXPECT_THAT(state.rules, Not(Contains(from_network)));
}

TEST(TrafficSteering, LeavesWhatIsBehindThisMachineAloneBeforeTheFirstRegistration) {
    const SystemState state =
        system_state(with_network(), Steering::not_yet, std::nullopt, std::nullopt);
    EXPECT_THAT(state.rules, IsEmpty());
    EXPECT_THAT(state.routes, IsEmpty());
}

}  // namespace
}  // namespace godwit::client
