// Somebody on the path who lets a mobile node's updates wait, and brings them when it suits him:
// one that is older than what the home agent has taken moves nothing, whatever came in between.

#include <iostream>
#include <ranges>

#include "client/core/update_numbers.hpp"
#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using test::care_of_a;
using test::care_of_b;

const wire::CareOfAddress care_of_c{test::ip("2001:db8:c::2")};

class HeldBackUpdates : public testing::TestWithParam<std::uint32_t> {
  protected:
    void TearDown() override {
        if (HasFailure()) {
            std::cout << world.network.story.text();
        }
    }
    // Moves under the session, none of which the home agent hears of.
    void hold_back_moves() {
        const std::size_t first = world.recorded.size();
        network.lose_where(World::is_update);
        for (const auto& care_of : {care_of_b, care_of_c, care_of_b, care_of_c, care_of_b}) {
            mobile_node.attach(care_of);
            network.run_for(400ms);
        }
        network.lose_where({});
        for (const wire::Bytes& packet : world.recorded | std::views::drop(first)) {
            if (World::is_update(packet)) {
                held.push_back(packet);
            }
        }
        ASSERT_GE(held.size(), 5U);
    }
    // The newest first, then all of them in their order.
    void expect_that_they_move_nothing() {
        world.expect_agreement();
        const std::string before = world.home_agent_state();
        for (const wire::Bytes& packet : held | std::views::reverse) {
            home_agent.receive(packet);
            EXPECT_EQ(world.home_agent_state(), before);
        }
        for (const wire::Bytes& packet : held) {
            home_agent.receive(packet);
            EXPECT_EQ(world.home_agent_state(), before);
        }
        network.run_for(100ms);
        world.expect_agreement();
    }

    World world{GetParam()};
    VirtualNetwork& network = world.network;
    SimulatedMobileNode& mobile_node = world.mobile_node;
    SimulatedHomeAgent& home_agent = world.home_agent;
    std::vector<wire::Bytes> held;
};

TEST_P(HeldBackUpdates, MoveNothingOnceTheMobileNodeHasRestarted) {
    mobile_node.attach(care_of_a);
    network.run_for(2s);
    hold_back_moves();
    mobile_node.detach();
    mobile_node.restart();  // it has forgotten its numbers
    mobile_node.attach(care_of_a);
    network.run_for(3s);
    expect_that_they_move_nothing();
}

// The home agent answers an old one with the last number that it has taken (status 135), which lies
// behind those of the mobile node's that it has not heard of.
TEST_P(HeldBackUpdates, MoveNothingOnceAnOldOneHasBeenAnswered) {
    mobile_node.attach(care_of_a);
    network.run_for(2s);
    mobile_node.attach(care_of_b);
    network.run_for(2s);
    const wire::Bytes old =
        *std::ranges::find_if(world.recorded | std::views::reverse, World::is_update);
    mobile_node.attach(care_of_a);
    network.run_for(2s);
    hold_back_moves();  // ends where the old one was sent from
    network.lose_where(World::is_update);
    home_agent.receive(old);
    network.run_for(20ms);  // the answer has come, and what it makes the mobile node send is lost
    network.lose_where({});
    mobile_node.attach(care_of_a);
    network.run_for(3s);
    expect_that_they_move_nothing();
}

// A handshake is taken by its time alone where there is no binding. So what the mobile node says
// after one that is still on its way must come by a handshake too, whose time is later.
class HeldBackHandshake : public HeldBackUpdates {
  protected:
    // The refresh, which is due after 480 s.
    void hold_back_refresh() {
        mobile_node.attach(care_of_a);
        network.run_for(479s);
        const std::size_t first = world.recorded.size();
        network.lose_where(World::is_update);
        network.run_for(2500ms);
        network.lose_where({});
        for (const wire::Bytes& packet : world.recorded | std::views::drop(first)) {
            if (World::is_update(packet)) {
                held.push_back(packet);
            }
        }
        ASSERT_FALSE(held.empty());
    }
    void expect_that_it_binds_nothing() {
        for (const wire::Bytes& packet : held) {
            home_agent.receive(packet);
            EXPECT_EQ(world.home_agent_state(), "no binding");
        }
    }
};

TEST_P(HeldBackHandshake, MovesNothingAfterARestartOfTheHomeAgent) {
    hold_back_refresh();
    mobile_node.attach(care_of_b);
    network.run_for(3s);
    world.expect_agreement();
    mobile_node.detach();
    home_agent.restart();
    expect_that_it_binds_nothing();
}

TEST_P(HeldBackHandshake, BindsNothingOfWhoIsAtHome) {
    hold_back_refresh();
    mobile_node.attach_home();
    network.run_for(30s);
    ASSERT_EQ(mobile_node.state(), client::State::home);
    expect_that_it_binds_nothing();
}

INSTANTIATE_TEST_SUITE_P(Seeds, HeldBackHandshake, testing::Range(1U, 4U));
INSTANTIATE_TEST_SUITE_P(Seeds, HeldBackUpdates, testing::Range(1U, 9U));

}  // namespace
}  // namespace godwit::simulation
