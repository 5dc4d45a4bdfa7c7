// Which home agents a mobile node tries, and in which order: RFC 5142 §6.2, RFC 6275 §11.4.1.

#include "client/core/home_agent_choice.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::ip;
using test::noon;
using wire::HomeAgentAddress;

const HomeAgentAddress second{ip("2001:db8:f::2")};
const HomeAgentAddress third{ip("2001:db8:f::3")};
const HomeAgentAddress abroad{ip("2001:db8:e::1")};
const HomeAgentAddress stranger{ip("2001:db8:f::bad")};
const HomeAgentCandidate present{test::home_agent, "mn"};

// There is a key for all but the stranger.
std::optional<HomeAgentCandidate> find(const HomeAgentAddress& address) {
    return address == stranger ? std::nullopt
                               : std::optional(HomeAgentCandidate{address, "profile"});
}

class HomeAgentChoiceTest : public testing::Test {
  protected:
    bool begin(const std::vector<HomeAgentAddress>& named, Instant now = noon) {
        return choice_.begin(now, named, test::home_prefix, find, present);
    }
    // One after the other, none of which takes the node.
    std::vector<HomeAgentAddress> tried(Instant now = noon) {
        std::vector<HomeAgentAddress> all;
        while (choice_.is_under_way()) {
            if (const auto next = choice_.take(now)) {
                all.push_back(next->address);
            }
            now += HomeAgentChoice::patience;
        }
        return all;
    }
    using Addresses = std::vector<HomeAgentAddress>;
    HomeAgentChoice choice_;
};

TEST_F(HomeAgentChoiceTest, TriesThoseOfTheHomePrefixFirstInTheirOrder) {
    EXPECT_TRUE(begin({abroad, third, second}));
    EXPECT_EQ(tried(), (Addresses{third, second, abroad, test::home_agent}));
}

TEST_F(HomeAgentChoiceTest, PassesOverThoseThatThereIsNoKeyFor) {
    EXPECT_TRUE(begin({stranger, second}));
    EXPECT_EQ(tried(), (Addresses{second, test::home_agent}));
}

TEST_F(HomeAgentChoiceTest, StaysWhereThereIsNoOther) {
    EXPECT_FALSE(begin({stranger}));
    EXPECT_FALSE(begin({}));
    EXPECT_FALSE(begin({test::home_agent})) << "the present one is none to go to";
    EXPECT_FALSE(choice_.is_under_way());
}

TEST_F(HomeAgentChoiceTest, TriesEachOnce) {
    EXPECT_TRUE(begin({second, second, second}));
    EXPECT_EQ(tried(), (Addresses{second, test::home_agent}));
}

TEST_F(HomeAgentChoiceTest, GivesEachItsTime) {
    EXPECT_TRUE(begin({second, third}));
    EXPECT_EQ(choice_.take(noon)->address, second);
    EXPECT_FALSE(choice_.take(noon + 12s - 1ms));
    EXPECT_EQ(choice_.take(noon + 12s)->address, third);
    EXPECT_GE(HomeAgentChoice::patience, 1500ms) << "InitialBindackTimeoutFirstReg";
}

TEST_F(HomeAgentChoiceTest, TriesNoMoreOnceOneHasTakenIt) {
    EXPECT_TRUE(begin({second, third}));
    EXPECT_TRUE(choice_.take(noon));
    choice_.end();
    EXPECT_FALSE(choice_.next_deadline());
    EXPECT_FALSE(choice_.take(noon + 1h));
}

TEST_F(HomeAgentChoiceTest, IsNotTossedToAndFro) {
    choice_.on_sent_away(noon, second);
    EXPECT_FALSE(begin({second}, noon + 10min - 1ms));
    EXPECT_TRUE(begin({second}, noon + 10min));
}

}  // namespace
}  // namespace godwit::client
