#pragma once
// One mobile node and its home agent on one virtual network, ready for a story.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "tests/simulation/hosts.hpp"

namespace godwit::simulation {

class World {
  public:
    // The mobile node has been given these prefixes behind it, and names these (RFC 3963).
    explicit World(std::uint32_t seed = 1,
                   mobility::Protection protection = mobility::Protection::sealed,
                   const std::vector<wire::Prefix>& given = {},
                   const std::vector<wire::Prefix>& named = {})
        : network(seed),
          mobile_node_key_(security::KeyPair::generate()),
          home_agent(network,
                     {.address = test::home_agent,
                      .home_prefix = test::home_prefix,
                      .mobile_nodes = {{.name = "laptop",
                                        .home = test::home,
                                        .protection = protection,
                                        .network_prefixes = given}}},
                     {mobile_node_key_.public_key()}),
          mobile_node(network, home_agent,
                      {.home = test::home,
                       .home_agent = test::home_agent,
                       .protection = protection,
                       .network_prefixes = named},
                      std::move(mobile_node_key_)) {
        network.run_until(test::noon);
        network.watch([this](const wire::Bytes& packet) {
            if (Frame::is_clear(packet)) {
                recorded.push_back(packet);
            }
        });
    }

    // Both ends hold the same truth, and each can open what the other seals.
    void expect_agreement() {
        const server::Binding* binding = home_agent.binding(test::home);
        switch (mobile_node.state()) {
            case client::State::registered: {
                ASSERT_NE(binding, nullptr);
                const auto& place = std::get<client::Away>(mobile_node.core().target());
                EXPECT_EQ(binding->care_of.address, place.care_of.address);
                expect_tunnel(mobile_node, home_agent);
                expect_tunnel(home_agent, mobile_node);
                return;
            }
            case client::State::home:
                EXPECT_EQ(binding, nullptr);
                EXPECT_TRUE(mobile_node.tunnels().directed.empty());
                EXPECT_TRUE(home_agent.tunnels().directed.empty());
                return;
            default:
                FAIL() << "neither registered nor at home";
        }
    }

    // What can be seen of the home agent's state from the outside, for comparison.
    [[nodiscard]] std::string home_agent_state() const {
        const server::Binding* binding = home_agent.binding(test::home);
        if (binding == nullptr) {
            return "no binding";
        }
        const auto& tunnel = home_agent.tunnels().directed.at(test::home);
        return binding->care_of.text() + " sequence " + std::to_string(binding->sequence.value()) +
               " tunnel to " + tunnel.path.remote.text() + " expires " +
               std::to_string(binding->expires.time_since_epoch().count());
    }

    // Binding updates among the recorded packets that are alike in what they were sent for.
    [[nodiscard]] std::size_t recorded_updates() const {
        return static_cast<std::size_t>(std::ranges::count_if(recorded, is_update));
    }
    static bool is_update(const wire::Bytes& packet) { return type_of(packet) == 5; }
    static bool is_acknowledgement(const wire::Bytes& packet) { return type_of(packet) == 6; }

    VirtualNetwork network;

  private:
    static int type_of(const wire::Bytes& packet) {
        const auto frame = Frame::is_clear(packet) ? Frame::parse(packet) : std::nullopt;
        return frame ? frame->packet.mobility_header.at(2) : -1;
    }

    static void expect_tunnel(const Host& from, const Host& to) {
        const auto& direction = from.tunnels().directed.at(test::home);
        ASSERT_TRUE(direction.session);
        const std::uint32_t theirs = from.tunnels().admitted.at(*direction.session);
        EXPECT_TRUE(to.tunnels().admitted.contains({theirs}));
    }

    security::KeyPair mobile_node_key_;

  public:
    std::vector<wire::Bytes> recorded;  // all that was ever sent in clear
    SimulatedHomeAgent home_agent;
    SimulatedMobileNode mobile_node;
};

// Tells the story of a run if its test has failed.
class Simulation : public testing::Test {
  protected:
    void TearDown() override {
        if (HasFailure()) {
            std::cout << world.network.story.text();
        }
    }
    World world;
    VirtualNetwork& network = world.network;
    SimulatedMobileNode& mobile_node = world.mobile_node;
    SimulatedHomeAgent& home_agent = world.home_agent;
};

}  // namespace godwit::simulation
