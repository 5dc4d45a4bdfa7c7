#include "shared/runtime/command_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>

namespace godwit::runtime {
namespace {

TEST(CommandQueue, GivesNothingWhenEmpty) {
    CommandQueue<int, 4> queue;
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(CommandQueue, KeepsTheOrder) {
    CommandQueue<int, 4> queue;
    EXPECT_TRUE(queue.push(1));
    EXPECT_TRUE(queue.push(2));
    EXPECT_EQ(queue.pop(), 1);
    EXPECT_EQ(queue.pop(), 2);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(CommandQueue, LeavesWhatItHasNoRoomForWithTheSender) {
    CommandQueue<std::unique_ptr<int>, 2> queue;
    EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
    EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
    auto third = std::make_unique<int>(3);
    EXPECT_FALSE(queue.push(std::move(third)));
    ASSERT_NE(third, nullptr);
    EXPECT_EQ(**queue.pop(), 1);
    EXPECT_TRUE(queue.push(std::move(third)));
}

TEST(CommandQueue, EndsWhatNobodyHasTaken) {
    auto item = std::make_shared<int>(1);
    {
        CommandQueue<std::shared_ptr<int>, 4> queue;
        EXPECT_TRUE(queue.push(std::shared_ptr<int>(item)));
        EXPECT_TRUE(queue.push(std::shared_ptr<int>(item)));
        EXPECT_TRUE(queue.pop());
    }
    EXPECT_EQ(item.use_count(), 1);
}

TEST(CommandQueue, HoldsNothingOfWhatWasTaken) {
    CommandQueue<std::shared_ptr<int>, 4> queue;
    auto item = std::make_shared<int>(1);
    EXPECT_TRUE(queue.push(std::shared_ptr<int>(item)));
    EXPECT_TRUE(queue.pop().has_value());
    EXPECT_EQ(item.use_count(), 1);
}

TEST(CommandQueue, CarriesEverythingInOrderFromOneThreadToAnother) {
    constexpr int last = 50'000;
    CommandQueue<std::unique_ptr<int>, 8> queue;
    const std::jthread sender([&queue] {
        for (int number = 1; number <= last; ++number) {
            auto item = std::make_unique<int>(number);
            while (!queue.push(std::move(item))) {
                std::this_thread::yield();
            }
        }
    });
    for (int expected = 1; expected <= last;) {
        if (const auto item = queue.pop()) {
            EXPECT_EQ(**item, expected);
            ++expected;
        } else {
            std::this_thread::yield();
        }
    }
    EXPECT_EQ(queue.pop(), std::nullopt);
}

}  // namespace
}  // namespace godwit::runtime
