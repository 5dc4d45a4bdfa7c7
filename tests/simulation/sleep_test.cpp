// A mobile node that sleeps: nothing arrives, no timer rings, and the time goes on.

#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;

class Sleep : public Simulation {
  protected:
    Sleep() {
        mobile_node.attach(care_of_a);
        network.run_for(2s);
        world.expect_agreement();
    }

    void sleep_for(std::chrono::nanoseconds time) {
        mobile_node.fall_asleep();
        network.run_for(time);
        updates_before_ = world.recorded_updates();
    }
    std::size_t updates_since() const { return world.recorded_updates() - updates_before_; }
    // Served again after one round trip, of 40 ms.
    void expect_served_after_a_round_trip() {
        network.run_for(40ms);
        EXPECT_EQ(mobile_node.state(), State::registered);
        EXPECT_LE(updates_since(), 2U);
        world.expect_agreement();
    }
    void expect_data_to_pass() {
        const auto sent = mobile_node.send_data(test::home);
        ASSERT_TRUE(sent);
        network.run_for(40ms);
        ASSERT_FALSE(home_agent.delivered().empty());
        EXPECT_EQ(home_agent.delivered().back(), *sent);
    }

  private:
    std::size_t updates_before_ = 0;
};

TEST_F(Sleep, LongerThanTheLifetimeCostsOneRoundTrip) {
    sleep_for(1h);
    EXPECT_EQ(home_agent.binding(test::home), nullptr);
    mobile_node.resume();
    expect_served_after_a_round_trip();
    expect_data_to_pass();
}

TEST_F(Sleep, LongerThanTheLifetimeEndsAtAnotherAddressAfterOneRoundTrip) {
    sleep_for(1h);
    mobile_node.resume_at(care_of_b);
    expect_served_after_a_round_trip();
    expect_data_to_pass();
}

TEST_F(Sleep, ShorterThanTheLifetimeCostsOneRoundTrip) {
    sleep_for(100s);
    ASSERT_NE(home_agent.binding(test::home), nullptr);
    mobile_node.resume();
    expect_served_after_a_round_trip();
    EXPECT_GE(updates_since(), 1U) << "the path is asked, though the binding is valid";
    expect_data_to_pass();
}

TEST_F(Sleep, ShorterThanTheLifetimeEndsAtAnotherAddressAfterOneRoundTrip) {
    sleep_for(100s);
    mobile_node.resume_at(care_of_b);
    expect_served_after_a_round_trip();
    expect_data_to_pass();
}

TEST_F(Sleep, MayOutliveTheSessionAtTheHomeAgent) {
    sleep_for(50s);
    home_agent.restart();
    network.run_for(50s);
    mobile_node.resume();
    expect_served_after_a_round_trip();
    expect_data_to_pass();
}

TEST_F(Sleep, MayOutliveTheSessionAndEndAtAnotherAddress) {
    sleep_for(50s);
    home_agent.restart();
    network.run_for(50s);
    mobile_node.resume_at(care_of_b);
    network.run_for(200ms);  // the home agent has to say first that it knows the session no more
    world.expect_agreement();
    expect_data_to_pass();
}

TEST_F(Sleep, EndsTheWaitThatManyLossesHadMade) {
    network.conditions.loss = 1;
    network.run_for(700s);  // it asks each 32 s by now
    sleep_for(1s);
    network.conditions.loss = 0;
    mobile_node.resume();
    expect_served_after_a_round_trip();
}

TEST_F(Sleep, IsNotFollowedByTwoUpdatesWhereTheLinkTellsFirst) {
    sleep_for(1h);
    mobile_node.resume_at(care_of_b);
    EXPECT_EQ(updates_since(), 1U);
    mobile_node.resume();
    EXPECT_EQ(updates_since(), 1U) << "of who tells of it, there may be two";
}

TEST_F(Sleep, WithoutALinkAsksNobody) {
    mobile_node.detach();
    sleep_for(100s);
    mobile_node.resume();
    EXPECT_EQ(updates_since(), 0U);
    mobile_node.attach(care_of_b);
    expect_served_after_a_round_trip();
}

TEST_F(Sleep, AtHomeLeavesTheTunnelAtRest) {
    mobile_node.attach_home();
    network.run_for(2s);
    ASSERT_EQ(mobile_node.state(), State::home);
    sleep_for(1h);
    mobile_node.resume();
    network.run_for(2s);
    EXPECT_EQ(mobile_node.state(), State::home);
    EXPECT_EQ(updates_since(), 0U);
}

}  // namespace
}  // namespace godwit::simulation
