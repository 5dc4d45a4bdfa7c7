// What is left of the handshakes of a joining: the time of the last, for another try with that key.

#include "client/join_attempt.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "tests/runtime/joinable_home_agent.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

class JoinAttemptTest : public testing::Test {
  protected:
    JoinOutcome attempt(std::chrono::nanoseconds patience) const {
        return attempt_to_join(home_agent_.invite(), security::key_pair(1), patience,
                               directory_.path());
    }
    [[nodiscard]] bool keeps_a_time() const {
        return !std::filesystem::is_empty(directory_.path());
    }

    tests::TemporaryDirectory directory_;
    tests::JoinableHomeAgent home_agent_;
};

TEST_F(JoinAttemptTest, KeepsTheTimeOfAKeyThatWaitsForAnAnswer) {
    EXPECT_FALSE(attempt(50ms).has_joined);
    EXPECT_TRUE(keeps_a_time()) << "by now the home agent may have seen it";
}

TEST_F(JoinAttemptTest, ForgetsTheTimeOfAKeyThatTheHomeAgentRefuses) {
    home_agent_.refuse(wire::BindingStatus::administratively_prohibited);
    home_agent_.start();
    EXPECT_TRUE(attempt(join_patience).refused);
    EXPECT_FALSE(keeps_a_time());
}

}  // namespace
}  // namespace godwit::client
