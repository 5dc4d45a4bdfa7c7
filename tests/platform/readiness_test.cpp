#include "shared/platform/readiness.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "shared/platform/event_signal.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;
using Places = Readiness::Places;

struct ReadinessTest : testing::Test {
    EventSignal first;
    EventSignal second;
    Readiness readiness{std::array{first.descriptor(), second.descriptor()}};
};

TEST_F(ReadinessTest, SaysWhichAreReadable) {
    EXPECT_EQ(readiness.wait(0ns), Places(0b00));
    second.raise();
    EXPECT_EQ(readiness.wait(), Places(0b10));
    first.raise();
    EXPECT_EQ(readiness.wait(1h), Places(0b11));
    second.lower();
    EXPECT_EQ(readiness.wait(), Places(0b01));
}

TEST_F(ReadinessTest, SaysItAgainAsLongAsSomethingIsLeftToRead) {
    first.raise();
    EXPECT_EQ(readiness.wait(), Places(0b01));
    EXPECT_EQ(readiness.wait(), Places(0b01));
}

TEST_F(ReadinessTest, WaitsNoLongerThanItIsTold) {
    EXPECT_EQ(readiness.wait(300us), Places(0b00));
    EXPECT_EQ(readiness.wait(-1s), Places(0b00)) << "it is late already";
}

TEST_F(ReadinessTest, LeavesADescriptor) {
    first.raise();
    second.raise();
    readiness.leave(first.descriptor());
    EXPECT_EQ(readiness.wait(), Places(0b10));
}

TEST(Readiness, TellsOfADescriptorThatIsBroken) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const FileDescriptor here(ends[0]);
    const Readiness readiness(std::array{here.number()});
    ::close(ends[1]);
    EXPECT_EQ(readiness.wait(), Places(0b1));
}

TEST(Readiness, RefusesWhatCannotBeWaitedFor) {
    EXPECT_THROW(Readiness(std::array{-1}), std::system_error);
}

}  // namespace
}  // namespace godwit::platform
