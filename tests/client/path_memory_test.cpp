#include "client/core/path_memory.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;

mobility::Path path_to(std::uint16_t port) {
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = test::care_of_a.address,
            .remote = test::home_agent.address,
            .remote_port = port};
}

TEST(PathMemory, KnowsForAnHourWhatHasFailedInANetwork) {
    PathMemory memory;
    memory.on_failed(noon, path_to(443), 64);
    EXPECT_TRUE(memory.has_failed(noon + 1h - 1s, path_to(443), 64));
    EXPECT_FALSE(memory.has_failed(noon + 1h, path_to(443), 64));
    EXPECT_FALSE(memory.has_failed(noon, path_to(4191), 64));
}

TEST(PathMemory, ForgetsAFailureOnceThePathHasWorked) {
    PathMemory memory;
    memory.on_failed(noon, path_to(443), 64);
    memory.on_worked(path_to(443), 64);
    EXPECT_FALSE(memory.has_failed(noon, path_to(443), 64));
}

TEST(PathMemory, LetsTheOldestOfManyFailuresGo) {
    PathMemory memory;
    for (std::uint16_t port = 0; port <= 128; ++port) {
        memory.on_failed(noon, path_to(port), 64);
    }
    EXPECT_FALSE(memory.has_failed(noon, path_to(0), 64));
    EXPECT_TRUE(memory.has_failed(noon, path_to(1), 64));
    EXPECT_TRUE(memory.has_failed(noon, path_to(128), 64));
}

}  // namespace
}  // namespace godwit::client
