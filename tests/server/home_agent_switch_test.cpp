// Mobile nodes that are asked to go to another home agent: RFC 5142 §4, §5, §7, §8.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_b;
using test::ip;
using wire::HomeAgentSwitch;

const std::vector<wire::HomeAgentAddress> elsewhere{{ip("2001:db8:f::2")}, {ip("2001:db8:e::1")}};

class HomeAgentSwitching : public testing::Test {
  protected:
    HomeAgentSwitching() {
        const Actions actions = home_agent_.hear(noon, update(1));
        session_ = home_agent_.complete(actions);
    }
    Actions send_away(Instant now, const SwitchOrder& order = {.home_agents = elsewhere}) {
        return home_agent_.core.send_away(now, {test::home}, order);
    }
    static std::vector<HomeAgentSwitch> switches_in(const Actions& actions) {
        return test::messages<HomeAgentSwitch>(actions);
    }
    // What is sent at this time, and nothing before.
    std::size_t sent_at(Instant now) {
        EXPECT_TRUE(switches_in(home_agent_.core.on_deadline(now - 1ms)).empty());
        return switches_in(home_agent_.core.on_deadline(now)).size();
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;  // the mobile node's
};

TEST_F(HomeAgentSwitching, AsksUnderTheSessionAlongTheBindingsPath) {  // §5.1, §10
    const Actions actions = send_away(noon + 1s);
    const auto order = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_EQ(order.path.remote, test::care_of_a.address);
    EXPECT_EQ(order.home, test::home);
    EXPECT_TRUE(order.names_home) << "a type 2 routing header";
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(order.seal));
    EXPECT_EQ(switches_in(actions).at(0), (HomeAgentSwitch{elsewhere, {}}));
    const auto told = test::events<mobility::HomeAgentSwitchAsked>(actions).at(0);
    EXPECT_EQ(told.home, test::home);
    EXPECT_EQ(told.home_agents, elsewhere);
}

TEST_F(HomeAgentSwitching, GoesOnServingWhoHasBeenAsked) {  // §5.3
    EXPECT_EQ(test::order(send_away(noon + 1s)), "send");
    EXPECT_NE(home_agent_.binding(noon + 599s), nullptr);
}

TEST_F(HomeAgentSwitching, AsksNobodyWhoIsNotBound) {
    (void)home_agent_.hear(noon + 1s, deregistration(2));
    EXPECT_TRUE(switches_in(send_away(noon + 2s)).empty());
}

TEST_F(HomeAgentSwitching, AsksToLookForOneItselfByAnEmptyList) {  // §4
    EXPECT_EQ(switches_in(send_away(noon, {})).at(0), (HomeAgentSwitch{}));
}

TEST_F(HomeAgentSwitching, SaysHowLongItServesYet) {  // §5.1
    const Actions actions = send_away(noon + 1s, {.home_agents = {}, .grace = Lifetime(25)});
    EXPECT_EQ(wire::find<wire::BindingRefreshAdvice>(switches_in(actions).at(0).options)
                  ->refresh_interval,
              Lifetime(25));
    EXPECT_NE(home_agent_.binding(noon + 101s - 1ms), nullptr);
    EXPECT_EQ(home_agent_.binding(noon + 101s), nullptr);
}

TEST_F(HomeAgentSwitching, ServesNoLongerByThatThanWasGranted) {
    (void)send_away(noon + 500s, {.home_agents = {}, .grace = Lifetime(150)});
    EXPECT_EQ(home_agent_.binding(noon + 600s), nullptr);
}

TEST_F(HomeAgentSwitching, AsksAgainEachTimeAfterTwiceAsLongUpToTwentySeconds) {  // §5.2, §8
    EXPECT_EQ(switches_in(send_away(noon)).size(), 1U);
    EXPECT_EQ(sent_at(noon + 5s), 1U);
    EXPECT_EQ(sent_at(noon + 15s), 1U);
    EXPECT_EQ(sent_at(noon + 599s), 0U) << "and draws no conclusions (§5.3)";
}

TEST_F(HomeAgentSwitching, AsksAgainAfterHalfTheTimeThatIsLeftWhereThatIsLess) {  // §5.2
    (void)send_away(noon, {.home_agents = {}, .grace = Lifetime(2)});
    EXPECT_EQ(sent_at(noon + 4s), 1U);
}

TEST_F(HomeAgentSwitching, AsksNoMoreOnceTheBindingHasBeenGivenUp) {  // §5.2
    (void)send_away(noon);
    (void)home_agent_.hear(noon + 1s, deregistration(2));
    for (const auto after : {5s, 15s, 35s}) {
        EXPECT_TRUE(switches_in(home_agent_.core.on_deadline(noon + after)).empty());
    }
}

TEST_F(HomeAgentSwitching, RefusesToExtendTheBinding) {  // §5.3
    (void)send_away(noon);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 1s, update(2))), administratively_prohibited);
    EXPECT_EQ(home_agent_.binding(noon + 600s), nullptr);
}

TEST_F(HomeAgentSwitching, FollowsAMoveForAsLongAsWasGranted) {  // §5.3: it continues providing
    (void)send_away(noon);
    const Actions actions = home_agent_.hear(noon + 201s, update(2, care_of_b));
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).lifetime, Lifetime(99)) << "of 399 s";
    EXPECT_EQ(home_agent_.binding(noon + 600s), nullptr);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 202s, update(3, test::care_of_a))), accepted);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 592s, update(4, care_of_b))),
              administratively_prohibited)
        << "there is nothing left to grant";
}

TEST_F(HomeAgentSwitching, AsksAgainWhoShowsThatHeIsThere) {
    (void)send_away(noon);
    (void)home_agent_.core.on_deadline(noon + 5s);
    (void)home_agent_.core.on_deadline(noon + 15s);
    (void)home_agent_.hear(noon + 100s, update(2, care_of_b));
    const Actions actions = home_agent_.core.on_deadline(noon + 100s);
    EXPECT_EQ(switches_in(actions).size(), 1U);
    EXPECT_EQ(test::all<mobility::SendMessage>(actions).at(0).path.remote, care_of_b.address);
}

TEST_F(HomeAgentSwitching, TakesBackWhoHasGone) {
    (void)send_away(noon);
    (void)home_agent_.hear(noon + 1s, deregistration(2));
    EXPECT_EQ(status_in(home_agent_.hear(noon + 2s, update(3))), accepted);
    EXPECT_EQ(status_in(home_agent_.hear(noon + 3s, update(4))), accepted) << "and he may stay";
}

TEST(HomeAgentSwitchRate, IsOneASecondForAllOfThem) {  // §7, §8
    HomeAgentSettings settings = settings_of(Protection::none);
    std::vector<wire::HomeAddress> homes;
    for (std::uint8_t number = 0; number < 5; ++number) {
        wire::HomeAddress home = test::home;
        home.address.octets[14] = number;
        homes.push_back(home);
        settings.mobile_nodes.push_back({"node", home, Protection::none});
    }
    BindingCache cache;
    Switches switches;
    for (const wire::HomeAddress& home : homes) {
        cache.put({.home = home, .expires = noon + 600s, .protection = Protection::none});
        switches.begin(noon, home, {});
    }
    std::size_t sent = 0;
    for (int second = 0; second < 4; ++second) {
        EXPECT_EQ(switches.next_deadline(), noon + std::chrono::seconds(second));
        for (const auto after : {0ms, 1ms, 999ms}) {
            Actions actions;
            switches.on_deadline(noon + std::chrono::seconds(second) + after, cache, actions);
            sent += actions.size();
        }
        EXPECT_EQ(sent, static_cast<std::size_t>(second) + 1);
    }
}

}  // namespace
}  // namespace godwit::server
