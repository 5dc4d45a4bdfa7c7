// Where a mobile node that is sent away has no other home agent to go to: docs/conformance.md, RFC
// 5142 §6.1, says why it stays.

#include "client/core/home_agent_choice.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

const wire::HomeAgentAddress stranger{test::ip("2001:db8:f::bad")};
const HomeAgentCandidate present{test::home_agent, "mn"};

// There is a key for the present one alone.
std::optional<HomeAgentCandidate> find(const wire::HomeAgentAddress& address) {
    return address == test::home_agent ? std::optional(present) : std::nullopt;
}

TEST(HomeAgentChoice, StaysWhereThereIsNoOther) {
    HomeAgentChoice choice;
    for (const auto& named :
         std::vector<std::vector<wire::HomeAgentAddress>>{{stranger}, {}, {test::home_agent}}) {
        EXPECT_FALSE(choice.begin(test::noon, named, test::home_prefix, find, present));
        EXPECT_FALSE(choice.is_under_way());
    }
}

}  // namespace
}  // namespace godwit::client
