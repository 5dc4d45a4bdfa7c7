// Which home agents a mobile node tries, and in which order: RFC 5142 §6.2, RFC 6275 §11.4.1.

#include "client/core/home_agent_choice.hpp"
#include "tests/conformance/rule.hpp"
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

using Addresses = std::vector<HomeAgentAddress>;

struct ChoiceBench {
    bool begin(const std::vector<HomeAgentAddress>& named, Instant now = noon) {
        return choice.begin(now, named, test::home_prefix, find, present);
    }
    // One after the other, none of which takes the node.
    std::vector<HomeAgentAddress> tried(Instant now = noon) {
        std::vector<HomeAgentAddress> all;
        while (choice.is_under_way()) {
            if (const auto next = choice.take(now)) {
                all.push_back(next->address);
            }
            now += HomeAgentChoice::patience;
        }
        return all;
    }
    HomeAgentChoice choice;
};

RULE(rfc5142_6_2, TriesThoseOfTheHomePrefixFirstInTheirOrder,
     "those with the home prefix come first, each group in the order of the list") {
    ChoiceBench bench;
    EXPECT_TRUE(bench.begin({abroad, third, second}));
    EXPECT_EQ(bench.tried(), (Addresses{third, second, abroad, test::home_agent}));
}

RULE(rfc5142_6_2, PassesOverThoseThatThereIsNoKeyFor,
     "only home agents that there is a key for are tried") {
    ChoiceBench bench;
    EXPECT_TRUE(bench.begin({stranger, second}));
    EXPECT_EQ(bench.tried(), (Addresses{second, test::home_agent}));
}

RULE(rfc5142_6_2, TriesEachOnce, "each is tried once, and then the old one") {
    ChoiceBench bench;
    EXPECT_TRUE(bench.begin({second, second, second}));
    EXPECT_EQ(bench.tried(), (Addresses{second, test::home_agent}));
}

RULE(rfc6275_11_4_1, GivesEachItsTime,
     "the next is tried after InitialBindackTimeoutFirstReg at the soonest") {
    ChoiceBench bench;
    EXPECT_TRUE(bench.begin({second, third}));
    EXPECT_EQ(bench.choice.take(noon)->address, second);
    EXPECT_FALSE(bench.choice.take(noon + 12s - 1ms));
    EXPECT_EQ(bench.choice.take(noon + 12s)->address, third);
    EXPECT_GE(HomeAgentChoice::patience, 1500ms) << "InitialBindackTimeoutFirstReg";
}

RULE(rfc6275_11_4_1, TriesNoMoreOnceOneHasTakenIt, "they are tried until one accepts") {
    ChoiceBench bench;
    EXPECT_TRUE(bench.begin({second, third}));
    EXPECT_TRUE(bench.choice.take(noon));
    bench.choice.end();
    EXPECT_FALSE(bench.choice.next_deadline());
    EXPECT_FALSE(bench.choice.take(noon + 1h));
}

RULE(rfc5142_7, IsNotTossedToAndFro, "who has sent the node away does not get it back at once") {
    ChoiceBench bench;
    bench.choice.on_sent_away(noon, second);
    EXPECT_FALSE(bench.begin({second}, noon + 10min - 1ms));
    EXPECT_TRUE(bench.begin({second}, noon + 10min));
}

RULE(rfc6275_11_4_1, TakesTheFirstWhereThereIsNonePresent,
     "who has no home agent yet has none to go back to") {
    HomeAgentChoice choice;
    EXPECT_TRUE(choice.begin(noon, {second, test::home_agent}, test::home_prefix, find, {}));
    EXPECT_EQ(choice.take(noon)->address, second);
    EXPECT_EQ(choice.take(noon + HomeAgentChoice::patience)->address, test::home_agent);
    EXPECT_FALSE(choice.take(noon + 2 * HomeAgentChoice::patience));
    EXPECT_FALSE(choice.is_under_way());
}

}  // namespace
}  // namespace godwit::client
