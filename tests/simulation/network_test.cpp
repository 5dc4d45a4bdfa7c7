// What is behind a mobile node (RFC 3963): both cores, both data planes, and a network that loses.

#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using test::care_of_a;
using test::care_of_b;
using test::ip;

const wire::Prefix behind = wire::Prefix::parse("2001:db8:1:100::/64").value();
const wire::Prefix elsewhere = wire::Prefix::parse("2001:db8:2:200::/64").value();
const wire::HomeAddress machine{ip("2001:db8:1:100::5")};
const wire::HomeAddress stranger{ip("2001:db8:2:200::5")};

// Whether a packet of this address comes out at the other end, either way.
bool passes(World& world, const wire::HomeAddress& address) {
    const auto before =
        std::pair(world.home_agent.delivered().size(), world.mobile_node.delivered().size());
    static_cast<void>(world.mobile_node.send_data(address));
    static_cast<void>(world.home_agent.send_data(address));
    world.network.run_for(1s);
    return world.home_agent.delivered().size() == before.first + 1 &&
           world.mobile_node.delivered().size() == before.second + 1;
}

TEST(NetworkSimulation, CarriesWhatIsBehindThroughMovesAndLosses) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        World world(seed, mobility::Protection::sealed, {behind}, {behind});
        world.network.conditions.loss = 0.2;
        world.mobile_node.attach(care_of_a);
        world.network.run_for(60s);
        for (int moves = 0; moves < 10; ++moves) {
            world.mobile_node.attach(moves % 2 == 0 ? care_of_b : care_of_a);
            world.network.run_for(std::chrono::milliseconds(37 * moves));
        }
        world.network.conditions.loss = 0;
        world.network.run_for(60s);
        world.expect_agreement();
        EXPECT_TRUE(world.mobile_node.core().network().is_carried()) << seed;
        EXPECT_TRUE(passes(world, machine)) << seed;
        EXPECT_TRUE(passes(world, test::home)) << seed;
        EXPECT_FALSE(passes(world, stranger)) << seed;
    }
}

TEST(NetworkSimulation, GoesOnWithTheHomeAddressWhereTheNetworkIsRefused) {
    World world(1, mobility::Protection::sealed, {elsewhere}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    EXPECT_EQ(world.mobile_node.state(), State::registered);
    world.expect_agreement();
    EXPECT_EQ(world.mobile_node.core().network().refusal(),
              wire::BindingStatus::not_authorized_for_prefix);
    EXPECT_TRUE(passes(world, test::home));
    EXPECT_FALSE(passes(world, machine));
    world.mobile_node.attach(care_of_b);
    world.network.run_for(2s);
    world.expect_agreement();
    EXPECT_TRUE(passes(world, test::home));
}

TEST(NetworkSimulation, IsCarriedAgainAfterARestartOfEitherEnd) {
    World world(1, mobility::Protection::sealed, {behind}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    world.home_agent.restart();
    world.network.run_for(10s);
    EXPECT_TRUE(passes(world, machine));
    world.mobile_node.restart();
    world.network.run_for(10s);
    world.expect_agreement();
    EXPECT_TRUE(passes(world, machine));
}

TEST(NetworkSimulation, CostsTheHomeAddressNothingWhereItIsRefusedAgainAfterARestart) {
    World world(1, mobility::Protection::sealed, {elsewhere}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    ASSERT_FALSE(world.mobile_node.core().network().is_carried());
    world.home_agent.restart();
    static_cast<void>(passes(world, test::home));  // this shows it
    for (int second = 1; second <= 10; ++second) {
        EXPECT_TRUE(passes(world, test::home)) << second;
    }
    world.expect_agreement();
    EXPECT_EQ(world.mobile_node.core().network().refusal(),
              wire::BindingStatus::not_authorized_for_prefix);
}

TEST(NetworkSimulation, EndsAtHomeAndBeginsAgainAway) {
    World world(1, mobility::Protection::sealed, {behind}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    world.mobile_node.attach_home();
    world.network.run_for(2s);
    EXPECT_EQ(world.mobile_node.state(), State::home);
    EXPECT_FALSE(world.mobile_node.core().network().is_carried());
    EXPECT_FALSE(passes(world, machine));
    world.mobile_node.attach(care_of_b);
    world.network.run_for(2s);
    EXPECT_TRUE(passes(world, machine));
}

// The home agent's policy gives it the network while it is at home, and it hears nothing of that.
TEST(NetworkSimulation, AsksAgainForWhatWasRefusedOnceItHasBeenHome) {
    World world(1, mobility::Protection::sealed, {elsewhere}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    ASSERT_FALSE(world.mobile_node.core().network().is_carried());
    world.mobile_node.attach_home();
    world.network.run_for(2s);
    server::HomeAgent& core = world.home_agent.core();
    server::MobileNodeRecord record = *core.mobile_nodes().find(test::home);
    record.network_prefixes = {behind};
    core.admit({0}, record);
    world.mobile_node.attach(care_of_b);
    world.network.run_for(2s);
    world.expect_agreement();
    EXPECT_TRUE(passes(world, machine));
}

// It is granted while the mobile node sleeps, and hears nothing of the home agent's start.
TEST(NetworkSimulation, AsksAgainForWhatWasRefusedWhenItWakesAfterARestart) {
    World world(1, mobility::Protection::sealed, {elsewhere}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    ASSERT_FALSE(world.mobile_node.core().network().is_carried());
    world.mobile_node.fall_asleep();
    world.home_agent.restart();
    server::HomeAgent& core = world.home_agent.core();
    server::MobileNodeRecord record = *core.mobile_nodes().find(test::home);
    record.network_prefixes = {behind};
    core.admit({0}, record);
    world.network.run_for(60s);
    world.mobile_node.resume();
    world.network.run_for(5s);
    world.expect_agreement();
    EXPECT_TRUE(passes(world, machine));
}

// The home agent's policy gives it another network while it is bound.
TEST(NetworkSimulation, FollowsTheHomeAgentsPolicy) {
    World world(1, mobility::Protection::sealed, {elsewhere}, {behind});
    world.mobile_node.attach(care_of_a);
    world.network.run_for(2s);
    ASSERT_FALSE(world.mobile_node.core().network().is_carried());
    const auto give = [&](const wire::Prefix& prefix) {
        server::HomeAgent& core = world.home_agent.core();
        server::MobileNodeRecord record = *core.mobile_nodes().find(test::home);
        record.network_prefixes = {prefix};
        core.admit({0}, record);
        world.home_agent.perform(core.revoke(world.network.now(), test::home,
                                             wire::RevocationTrigger::administrative_reason));
        world.network.run_for(5s);
    };
    give(behind);
    world.expect_agreement();
    EXPECT_TRUE(passes(world, machine));
    give(elsewhere);
    world.expect_agreement();
    EXPECT_FALSE(passes(world, machine));
    EXPECT_TRUE(passes(world, test::home));
}

}  // namespace
}  // namespace godwit::simulation
