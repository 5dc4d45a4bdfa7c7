#include "client/core/keepalive_search.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;

// What is found in an hour behind a NAT that keeps idle mappings so long.
std::chrono::seconds found_where_mappings_live(std::chrono::seconds lifetime) {
    KeepaliveSearch search(7);
    search.begin(noon, 25s);
    for (auto now = noon; now < noon + 1h && search.next_deadline();) {
        now = std::max(now, *search.next_deadline());
        if (const auto trial = search.due(now); trial && trial->delay < lifetime) {
            search.on_response(now + trial->delay, trial->sequence);
        }
    }
    return search.interval();
}

TEST(KeepaliveSearch, StaysWithTheAdviceWhereMappingsAreShortLived) {
    EXPECT_EQ(found_where_mappings_live(30s), 25s);
}

TEST(KeepaliveSearch, RisesAsFarAsMappingsLive) {
    EXPECT_EQ(found_where_mappings_live(45s), 40s);
    EXPECT_EQ(found_where_mappings_live(90s), 85s);
    EXPECT_EQ(found_where_mappings_live(600s), 110s);
}

TEST(KeepaliveSearch, EndsSometime) {
    KeepaliveSearch search(7);
    search.begin(noon, 25s);
    for (int trial = 0; trial < 3 && search.next_deadline(); ++trial) {
        (void)search.due(*search.next_deadline());
    }
    EXPECT_FALSE(search.next_deadline());
}

TEST(KeepaliveSearch, TriesALengthTwiceSinceAPacketMayBeLost) {
    KeepaliveSearch search(7);
    search.begin(noon, 25s);
    const auto first = search.due(noon);
    const auto second = search.due(*search.next_deadline());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->delay, first->delay);
    EXPECT_NE(second->sequence, first->sequence);
    search.on_response(noon + 100s, second->sequence);
    EXPECT_EQ(search.interval(), 40s);
}

TEST(KeepaliveSearch, AsksNothingWhereTheAdviceIsLongEnough) {
    KeepaliveSearch search(7);
    search.begin(noon, 110s);
    EXPECT_FALSE(search.due(noon));
}

TEST(KeepaliveSearch, IgnoresAnswersToOlderTrials) {
    KeepaliveSearch search(7);
    search.begin(noon, 25s);
    const auto first = search.due(noon);
    (void)search.due(*search.next_deadline());
    search.on_response(noon + 50s, first->sequence);
    EXPECT_EQ(search.interval(), 25s);
}

}  // namespace
}  // namespace godwit::client
