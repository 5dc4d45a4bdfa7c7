// How bindings end by themselves, and what stays for a while: RFC 6275 §10.3.1, §10.3.2.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using test::care_of_b;

TEST(HomeAgent, LetsABindingGoWhenItsLifetimeIsOver) {  // RFC 6275 §10.3.1
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 600s);
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 600s - 1ms).empty());
    EXPECT_NE(home_agent.binding(noon + 600s - 1ms), nullptr);
    EXPECT_EQ(home_agent.binding(noon + 600s), nullptr) << "whether or not a timer has run";
    const Actions actions = home_agent.core.on_deadline(noon + 600s);
    EXPECT_EQ(test::order(actions), "close");
    EXPECT_EQ(test::events<mobility::BindingExpired>(actions).size(), 1U);
    EXPECT_EQ(home_agent.core.bindings().size(), 0U);
    EXPECT_FALSE(home_agent.core.next_deadline());
}

TEST(HomeAgent, KeepsNothingOfABindingThatIsOver) {
    AskedHomeAgent home_agent;
    const std::size_t before = home_agent.core.entries();
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear(noon + 1s, update(2, care_of_b));
    EXPECT_GT(home_agent.core.entries(), before);
    (void)home_agent.core.on_deadline(noon + 601s);
    EXPECT_EQ(home_agent.core.entries(), before);
}

TEST(HomeAgent, CountsTheLifetimeAnewWithEachRefresh) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear(noon + 599s, update(2));
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 1199s);
}

TEST(HomeAgent, KnowsThatABindingIsOverBeforeATimerHasRun) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    const Actions actions = home_agent.hear(noon + 600s, update(1, care_of_b));
    EXPECT_EQ(test::order(actions), "close send direct") << "and takes any number again";
    EXPECT_EQ(test::events<mobility::BindingRegistered>(actions).size(), 1U);
}

TEST(HomeAgent, KeepsADeregisteredEntryForTenSecondsAsInvalid) {  // RFC 6275 §10.3.2
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear(noon + 1s, deregistration(5));
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 11s);
    const Actions late = home_agent.hear(noon + 11s - 1ms, update(4));
    EXPECT_EQ(status_in(late), sequence_number_out_of_window);
    EXPECT_EQ(answer_in(late).sequence, SequenceNumber(5));
    EXPECT_EQ(home_agent.binding(noon + 11s - 1ms), nullptr);
    EXPECT_EQ(test::order(home_agent.core.on_deadline(noon + 11s)), "")
        << "its tunnel is closed already";
    EXPECT_EQ(home_agent.core.bindings().size(), 0U);
    EXPECT_EQ(status_in(home_agent.hear(noon + 11s, update(4))), accepted);
}

TEST(HomeAgent, BindsAgainByANewerNumberWhileTheInvalidEntryStays) {  // RFC 6275 §10.3.2
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear(noon + 1s, deregistration(5));
    const Actions actions = home_agent.hear(noon + 2s, update(6));
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(test::events<mobility::BindingRegistered>(actions).size(), 1U);
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 602s);
}

TEST(HomeAgent, AnswersADeregistrationThatIsSentAgain) {
    AskedHomeAgent home_agent;
    (void)home_agent.hear(noon, update(1));
    (void)home_agent.hear(noon + 1s, deregistration(2));
    const Actions duplicate = home_agent.hear(noon + 2s, deregistration(2));
    EXPECT_EQ(status_in(duplicate), sequence_number_out_of_window);
    const Actions retransmission = home_agent.hear(noon + 2s, deregistration(3));
    EXPECT_EQ(status_in(retransmission), not_home_agent_for_this_mobile_node);
    EXPECT_EQ(test::order(retransmission), "send") << "there is no tunnel to close";
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 11s) << "the entry does not stay for longer";
}

// What a home agent with a home prefix of these lifetimes answers to an update of 600 s.
wire::BindingAcknowledgement answer_with(std::uint32_t valid, std::uint32_t preferred) {
    HomeAgentSettings settings = settings_of(Protection::none);
    settings.prefix_valid = wire::Seconds(valid);
    settings.prefix_preferred = wire::Seconds(preferred);
    AskedHomeAgent home_agent(settings);
    return answer_in(home_agent.hear(noon, update(1)));
}

TEST(HomeAgent, GrantsNoMoreThanTheHomePrefixIsValid) {  // RFC 6275 §10.3.1, §10.6.4
    EXPECT_EQ(answer_with(100, 100).lifetime, Lifetime(25));
    EXPECT_EQ(answer_with(103, 103).lifetime, Lifetime(25)) << "in units of four seconds";
    EXPECT_EQ(answer_with(601, 601).lifetime, Lifetime(150));
}

TEST(HomeAgent, SaysThatThePrefixIsAboutToChange) {  // RFC 6275 §10.3.1
    EXPECT_EQ(answer_with(86400, 0).status, accepted_prefix_discovery_necessary) << "deprecated";
    EXPECT_EQ(answer_with(86400, 599).status, accepted_prefix_discovery_necessary)
        << "deprecated before the binding ends";
    EXPECT_EQ(answer_with(86400, 600).status, accepted);
    EXPECT_EQ(answer_with(600, 600).status, accepted_prefix_discovery_necessary)
        << "invalid when the binding ends";
    EXPECT_EQ(answer_with(604, 600).status, accepted);
}

}  // namespace
}  // namespace godwit::server
