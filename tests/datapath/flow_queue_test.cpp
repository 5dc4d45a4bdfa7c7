#include "shared/datapath/flow_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;

constexpr std::size_t long_packet = 65'000;  // octets, as all lengths here
constexpr std::size_t mtu = 1'400;
constexpr std::size_t small_packet = 84;

constexpr FlowIdentity bulk{.flow = 1, .host = 1};
constexpr FlowIdentity other_bulk{.flow = 2, .host = 1};
constexpr FlowIdentity sparse{.flow = 3, .host = 1};

// A queue that finds the places itself and knows whose packet is where.
class FlowQueueTest : public testing::Test {
  protected:
    std::size_t push(FlowIdentity of, std::size_t octets, std::size_t room = 1) {
        while (packets_.contains(next_)) {
            next_ = (next_ + 1) % FlowQueue::max_packets;
        }
        packets_[next_] = {.of = of, .octets = octets, .room = room};
        queue_.push(now_, next_, packets_[next_]);
        return std::exchange(next_, (next_ + 1) % FlowQueue::max_packets);
    }
    std::vector<std::size_t> push_many(std::size_t count, FlowIdentity of, std::size_t octets) {
        std::vector<std::size_t> places;
        for (std::size_t packets = 0; packets < count; ++packets) {
            places.push_back(push(of, octets));
        }
        return places;
    }
    // Nothing: of no flow.
    FlowQueue::Packet pop() {
        const auto departure = queue_.pop(now_);
        if (!departure) {
            return {.octets = 0};
        }
        told_ += departure->tells ? 1U : 0U;
        return take(departure->place);
    }
    FlowQueue::Packet take(std::size_t place) {
        EXPECT_TRUE(packets_.contains(place));
        const auto packet = packets_[place];
        packets_.erase(place);
        return packet;
    }
    // The octets of each, with another packet of the same kind behind each that leaves.
    template <class Key>
    std::map<std::uint32_t, std::size_t> octets_of_endless(int packets, Key key) {
        std::map<std::uint32_t, std::size_t> octets;
        for (int popped = 0; popped < packets; ++popped) {
            const auto packet = pop();
            octets[key(packet.of)] += packet.octets;
            push(packet.of, packet.octets);
        }
        return octets;
    }

    FlowQueue queue_;
    Instant now_ = test::noon;
    std::map<std::size_t, FlowQueue::Packet> packets_;  // by place
    std::size_t next_ = 0;
    std::size_t told_ = 0;
};

std::uint32_t flow_of(const FlowIdentity& identity) {
    return identity.flow;
}
std::uint32_t host_of(const FlowIdentity& identity) {
    return identity.host;
}

TEST_F(FlowQueueTest, GivesWhatItWasGivenAndThenNothing) {
    EXPECT_TRUE(queue_.empty());
    EXPECT_EQ(queue_.pop(now_), std::nullopt);
    const auto place = push(bulk, mtu);
    EXPECT_EQ(queue_.size(), 1U);
    EXPECT_EQ(queue_.pop(now_)->place, place);
    EXPECT_EQ(queue_.pop(now_), std::nullopt);
    EXPECT_TRUE(queue_.empty());
}

TEST_F(FlowQueueTest, KeepsTheOrderWithinAFlow) {
    const auto places = push_many(100, bulk, mtu);
    push_many(100, other_bulk, long_packet);
    std::vector<std::size_t> left;
    while (const auto departure = queue_.pop(now_)) {
        if (take(departure->place).of == bulk) {
            left.push_back(departure->place);
        }
    }
    EXPECT_EQ(left, places);
}

TEST_F(FlowQueueTest, LetsASparseFlowPassABulkFlow) {
    push_many(18, bulk, long_packet);
    for (int pings = 0; pings < 10; ++pings) {
        EXPECT_EQ(pop().of, bulk);
        push(sparse, small_packet);
        EXPECT_EQ(pop().of, sparse);
    }
}

TEST_F(FlowQueueTest, LetsASparseFlowWaitForNoMoreThanOnePacketOfAFlowThatBegins) {
    push_many(18, bulk, long_packet);
    push(sparse, small_packet);
    EXPECT_EQ(pop().of, bulk) << "which was fresh, too";
    EXPECT_EQ(pop().of, sparse);
}

TEST_F(FlowQueueTest, LetsAFlowBeFreshForNoMoreThanATurn) {
    push_many(100, bulk, mtu);
    push_many(100, other_bulk, mtu);
    std::size_t ahead = 0;
    while (pop().of == bulk) {
        ++ahead;
    }
    EXPECT_EQ(ahead, (FlowQueue::quantum + mtu - 1) / mtu);
}

TEST_F(FlowQueueTest, DoesNotCountAFlowAsFreshThatComesBackAtOnce) {
    push_many(10, bulk, long_packet);
    EXPECT_EQ(pop().of, bulk);
    push(other_bulk, long_packet);
    EXPECT_EQ(pop().of, other_bulk);
    push(other_bulk, long_packet);
    EXPECT_EQ(pop().of, bulk);
}

TEST_F(FlowQueueTest, SharesOctetsNotPackets) {
    push_many(18, bulk, long_packet);
    push_many(200, other_bulk, mtu);
    auto octets = octets_of_endless(10'000, flow_of);
    EXPECT_NEAR(static_cast<double>(octets[bulk.flow]),
                static_cast<double>(octets[other_bulk.flow]), long_packet + FlowQueue::quantum);
}

TEST_F(FlowQueueTest, SharesBetweenHostsHoweverManyFlowsTheyHave) {
    for (std::uint32_t flow = 1; flow <= 20; ++flow) {
        push_many(10, {.flow = flow, .host = 1}, mtu);
    }
    push_many(10, {.flow = 21, .host = 2}, mtu);
    push_many(10, {.flow = 22, .host = 3}, long_packet);
    auto octets = octets_of_endless(20'000, host_of);
    const auto all = static_cast<double>(octets[1] + octets[2] + octets[3]);
    for (const std::uint32_t host : {1U, 2U, 3U}) {
        EXPECT_NEAR(static_cast<double>(octets[host]), all / 3, all / 20) << host;
    }
}

TEST_F(FlowQueueTest, SharesBetweenTheFlowsOfAHost) {
    for (std::uint32_t flow = 1; flow <= 20; ++flow) {
        push_many(10, {.flow = flow, .host = 1}, mtu);
    }
    for (const auto& [flow, octets] : octets_of_endless(20'000, flow_of)) {
        EXPECT_NEAR(static_cast<double>(octets), 1'000.0 * mtu, 20.0 * mtu) << flow;
    }
}

TEST_F(FlowQueueTest, DoesNotLetFlowsThatKeepBeginningStarveTheOthers) {
    push_many(3, bulk, long_packet);
    EXPECT_EQ(pop().of, bulk);
    std::uint32_t another = 100;
    int popped = 0;
    do {
        push({.flow = another++, .host = 2}, small_packet);
        push({.flow = another++, .host = 2}, small_packet);
        ++popped;
        ASSERT_LE(popped, 65);
    } while (pop().of != bulk);
}

TEST_F(FlowQueueTest, GivesNothingLongerThanWasAskedFor) {
    const auto first = push(bulk, mtu);
    EXPECT_EQ(queue_.pop(now_, mtu - 1), std::nullopt);
    EXPECT_EQ(queue_.size(), 1U);
    EXPECT_EQ(queue_.pop(now_, mtu)->place, first);
}

TEST_F(FlowQueueTest, LetsAnotherPassWhileOneIsTooLong) {
    push_many(3, bulk, long_packet);
    EXPECT_EQ(pop().of, bulk);
    EXPECT_EQ(queue_.pop(now_, mtu), std::nullopt);
    const auto place = push(sparse, small_packet);
    EXPECT_EQ(queue_.pop(now_, mtu)->place, place);
}

TEST_F(FlowQueueTest, DropsTheOldestOfTheFlowThatTakesTheMostRoom) {
    const auto small = push_many(40, other_bulk, mtu);
    push(sparse, small_packet);
    const auto first = push(bulk, long_packet, 33);
    const auto second = push(bulk, long_packet, 33);
    EXPECT_EQ(queue_.drop(), first) << "66 to 40";
    EXPECT_EQ(queue_.drop(), small[0]) << "33 to 40";
    push(bulk, long_packet, 33);
    EXPECT_EQ(queue_.drop(), second);
}

TEST_F(FlowQueueTest, ForgetsNothingOfWhatItDrops) {
    push_many(5, bulk, mtu);
    push_many(5, other_bulk, mtu);
    std::set<std::size_t> gone;
    for (int dropped = 0; dropped < 4; ++dropped) {
        gone.insert(queue_.drop());
    }
    while (const auto departure = queue_.pop(now_)) {
        gone.insert(departure->place);
    }
    EXPECT_EQ(gone.size(), 10U);
    push(bulk, mtu);
    EXPECT_EQ(pop().of, bulk);
}

TEST_F(FlowQueueTest, TellsTheFlowWhoseQueueIsTooLongAndNoOther) {
    push_many(200, bulk, mtu);
    std::map<std::uint32_t, std::size_t> told;
    for (int turns = 0; turns < 500; ++turns) {
        now_ += 1ms;
        push(sparse, small_packet);
        for (int packets = 0; packets < 2; ++packets) {
            const std::size_t before = told_;
            const auto packet = pop();
            told[packet.of.flow] += told_ - before;
            if (packet.of == bulk) {
                push(packet.of, packet.octets);
            }
        }
    }
    EXPECT_GT(told[bulk.flow], 5U);
    EXPECT_EQ(told[sparse.flow], 0U);
}

TEST_F(FlowQueueTest, TellsNobodyWhileNobodyWaitsLong) {
    for (int turns = 0; turns < 5'000; ++turns) {
        now_ += 100us;
        push(bulk, long_packet);
        push(bulk, long_packet);
        pop();
        pop();
    }
    EXPECT_EQ(told_, 0U);
}

}  // namespace
}  // namespace godwit::datapath
