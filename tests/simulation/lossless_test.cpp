// A node that moves all the time, while packets flow both ways: whatever happens none is delivered
// twice, and as long as the network loses nothing but what a move costs, none is missing.

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include "shared/mobility/flow_selector.hpp"
#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using std::chrono::nanoseconds;
using test::care_of_a;
using test::care_of_b;

// All that is sent is sealed and opened: sanitizers take their time over it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t travellers = 5;
#else
constexpr std::uint32_t travellers = 200;
#endif
constexpr int moves_of_each = 50;

class Traveller {
  public:
    explicit Traveller(std::uint32_t seed) : world_(seed), random_(seed) {
        network_.story.leave_out("data");
        condition();
        go_to(address_);
        network_.run_for(2s);
        talk();
    }

    // Packets that no move costs.
    void lose(double probability) { loss_ = probability; }

    void move() {
        condition();
        switch (random(8)) {
            case 0:
                fall_silent();
                return move_to(some_address());
            case 1:
                return cross();
            case 2:
                return move_losing(World::is_acknowledgement);
            case 3:
                return move_losing(World::is_update);
            case 4:
                return move_to(address_);
            case 5:
                leave();
                return move_to(before_);
            default:
                leave();
                return move_to(some_address());
        }
    }

    // No more packets, and time for all that is still to be done.
    void arrive() {
        is_talking_ = false;
        network_.conditions = {};
        network_.run_for(90s);
        world_.expect_agreement();
    }

    void expect_nothing_twice() const {
        for (const Host* end : ends()) {
            auto numbers = end->delivered();
            std::ranges::sort(numbers);
            EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end());
        }
    }
    void expect_nothing_missing() const {
        const auto [node, agent] = ends();
        expect_all(*node, *agent);
        expect_all(*agent, *node);
    }
    [[nodiscard]] std::string story() const { return network_.story.text(); }

  private:
    static constexpr nanoseconds longest_blackout = 500ms;

    std::uint32_t random(std::uint32_t below) {
        return static_cast<std::uint32_t>(random_() % below);
    }
    nanoseconds up_to(nanoseconds most) {
        return nanoseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_));
    }
    [[nodiscard]] std::array<const Host*, 2> ends() const {
        return {&world_.mobile_node, &world_.home_agent};
    }

    // Each end sends 200 to 1000 packets a second.
    void talk() {
        if (is_talking_) {
            world_.mobile_node.send_data(test::home);
            world_.home_agent.send_data(test::home);
            network_.at(network_.now() + interval_, [this] { talk(); });
        }
    }
    void condition() {
        network_.conditions = {.latency = 5ms + up_to(95ms),
                               .jitter = random(2) == 0 ? 0ms : up_to(30ms),
                               .loss = loss_,
                               .duplication = random(2) == 0 ? 0 : 0.1};
        interval_ = 1ms + up_to(4ms);
    }

    wire::CareOfAddress some_address() {
        return {test::ip("2001:db8:" + std::to_string(1 + random(4)) +
                         "::" + std::to_string(1 + random(3)))};
    }
    void go_to(wire::CareOfAddress address) {
        if (address != address_) {
            before_ = std::exchange(address_, address);
        }
        world_.mobile_node.attach(address);
    }
    // To where it is, it comes back after a while.
    void move_to(wire::CareOfAddress address) {
        if (address == address_ && world_.mobile_node.state() != client::State::unattached) {
            world_.mobile_node.detach();
            network_.run_for(up_to(longest_blackout));
        }
        go_to(address);
        network_.run_for(400ms + up_to(400ms));
    }
    // Break before make, or at once.
    void leave() {
        if (random(2) == 0) {
            world_.mobile_node.detach();
            network_.run_for(up_to(longest_blackout));
        }
    }
    // The link is dead before the node sees it go.
    void fall_silent() {
        network_.lose_where([](const wire::Bytes&) { return true; });
        network_.run_for(up_to(longest_blackout));
        network_.lose_where(nullptr);
    }
    // And on, before the acknowledgement can have come.
    void cross() {
        leave();
        go_to(some_address());
        network_.run_for(up_to(2 * network_.conditions.latency));
        move_to(some_address());
    }
    void move_losing(bool (*wish)(const wire::Bytes&)) {
        leave();
        bool is_lost = false;
        network_.lose_where([&is_lost, wish](const wire::Bytes& packet) {
            const bool is_it = !is_lost && wish(packet);
            is_lost = is_lost || is_it;
            return is_it;
        });
        go_to(some_address());
        network_.run_for(1500ms);
        network_.lose_where(nullptr);
    }

    static void expect_all(const Host& from, const Host& to) {
        auto numbers = to.delivered();
        std::ranges::sort(numbers);
        EXPECT_EQ(numbers.size(), from.numbered());
        for (std::uint64_t number = 1; number <= numbers.size(); ++number) {
            ASSERT_EQ(numbers[number - 1], number) << "is the first one missing";
        }
    }

    World world_;
    VirtualNetwork& network_ = world_.network;
    std::mt19937 random_;
    wire::CareOfAddress address_{test::ip("2001:db8:1::1")};
    wire::CareOfAddress before_{test::ip("2001:db8:2::1")};
    nanoseconds interval_ = 5ms;
    bool is_talking_ = true;
    double loss_ = 0;
};

class Moves : public testing::TestWithParam<std::uint32_t> {
  protected:
    void TearDown() override {
        if (HasFailure()) {
            std::cout << traveller.story();
        }
    }
    Traveller traveller{GetParam()};
};

TEST_P(Moves, LoseNothing) {
    for (int move = 0; move < moves_of_each; ++move) {
        traveller.move();
    }
    traveller.arrive();
    traveller.expect_nothing_twice();
    traveller.expect_nothing_missing();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Moves, testing::Range(1U, travellers + 1));

class MovesUnderLoss : public Moves {};

TEST_P(MovesUnderLoss, DeliverNothingTwice) {
    traveller.lose(0.1);
    for (int move = 0; move < moves_of_each; ++move) {
        traveller.move();
    }
    traveller.arrive();
    traveller.expect_nothing_twice();
}

INSTANTIATE_TEST_SUITE_P(Seeds, MovesUnderLoss, testing::Range(1U, 1 + travellers / 5));

TEST_F(Simulation, KeepsPacketsInTheirOrderWhileItMoves) {
    mobile_node.attach(care_of_a);
    network.run_for(1s);
    for (int move = 0; move < 20; ++move) {
        mobile_node.detach();
        for (int packet = 0; packet < 200; ++packet) {
            if (packet == 30) {
                mobile_node.attach(move % 2 == 0 ? care_of_b : care_of_a);
            }
            mobile_node.send_data(test::home);
            home_agent.send_data(test::home);
            network.run_for(5ms);
        }
    }
    network.run_for(1s);
    EXPECT_EQ(home_agent.delivered().size(), 4000U);
    EXPECT_EQ(mobile_node.delivered().size(), 4000U);
    EXPECT_TRUE(std::ranges::is_sorted(home_agent.delivered()));
    EXPECT_TRUE(std::ranges::is_sorted(mobile_node.delivered()));
    EXPECT_GE(mobile_node.count<mobility::HandoverRecorded>(), 19U);
    EXPECT_GE(home_agent.count<mobility::BindingMoveRecorded>(), 19U);
}

TEST_F(Simulation, ARedundantFlowDoesNotMissThePathThatDies) {
    mobile_node.attach_to({care_of_a, care_of_b}, {});
    network.run_for(2s);
    const auto path = [](const wire::Ipv6Address& local, const wire::Ipv6Address& remote) {
        return mobility::Path{.local = local, .remote = remote};
    };
    const auto flow = mobility::FlowSelector::parse("udp port 5060").value();
    const auto route = [&](Host& host, const mobility::Path& by_a, const mobility::Path& by_b) {
        const mobility::RouteFlows order{
            .home = test::home,
            .paths = {{.binding_id = 1, .path = by_a, .mtu = {}},
                      {.binding_id = 2, .path = by_b, .mtu = {}}},
            .rules = {
                {.selectors = mobility::traffic_selectors(flow, false), .binding_ids = {1, 2}}}};
        host.perform(mobility::Actions{order});
    };
    const wire::Ipv6Address& agent = test::home_agent.address;
    route(mobile_node, path(care_of_a.address, agent), path(care_of_b.address, agent));
    route(home_agent, path(agent, care_of_a.address), path(agent, care_of_b.address));
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = Frame::parse(packet);
        return frame->path.local == care_of_a.address || frame->path.remote == care_of_a.address;
    });
    for (int packet = 0; packet < 20; ++packet) {  // before anybody can have noticed
        mobile_node.send_data(test::home, 5060);
        home_agent.send_data(test::home, 5060);
        network.run_for(1ms);
    }
    network.run_for(20ms);
    EXPECT_EQ(home_agent.delivered().size(), 20U);
    EXPECT_EQ(mobile_node.delivered().size(), 20U);
}

}  // namespace
}  // namespace godwit::simulation
