#include "shared/datapath/counters.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "shared/datapath/traffic_total.hpp"

namespace godwit::datapath {
namespace {

TEST(DropReason, HasANameOfItsOwnForEachReason) {
    std::set<std::string_view> names;
    for (std::size_t reason = 0; reason < drop_reason_count; ++reason) {
        names.insert(name(static_cast<DropReason>(reason)));
    }
    EXPECT_EQ(names.size(), drop_reason_count);
    EXPECT_FALSE(names.contains("unknown"));
}

TEST(DropCounters, CountEachReasonByItself) {
    DropCounters drops;
    drops.count(DropReason::replayed);
    drops.count(DropReason::replayed);
    drops.count(DropReason::not_sent);
    EXPECT_EQ(drops.reading(DropReason::replayed), 2U);
    EXPECT_EQ(drops.reading(DropReason::not_sent), 1U);
    EXPECT_EQ(drops.reading(DropReason::bad_tag), 0U);
}

TEST(TrafficTotal, GoesOnCountingAfterACounterIsGone) {
    TrafficTotal total;
    TrafficCounter later;
    {
        TrafficCounter first;
        total.open(first);
        total.open(later);
        first.count(100);
        later.count(20);
        EXPECT_EQ(total.reading(), (Traffic{.packets = 2, .bytes = 120}));
        total.close(first);
    }
    later.count(3);
    EXPECT_EQ(total.reading(), (Traffic{.packets = 3, .bytes = 123}));
    EXPECT_TRUE(total.is_open());
    total.close(later);
    EXPECT_FALSE(total.is_open());
    EXPECT_EQ(total.reading(), (Traffic{.packets = 3, .bytes = 123}));
}

}  // namespace
}  // namespace godwit::datapath
