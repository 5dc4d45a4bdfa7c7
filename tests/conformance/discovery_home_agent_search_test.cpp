// How a mobile node looks for a home agent: RFC 6275 §11.4.1.

#include "client/core/home_agent_search.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::noon;

struct SearchBench {
    std::optional<std::uint16_t> asked(Instant now) {
        const auto request = search.take(now);
        return request ? std::optional(request->identifier) : std::nullopt;
    }
    HomeAgentSearch search{[next = 0U]() mutable { return next += 7; }};
};

RULE(rfc6275_11_4_1, AsksAtOnceAndThenFourTimesEachAfterTwiceAsLong,
     "the same request is sent again after INITIAL_DHAAD_TIMEOUT, doubling, DHAAD_RETRIES times") {
    SearchBench bench;
    bench.search.begin(noon, false);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_EQ(bench.search.next_deadline(), noon + after);
        EXPECT_FALSE(bench.asked(noon + after - 1ms));
        EXPECT_EQ(bench.asked(noon + after), 7) << "the same request";
    }
    EXPECT_EQ(bench.search.next_deadline(), noon + 93s);
    EXPECT_FALSE(bench.asked(noon + 93s));
    EXPECT_FALSE(bench.search.is_under_way());
}

RULE(rfc6275_11_4_1, BeginsAnewAfterAPauseWhereItPersists,
     "who has no home agent asks again later") {
    SearchBench bench;
    bench.search.begin(noon, true);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_TRUE(bench.asked(noon + after));
    }
    EXPECT_FALSE(bench.asked(noon + 93s));
    EXPECT_EQ(bench.search.next_deadline(), noon + 153s);
    EXPECT_EQ(bench.asked(noon + 153s), 14);
}

RULE(rfc6275_11_4_1, TakesTheReplyToItsRequestInItsOrder,
     "the reply to the request counts, in its order") {
    SearchBench bench;
    bench.search.begin(noon, false);
    EXPECT_EQ(bench.asked(noon), 7);
    const std::vector<wire::HomeAgentAddress> list{{test::ip("2001:db8:f::2")}, test::home_agent};
    EXPECT_TRUE(bench.search.on_reply({8, list}).empty()) << "somebody else's";
    EXPECT_EQ(bench.search.on_reply({7, list}), list);
    EXPECT_FALSE(bench.search.is_under_way());
    EXPECT_TRUE(bench.search.on_reply({7, list}).empty()) << "once";
}

RULE(rfc6275_11_4_1, TakesNoReplyBeforeItHasAsked, "a reply without a request is nothing") {
    SearchBench bench;
    EXPECT_TRUE(bench.search.on_reply({0, {test::home_agent}}).empty());
    bench.search.begin(noon, false);
    EXPECT_TRUE(bench.search.on_reply({7, {test::home_agent}}).empty());
}

RULE(rfc6275_11_4_1, PassesOverAddressesThatAreNobodys, "only unicast addresses are tried") {
    SearchBench bench;
    bench.search.begin(noon, false);
    EXPECT_EQ(bench.asked(noon), 7);
    EXPECT_EQ(
        bench.search.on_reply(
            {7,
             {{test::ip("ff02::1")}, {test::ip("::1")}, {test::ip("fe80::1")}, test::home_agent}}),
        (std::vector{test::home_agent}));
}

RULE(rfc6275_11_4_1, GoesOnWhereAReplyNamesNobody, "an empty list is no answer") {
    SearchBench bench;
    bench.search.begin(noon, false);
    EXPECT_EQ(bench.asked(noon), 7);
    EXPECT_TRUE(bench.search.on_reply({7, {}}).empty());
    EXPECT_EQ(bench.asked(noon + 3s), 7);
}

RULE(rfc6275_11_4_1, AsksOnceThoughThereAreTwoReasons,
     "a search that is under way is not begun again") {
    SearchBench bench;
    EXPECT_FALSE(bench.asked(noon)) << "there is no reason yet";
    EXPECT_FALSE(bench.search.next_deadline());
    bench.search.begin(noon, true);
    EXPECT_EQ(bench.asked(noon), 7);
    bench.search.begin(noon + 1s, false);
    EXPECT_EQ(bench.search.next_deadline(), noon + 3s);
    for (const auto after : {3s, 9s, 21s, 45s, 93s}) {
        (void)bench.asked(noon + after);
    }
    EXPECT_TRUE(bench.search.is_under_way()) << "the first reason still stands";
    bench.search.end();
    bench.search.begin(noon + 100s, false);
    for (const auto after : {100s, 103s, 109s, 121s, 145s, 193s}) {
        (void)bench.asked(noon + after);
    }
    EXPECT_FALSE(bench.search.is_under_way()) << "and is gone with the search";
}

}  // namespace
}  // namespace godwit::client
