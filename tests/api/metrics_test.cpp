#include "server/api/metrics.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;

Metrics busy() {
    Metrics metrics;
    metrics.status.bindings = {{.name = "a \"name\" with a \\",
                                .home_address = {*wire::Ipv6Address::parse("2001:db8:f::9")},
                                .traffic = {.tx = {1'000'000, 1'204'000'000}, .rx = {1, 90}},
                                .rates = {.down = {100'000'000}, .dropped_down = 5}}};
    metrics.status.messages_in.add("binding-update");
    metrics.status.messages_out.add("binding-acknowledgement", wire::BindingStatus::accepted);
    metrics.status.messages_out.add("binding-acknowledgement",
                                    wire::BindingStatus::sequence_number_out_of_window);
    metrics.status.endpoint_moves = 3;
    metrics.status.drops.add("unknown-spi", 12);
    metrics.status.health = {"the disk is full"};
    metrics.gaps.add(4ms);
    metrics.gaps.add(5ms);
    metrics.gaps.add(3s);
    metrics.restarts = 7;
    metrics.started = runtime::WallTime(1'795'572'425s);
    metrics.processor = 1'250'000us;
    metrics.resident = 12'345'678'901;
    return metrics;
}

TEST(Metrics, AreInTheFormatOfPrometheus) {
    EXPECT_EQ(metrics_text(busy()),
              tests::read_file(std::string(GOLDEN_DIRECTORY) + "/metrics.txt"));
}

TEST(GapHistogram, CountsAGapInEveryBucketThatItFitsIn) {
    GapHistogram gaps;
    gaps.add(1ms);
    gaps.add(1ms + 1ns);
    EXPECT_EQ(gaps.within(0), 1U);
    EXPECT_EQ(gaps.within(1), 2U);
    EXPECT_EQ(gaps.within(GapHistogram::limits.size() - 1), 2U);
    EXPECT_EQ(gaps.count(), 2U);
    EXPECT_EQ(gaps.sum(), 2ms + 1ns);
}

}  // namespace
}  // namespace godwit::server
