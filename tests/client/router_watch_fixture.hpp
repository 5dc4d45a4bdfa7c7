#pragma once
// A watch on the routers of one link, and what it makes of addresses there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/core/router_watch.hpp"
#include "tests/client/routers.hpp"

namespace godwit::client {

class RouterWatchTest : public testing::Test {
  protected:
    // Heard when nothing is in doubt.
    void hear(mobility::Instant now, const RouterHeard& heard) {
        EXPECT_THAT(watch_.on_router_heard(now, heard), testing::IsEmpty());
    }
    [[nodiscard]] bool is_a_abandoned(mobility::Instant now) const {
        return watch_.is_abandoned(now, test::link, test::care_of_a.address);
    }
    [[nodiscard]] bool is_b_abandoned(mobility::Instant now) const {
        return watch_.is_abandoned(now, test::link, test::care_of_b.address);
    }
    void let_pass(mobility::Instant from, mobility::Instant to) {
        for (auto next = watch_.next_deadline(from); next && *next <= to;
             next = watch_.next_deadline(*next)) {
            const RouterQuestions asked = watch_.on_deadline(*next);
            questions_.insert(questions_.end(), asked.begin(), asked.end());
        }
    }

    RouterWatch watch_{test::home_prefix};
    RouterQuestions questions_;  // that were asked while time passed
};

}  // namespace godwit::client
