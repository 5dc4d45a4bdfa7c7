// Whatever comes, is taken and is dropped in whatever order: seeded, so that the same comes again.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>
#include <vector>

#include "shared/datapath/flow_queue.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

// What is in the queue, by flow and in its order.
class Story {
  public:
    explicit Story(unsigned seed) : random_(seed) {
        for (std::size_t place = 0; place < FlowQueue::max_packets; ++place) {
            free_.push_back(place);
        }
    }

    std::size_t up_to(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }
    [[nodiscard]] std::size_t size() const { return whose_.size(); }
    [[nodiscard]] bool is_full() const { return free_.empty(); }

    // Flows of `spacing` apart share a set of the queue's if that is a multiple of 128.
    void push(mobility::Instant now, std::size_t flows, std::uint32_t spacing) {
        const auto flow = static_cast<std::uint32_t>(up_to(flows - 1)) * spacing;
        const std::size_t place = free_.front();
        free_.pop_front();
        whose_[place] = flow;
        waiting_[flow].push_back(place);
        queue.push(now, place,
                   {.of = {.flow = flow, .host = flow % 7},
                    .octets = up_to(3) == 0 ? up_to(65'000) : up_to(1'500),
                    .room = 1 + up_to(32)});
    }
    // It is in the queue, and the oldest of its flow.
    void leave(std::size_t place) {
        ASSERT_TRUE(whose_.contains(place));
        auto& flow = waiting_[whose_[place]];
        ASSERT_EQ(flow.front(), place);
        flow.pop_front();
        whose_.erase(place);
        free_.push_back(place);
    }

    FlowQueue queue;

  private:
    std::mt19937 random_;
    std::deque<std::size_t> free_;
    std::map<std::size_t, std::uint32_t> whose_;                // by place
    std::map<std::uint32_t, std::deque<std::size_t>> waiting_;  // places, by flow
};

// Nothing is lost, nothing comes twice, and each flow keeps its order.
void run(Story& story, std::size_t flows, std::uint32_t spacing) {
    mobility::Instant now = test::noon;
    std::size_t pushes_of_8 = 4;
    for (int step = 0; step < 50'000; ++step) {
        now += std::chrono::microseconds(story.up_to(50));
        pushes_of_8 = step % 500 == 0 ? story.up_to(8) : pushes_of_8;
        if (!story.is_full() && story.up_to(7) < pushes_of_8) {
            story.push(now, flows, spacing);
        } else if (const auto departure = story.queue.pop(now, 1 + story.up_to(200'000))) {
            story.leave(departure->place);
        } else if (!story.queue.empty() && story.up_to(3) == 0) {
            story.leave(story.queue.drop());
        }
        ASSERT_EQ(story.queue.size(), story.size());
    }
    while (const auto departure = story.queue.pop(now)) {
        story.leave(departure->place);
    }
    EXPECT_EQ(story.size(), 0U);
}

TEST(FlowQueueProperty, LosesNothingDoublesNothingAndKeepsTheOrder) {
    for (const std::size_t flows : {1U, 2U, 20U, 600U, 100'000U}) {
        Story story(static_cast<unsigned>(flows));
        ASSERT_NO_FATAL_FAILURE(run(story, flows, 1)) << flows << " flows";
    }
}

TEST(FlowQueueProperty, KeepsTheOrderOfFlowsThatHaveToShareAPlace) {
    for (const std::size_t flows : {9U, 12U, 50U}) {
        Story story(static_cast<unsigned>(flows));
        ASSERT_NO_FATAL_FAILURE(run(story, flows, 1'024)) << flows << " flows of one set";
    }
}

}  // namespace
}  // namespace godwit::datapath
