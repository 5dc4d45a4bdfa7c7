// Mobile nodes that are asked to go to another home agent: RFC 5142 §4, §5, §7, §8.

#include "tests/conformance/rule.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_b;
using test::ip;
using wire::HomeAgentSwitch;

const std::vector<wire::HomeAgentAddress> elsewhere{{ip("2001:db8:f::2")}, {ip("2001:db8:e::1")}};

struct SwitchBench {
    SwitchBench() {
        const Actions actions = home_agent.hear(noon, update(1));
        (void)home_agent.complete(actions);
    }
    Actions send_away(Instant now, const SwitchOrder& order = {.home_agents = elsewhere}) {
        return home_agent.core.send_away(now, {test::home}, order);
    }
    static std::vector<HomeAgentSwitch> switches_in(const Actions& actions) {
        return test::messages<HomeAgentSwitch>(actions);
    }
    // What is sent at this time, and nothing before.
    std::size_t sent_at(Instant now) {
        EXPECT_TRUE(switches_in(home_agent.core.on_deadline(now - 1ms)).empty());
        return switches_in(home_agent.core.on_deadline(now)).size();
    }

    AskedHomeAgent home_agent{Protection::sealed};
};

RULE(rfc5142_5_1, AsksUnderTheSessionAlongTheBindingsPath,
     "the message is protected as a binding acknowledgement is, and lists the alternate home "
     "agents") {
    SwitchBench bench;
    const Actions actions = bench.send_away(noon + 1s);
    const auto order = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_EQ(order.path.remote, test::care_of_a.address);
    EXPECT_EQ(order.home, test::home);
    EXPECT_TRUE(order.names_home) << "a type 2 routing header";
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(order.seal));
    EXPECT_EQ(bench.switches_in(actions).at(0), (HomeAgentSwitch{elsewhere, {}}));
    const auto told = test::events<mobility::HomeAgentSwitchAsked>(actions).at(0);
    EXPECT_EQ(told.home, test::home);
    EXPECT_EQ(told.home_agents, elsewhere);
}

RULE(rfc5142_5_3, GoesOnServingWhoHasBeenAsked,
     "the home agent goes on serving until the binding ends") {
    SwitchBench bench;
    EXPECT_EQ(test::order(bench.send_away(noon + 1s)), "send");
    EXPECT_NE(bench.home_agent.binding(noon + 599s), nullptr);
}

RULE(rfc5142_5_1, AsksNobodyWhoIsNotBound, "it goes to mobile nodes that are bound") {
    SwitchBench bench;
    (void)bench.home_agent.hear(noon + 1s, deregistration(2));
    EXPECT_TRUE(bench.switches_in(bench.send_away(noon + 2s)).empty());
}

RULE(rfc5142_4, AsksToLookForOneItselfByAnEmptyList,
     "an empty list has the mobile node look for one itself") {
    SwitchBench bench;
    EXPECT_EQ(bench.switches_in(bench.send_away(noon, {})).at(0), (HomeAgentSwitch{}));
}

RULE(rfc5142_5_1, SaysHowLongItServesYet,
     "Binding Refresh Advice says when the binding will be deleted, and then it is") {
    SwitchBench bench;
    const Actions actions = bench.send_away(noon + 1s, {.home_agents = {}, .grace = Lifetime(25)});
    EXPECT_EQ(wire::find<wire::BindingRefreshAdvice>(bench.switches_in(actions).at(0).options)
                  ->refresh_interval,
              Lifetime(25));
    EXPECT_NE(bench.home_agent.binding(noon + 101s - 1ms), nullptr);
    EXPECT_EQ(bench.home_agent.binding(noon + 101s), nullptr);
}

RULE(rfc5142_5_1, ServesNoLongerByThatThanWasGranted, "the advice makes no binding longer") {
    SwitchBench bench;
    (void)bench.send_away(noon + 500s, {.home_agents = {}, .grace = Lifetime(150)});
    EXPECT_EQ(bench.home_agent.binding(noon + 600s), nullptr);
}

RULE(rfc5142_5_2, AsksAgainEachTimeAfterTwiceAsLongUpToTwentySeconds,
     "it is sent again after INITIAL-HA-SWITCH-TIMEOUT, doubling up to MAX-HA-SWITCH-TIMEOUT") {
    SwitchBench bench;
    EXPECT_EQ(bench.switches_in(bench.send_away(noon)).size(), 1U);
    EXPECT_EQ(bench.sent_at(noon + 5s), 1U);
    EXPECT_EQ(bench.sent_at(noon + 15s), 1U);
    EXPECT_EQ(bench.sent_at(noon + 599s), 0U) << "and draws no conclusions (§5.3)";
}

RULE(rfc5142_5_2, AsksAgainAfterHalfTheTimeThatIsLeftWhereThatIsLess,
     "with advice, after half of that time, where that is less") {
    SwitchBench bench;
    (void)bench.send_away(noon, {.home_agents = {}, .grace = Lifetime(2)});
    EXPECT_EQ(bench.sent_at(noon + 4s), 1U);
}

RULE(rfc5142_5_2, AsksNoMoreOnceTheBindingHasBeenGivenUp, "a deregistration is the response") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    (void)bench.home_agent.hear(noon + 1s, deregistration(2));
    for (const auto after : {5s, 15s, 35s}) {
        EXPECT_TRUE(bench.switches_in(bench.home_agent.core.on_deadline(noon + after)).empty());
    }
}

RULE(rfc5142_5_3, RefusesToExtendTheBinding,
     "a binding update that would extend the binding gets status 129") {
    AskedHomeAgent home_agent(Protection::none);
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.core.send_away(noon, {test::home}, {});
    EXPECT_EQ(status_in(home_agent.hear(noon + 1s, update(2))), administratively_prohibited);
    EXPECT_EQ(status_in(home_agent.hear(noon + 2s, update(2, care_of_b))), accepted) << "a move";
    EXPECT_EQ(status_in(home_agent.hear(noon + 595s, update(3, test::care_of_a))),
              administratively_prohibited)
        << "there is nothing left to grant";
    EXPECT_EQ(home_agent.binding(noon + 600s), nullptr);
}

RULE(rfc5142_5_3, ExtendsNoBindingThatIsProvedEither,
     "a handshake, which may be that of a node which has restarted, is granted what is left") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    const Actions refresh = bench.home_agent.hear(noon + 1s, update(2));
    EXPECT_EQ(status_in(refresh), accepted);
    EXPECT_EQ(answer_in(refresh).lifetime, Lifetime(149)) << "of 599 s";
    EXPECT_EQ(bench.home_agent.binding(noon + 600s), nullptr);
}

RULE(rfc5142_5_3, BindsAnewWhoStaysUntilTheEnd,
     "who has less left than can be granted begins a binding of its own") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    const Actions anew = bench.home_agent.hear(noon + 597s, update(2));
    EXPECT_EQ(answer_in(anew).lifetime, Lifetime(150));
    EXPECT_EQ(answer_in(bench.home_agent.hear(noon + 700s, update(3))).lifetime, Lifetime(150))
        << "and is not asked to go again";
}

RULE(rfc5142_5_3, FollowsAMoveForAsLongAsWasGranted,
     "a move is served for what is left of the lifetime") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    const Actions actions = bench.home_agent.hear(noon + 201s, update(2, care_of_b));
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(answer_in(actions).lifetime, Lifetime(99)) << "of 399 s";
    EXPECT_EQ(bench.home_agent.binding(noon + 600s), nullptr);
}

RULE(rfc5142_5_2, AsksAgainWhoShowsThatHeIsThere, "who shows that he is there is asked again") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    (void)bench.home_agent.core.on_deadline(noon + 5s);
    (void)bench.home_agent.core.on_deadline(noon + 15s);
    bench.home_agent.answers_heartbeats = false;  // else it is asked with what they draw
    (void)bench.home_agent.hear(noon + 100s, update(2, care_of_b));
    const Actions actions = bench.home_agent.core.on_deadline(noon + 100s);
    EXPECT_EQ(bench.switches_in(actions).size(), 1U);
    EXPECT_EQ(test::all<mobility::SendMessage>(actions).at(0).path.remote, care_of_b.address);
}

RULE(rfc5142_5_3, TakesBackWhoHasGone, "who has gone may come back") {
    SwitchBench bench;
    (void)bench.send_away(noon);
    (void)bench.home_agent.hear(noon + 1s, deregistration(2));
    EXPECT_EQ(status_in(bench.home_agent.hear(noon + 2s, update(3))), accepted);
    EXPECT_EQ(status_in(bench.home_agent.hear(noon + 3s, update(4))), accepted)
        << "and he may stay";
}

RULE(rfc5142_7, IsOneASecondForAllOfThem, "MAX-HA-SWITCH-TRANSMIT-RATE: one a second in all") {
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
