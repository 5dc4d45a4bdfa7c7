// Flow bindings at the home agent: which updates speak of them, and along which paths their data
// may go (RFC 6089 §4.3, §5.3).

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

wire::FlowIdentification flow(std::uint16_t id, std::vector<std::uint16_t> binding_ids) {
    return {.id = id,
            .priority = id,
            .selector =
                wire::TrafficSelector{.destination_port = wire::Range<std::uint16_t>{5060, 5060}},
            .binding_ids = std::move(binding_ids)};
}
wire::BindingUpdate with(wire::BindingUpdate update, const wire::MobilityOptions& options) {
    update.options.insert(update.options.end(), options.begin(), options.end());
    return update;
}
std::vector<mobility::RouteFlows> routes_in(const Actions& actions) {
    return test::all<mobility::RouteFlows>(actions);
}
std::vector<std::uint16_t> ids_of(const mobility::RouteFlows& routes) {
    std::vector<std::uint16_t> ids;
    for (const mobility::NumberedPath& path : routes.paths) {
        ids.push_back(path.binding_id);
    }
    return ids;
}

class Flows : public SeveralBindings {
  protected:
    // Registered along both, the first in use, with a flow that takes both.
    Actions settle() {
        (void)begin();
        (void)say(noon + 1s, link_b, 2);
        return hear(noon + 2s, with(identified(3, link_a, 1), {flow(7, {1, 2})}), link_a);
    }
};

TEST_F(Flows, TakeThePathsOfTheirBindings) {
    const Actions actions = settle();
    EXPECT_EQ(*wire::find<wire::FlowIdentification>(answer_in(actions).options), flow(7, {1, 2}));
    const auto routes = routes_in(actions);
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes.at(0).home, test::home);
    ASSERT_EQ(routes.at(0).paths.size(), 2U);
    EXPECT_EQ(
        routes.at(0).paths.at(0),
        (mobility::NumberedPath{
            .binding_id = 1, .path = path_of(link_a), .mtu = {.inner = 1426, .whole = 1426}}));
    EXPECT_EQ(routes.at(0).paths.at(1).binding_id, 2);
    EXPECT_EQ(routes.at(0).paths.at(1).path, path_of(link_b));
    ASSERT_EQ(routes.at(0).rules.size(), 1U);
    EXPECT_THAT(routes.at(0).rules.at(0).binding_ids, ElementsAre(1, 2));
}

TEST_F(Flows, MayNameTheBindingOfTheirOwnUpdate) {  // §5.3.1: BID options first
    const Actions actions = home_agent_.hear_along(
        noon, with(overwriting(identified(1, link_a, 1)), {flow(7, {1})}), at_mobile_node(link_a));
    EXPECT_EQ(wire::find<wire::FlowIdentification>(answer_in(actions).options)->status,
              wire::FlowBindingStatus::accepted);
    EXPECT_THAT(ids_of(routes_in(actions).at(0)), ElementsAre(1));
}

TEST_F(Flows, HaveNoCopyGoWhereNobodyHasAnswered) {  // RFC 6275 §15.1
    (void)begin();
    home_agent_.answers_heartbeats = false;
    const Actions beside = say(noon + 1s, link_b, 2);
    const Actions actions =
        hear(noon + 2s, with(identified(3, link_a, 1), {flow(7, {1, 2})}), link_a);
    EXPECT_THAT(ids_of(routes_in(actions).at(0)), ElementsAre(1));
    EXPECT_THAT(routes_in(actions).at(0).rules.at(0).binding_ids, ElementsAre(1, 2));
    const Actions proved = home_agent_.answer(noon + 3s, challenges_in(beside).at(0));
    ASSERT_EQ(routes_in(proved).size(), 1U);
    EXPECT_THAT(ids_of(routes_in(proved).at(0)), ElementsAre(1, 2));
}

TEST_F(Flows, AreNotToldOfAgainWhereNothingHasChanged) {
    (void)settle();
    EXPECT_THAT(
        routes_in(hear(noon + 10s, with(identified(4, link_a, 1), {flow(7, {1, 2})}), link_a)),
        IsEmpty());
    EXPECT_THAT(routes_in(hear(noon + 11s, with(identified(5, link_a, 1), {wire::FlowSummary{{7}}}),
                               link_a)),
                IsEmpty());
}

TEST_F(Flows, StayWhenAnotherBindingIsRefreshed) {
    (void)settle();
    EXPECT_THAT(routes_in(say(noon + 10s, link_b, 2)), IsEmpty());
    EXPECT_TRUE(home_agent_.core.other_bindings().find(test::home, 2)->is_proved());
}

TEST_F(Flows, MayBeToldWithAnotherBindingToo) {
    (void)settle();
    const Actions actions =
        hear(noon + 10s, with(identified(4, link_b, 2), {flow(8, {2})}), link_b);
    ASSERT_EQ(routes_in(actions).size(), 1U);
    ASSERT_EQ(routes_in(actions).at(0).rules.size(), 1U) << "§5.3.4: the other is not named";
    EXPECT_THAT(routes_in(actions).at(0).rules.at(0).binding_ids, ElementsAre(2));
}

TEST_F(Flows, AreGoneWhenTheOneInUseDoesNotNameThem) {  // §5.3.4
    (void)settle();
    const auto routes = routes_in(say(noon + 10s, link_a, 1));
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_THAT(routes.at(0).paths, IsEmpty());
    EXPECT_THAT(routes.at(0).rules, IsEmpty());
}

TEST_F(Flows, FollowASwitch) {
    (void)settle();
    const Actions actions =
        hear(noon + 10s, with(identified(4, link_b, 1), {wire::FlowSummary{{7}}}), link_b);
    ASSERT_EQ(routes_in(actions).size(), 1U);
    EXPECT_THAT(ids_of(routes_in(actions).at(0)), ElementsAre(2, 1));
}

TEST_F(Flows, FollowABindingThatExpires) {
    (void)settle();
    const Actions actions =
        home_agent_.core.on_deadline(noon + 601s);  // the other, refreshed first
    ASSERT_EQ(routes_in(actions).size(), 1U);
    EXPECT_THAT(ids_of(routes_in(actions).at(0)), ElementsAre(1));
    EXPECT_THAT(routes_in(actions).at(0).rules.at(0).binding_ids, ElementsAre(1));
}

TEST_F(Flows, FollowABindingThatIsDeregistered) {  // §4.3
    (void)settle();
    const Actions actions = hear(noon + 10s, lifetime_zero(identified(4, link_b, 2)), link_a);
    ASSERT_EQ(routes_in(actions).size(), 1U);
    EXPECT_THAT(ids_of(routes_in(actions).at(0)), ElementsAre(1));
}

TEST_F(Flows, FollowTheOneInUseBackToWhereItWasProved) {
    (void)settle();
    home_agent_.answers_heartbeats = false;
    const Link elsewhere{.id = 1, .care_of = link_c.care_of};
    const Actions moved =
        hear(noon + 10s, with(identified(4, elsewhere, 1), {wire::FlowSummary{{7}}}), elsewhere);
    EXPECT_EQ(routes_in(moved).at(0).paths.at(0).path, path_of(elsewhere));
    const Actions back = home_agent_.core.on_deadline(noon + 11s);
    EXPECT_EQ(routes_in(back).at(0).paths.at(0).path, path_of(link_a));
}

TEST_F(Flows, AreGoneWithAnUpdateWithoutANumber) {
    (void)settle();
    const Actions actions = hear(noon + 10s, with(update(4), {flow(8, {1})}), link_a);
    EXPECT_EQ(wire::find<wire::FlowIdentification>(answer_in(actions).options)->status,
              wire::FlowBindingStatus::binding_not_found);
    EXPECT_THAT(routes_in(actions).at(0).rules, IsEmpty());
}

TEST_F(Flows, EndWithTheTunnel) {
    (void)settle();
    const Actions actions = hear(noon + 10s, lifetime_zero(update(4)), link_a);
    EXPECT_EQ(test::order(actions), "close send");
    EXPECT_THAT(routes_in(actions), IsEmpty());
    const Actions again = home_agent_.hear_along(noon + 11s, overwriting(identified(5, link_a, 1)),
                                                 at_mobile_node(link_a));
    EXPECT_THAT(routes_in(again), IsEmpty());
}

TEST_F(Flows, AreNotAnsweredInARefusal) {  // §5.3.2: only if the update is accepted
    (void)settle();
    const Actions refused =
        hear(noon + 10s, with(identified(1, link_a, 1), {flow(8, {1})}), link_a);
    EXPECT_EQ(wire::find<wire::FlowIdentification>(answer_in(refused).options), nullptr);
}

// RFC 8200 §5, with all that may be in it, by a handshake and in UDP. What was received is told as
// far as there is room for it (ToldReceptions).
TEST(FlowsOfOneUpdate, AreAcknowledgedInAPacketThatArrivesEverywhere) {
    constexpr std::size_t headers_around = 40 + 8 + 40;
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.mobile_nodes.at(0).ipv4_home = wire::Ipv4Address::parse("10.19.0.2");
    for (std::uint8_t last = 1; last <= mobility::DnsConfiguration::max_servers; ++last) {
        settings.dns.servers.push_back(test::ip(("2001:db8:f::" + std::to_string(last)).c_str()));
    }
    for (std::size_t number = 0; number < mobility::DnsConfiguration::max_search_domains;
         ++number) {
        settings.dns.search_domains.push_back(
            *wire::DomainName::parse(std::string(20, 'a') + std::to_string(number)));
    }
    AskedHomeAgent home_agent(settings);
    wire::BindingUpdate asked = overwriting(identified(1, link_a, 1));
    asked.options.emplace_back(wire::Ipv4HomeAddress{});
    for (std::uint16_t id = 1; id <= FlowBindings::max; ++id) {
        asked.options.emplace_back(flow(id, {1}));
    }
    const Actions actions =
        home_agent.hear_along(noon, asked, AskedHomeAgent::native(link_a.care_of.address));
    EXPECT_EQ(routes_in(actions).at(0).rules.size(), FlowBindings::max);
    home_agent.complete(actions);
    EXPECT_GT(home_agent.length_of_answer(), FlowBindings::max * 8U);
    EXPECT_LT(home_agent.length_of_answer() + headers_around, 1280U)
        << home_agent.length_of_answer();
}

}  // namespace
}  // namespace godwit::server
