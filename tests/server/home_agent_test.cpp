// Which binding updates are taken, and what is answered: RFC 6275 §9.5.1, §9.5.4, §10.3.1, §10.3.2.

#include "server/core/home_agent.hpp"

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_a;
using test::care_of_b;
using testing::ElementsAre;

TEST(HomeAgent, BindsAndAnswersBeforeItDirectsTheTunnel) {
    AskedHomeAgent home_agent;
    const Actions actions = home_agent.hear(noon, update(1));
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(1));
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path.remote, care_of_a.address);
    EXPECT_EQ(test::events<mobility::BindingRegistered>(actions).size(), 1U);
    EXPECT_EQ(home_agent.binding(noon)->care_of, care_of_a);
}

TEST(HomeAgent, TellsARefreshFromAMove) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    const Actions refreshed = home_agent.hear(noon + 10s, update(2));
    EXPECT_EQ(test::events<mobility::BindingRefreshed>(refreshed).size(), 1U);
    const Actions moved = home_agent.hear(noon + 20s, update(3, care_of_b));
    const auto told = test::events<mobility::BindingMoved>(moved);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from, care_of_a);
    EXPECT_EQ(told.at(0).to, care_of_b);
    EXPECT_EQ(home_agent.core.bindings().size(), 1U);
}

TEST(HomeAgent, TakesThePacketsSourceForACareOfAddressThatIsNotNamed) {
    AskedHomeAgent home_agent;
    wire::BindingUpdate bare = update(1);
    bare.options.clear();
    (void)home_agent.hear_from(noon, bare, care_of_b.address);
    EXPECT_EQ(home_agent.binding(noon)->care_of, care_of_b);
}

TEST(HomeAgent, AnswersAnOldSequenceNumberWithTheLastOne) {  // §9.5.1
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(10));
    for (const std::uint16_t old : std::to_array<std::uint16_t>({10, 9, 32778})) {
        const Actions actions = home_agent.hear(noon + 1s, update(old, care_of_b));
        EXPECT_EQ(test::order(actions), "send");
        EXPECT_EQ(status_in(actions), sequence_number_out_of_window);
        EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(10));
    }
    EXPECT_EQ(home_agent.binding(noon + 1s)->care_of, care_of_a);
    EXPECT_EQ(status_in(home_agent.hear(noon + 1s, update(10 + 32767, care_of_b))), accepted);
}

TEST(HomeAgent, RefusesToChangeTheKindOfARegistration) {  // §9.5.1
    AskedHomeAgent home_agent;
    wire::BindingUpdate correspondent = update(2);
    correspondent.home_registration = false;
    const Actions unbound = home_agent.hear(noon, correspondent);
    EXPECT_THAT(test::drops(unbound), ElementsAre(DropReason::not_home_registration))
        << "it is no correspondent node";
    EXPECT_EQ(test::order(unbound), "");
    (void)home_agent.hear(noon, update(1));
    const Actions actions = home_agent.hear(noon, correspondent);
    EXPECT_EQ(status_in(actions), registration_type_change_disallowed);
    EXPECT_EQ(answer_in(actions).sequence, SequenceNumber(2));
    EXPECT_NE(home_agent.binding(noon), nullptr);
}

TEST(HomeAgent, DiscardsNonceIndicesInAHomeRegistration) {  // §9.5.1
    AskedHomeAgent home_agent;
    wire::BindingUpdate routability = update(1);
    routability.options.emplace_back(wire::NonceIndices{.home = 1, .care_of = 2});
    const Actions actions = home_agent.hear(noon, routability);
    EXPECT_EQ(test::order(actions), "");
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::not_home_registration));
}

TEST(HomeAgent, DiscardsACareOfAddressThatIsNotUnicastRoutable) {  // §9.5.1
    for (const auto* address : {"::", "::1", "fe80::1", "ff0e::1", "::ffff:192.0.2.1"}) {
        AskedHomeAgent home_agent;
        const Actions actions =
            home_agent.hear_from(noon, update(1, {test::ip(address)}), care_of_a.address);
        EXPECT_EQ(test::order(actions), "") << address;
        EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::bad_address)) << address;
        EXPECT_EQ(home_agent.core.bindings().size(), 0U);
    }
}

TEST(HomeAgent, RefusesAHomeAddressOutsideItsPrefix) {  // §10.3.1
    HomeAgentSettings settings = settings_of(Protection::none);
    settings.home_prefix = wire::Prefix::parse("2001:db8:e::/64").value();
    AskedHomeAgent home_agent(settings);
    EXPECT_EQ(status_in(home_agent.hear(noon, update(1))), not_home_subnet);
    EXPECT_EQ(home_agent.core.bindings().size(), 0U);
}

TEST(HomeAgent, GrantsNoMoreLifetimeThanAskedForOrAllowed) {  // §10.3.1
    HomeAgentSettings settings = settings_of(Protection::none);
    settings.max_lifetime = Lifetime(100);
    AskedHomeAgent home_agent(settings);
    std::uint16_t sequence = 0;
    for (const auto& [asked, granted] :
         {std::pair(1U, 1U), {99U, 99U}, {100U, 100U}, {101U, 100U}, {65535U, 100U}}) {
        wire::BindingUpdate wish = update(++sequence);
        wish.lifetime = Lifetime(asked);
        EXPECT_EQ(answer_in(home_agent.hear(noon, wish)).lifetime, Lifetime(granted)) << asked;
        EXPECT_EQ(home_agent.binding(noon)->expires, noon + Lifetime(granted)) << asked;
    }
}

TEST(HomeAgent, AcknowledgesWithoutBeingAskedTo) {  // §10.3.1
    AskedHomeAgent home_agent;
    wire::BindingUpdate modest = update(1);
    modest.acknowledge = false;
    EXPECT_EQ(status_in(home_agent.hear(noon, modest)), accepted);
}

TEST(HomeAgent, GivesNoRefreshAdvice) {  // §10.3.1
    AskedHomeAgent home_agent;
    EXPECT_TRUE(answer_in(home_agent.hear(noon, update(1))).options.empty());
}

TEST(HomeAgent, KeepsABindingWhoseRefreshItRefuses) {  // §10.3.1
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    const Actions refused = home_agent.hear(noon + 10s, update(2, {test::ip("2001:db8:f::5")}));
    EXPECT_EQ(status_in(refused), invalid_care_of_address);
    EXPECT_EQ(test::order(refused), "send");
    EXPECT_EQ(home_agent.binding(noon + 10s)->care_of, care_of_a);
    EXPECT_EQ(home_agent.binding(noon + 10s)->sequence, SequenceNumber(1));
    EXPECT_EQ(home_agent.binding(noon + 10s)->expires, noon + 600s);
}

TEST(HomeAgent, AnswersToThePacketsSourceAddress) {  // §9.5.4
    AskedHomeAgent home_agent;
    const Actions actions = home_agent.hear_from(noon, update(1, care_of_a), care_of_b.address);
    EXPECT_EQ(answer_path_in(actions).remote, care_of_b.address);
    EXPECT_EQ(answer_path_in(actions).local, test::home_agent.address);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path.remote, care_of_a.address)
        << "the tunnel leads where the update says";
}

TEST(HomeAgent, RefusesACareOfAddressThatWouldLoop) {  // §15.1
    HomeAgentSettings settings = settings_of(Protection::none);
    settings.address = {test::ip("2001:db8:c::1")};  // routed to the home prefix, not on it
    AskedHomeAgent home_agent(settings);
    std::uint16_t sequence = 0;
    for (const auto* address : {"2001:db8:f::5", "2001:db8:f::9", "2001:db8:c::1"}) {
        const Actions actions =
            home_agent.hear_from(noon, update(++sequence, {test::ip(address)}), care_of_a.address);
        EXPECT_EQ(status_in(actions), invalid_care_of_address) << address;
        EXPECT_EQ(home_agent.core.bindings().size(), 0U);
    }
}

TEST(HomeAgent, WantsAHomeAddressOptionInARegistration) {  // §10.3.1
    AskedHomeAgent home_agent;
    EXPECT_EQ(status_in(home_agent.hear_from(noon, update(1), test::home.address)),
              reason_unspecified);
}

TEST(HomeAgent, HasNothingToDeregister) {  // §10.3.2
    AskedHomeAgent home_agent;
    const Actions actions = home_agent.hear(noon, deregistration(1));
    EXPECT_EQ(status_in(actions), not_home_agent_for_this_mobile_node);
    EXPECT_EQ(test::order(actions), "send");
}

TEST(HomeAgent, StopsTheTunnelBeforeItAcknowledgesADeregistration) {  // §10.3.2
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    const Actions actions = home_agent.hear(noon + 1s, deregistration(2));
    EXPECT_EQ(test::order(actions), "close send");
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).lifetime, 0s);
    EXPECT_EQ(test::events<mobility::BindingRemoved>(actions).size(), 1U);
    EXPECT_EQ(home_agent.binding(noon + 1s), nullptr);
}

TEST(HomeAgent, DeregistersFromAwayToo) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    wire::BindingUpdate farewell = update(2);
    farewell.lifetime = {};
    const Actions actions = home_agent.hear(noon + 1s, farewell);
    EXPECT_EQ(test::order(actions), "close send");
    EXPECT_EQ(answer_path_in(actions).remote, care_of_a.address);
}

TEST(HomeAgent, AnswersOnTheHomeLinkWhereTheUpdateCameIn) {  // §10.3.2
    AskedHomeAgent home_agent;
    const Actions away = home_agent.hear(noon, update(1));
    EXPECT_EQ(answer_path_in(away).interface, mobility::InterfaceIndex{})
        << "the routing table knows better";
    const Actions at_home = home_agent.hear(noon + 1s, deregistration(2));
    EXPECT_EQ(answer_path_in(at_home).interface, mobility::InterfaceIndex{3});
    EXPECT_EQ(answer_path_in(at_home).remote, test::home.address);
}

}  // namespace
}  // namespace godwit::server
