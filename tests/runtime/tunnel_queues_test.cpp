#include "server/tunnel_queues.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace godwit::server {
namespace {

TEST(WantedShards, AreHalfOfTheProcessorsWhereNothingIsSaid) {
    EXPECT_EQ(wanted_shards(std::nullopt, 1).count(), 1);
    EXPECT_EQ(wanted_shards(std::nullopt, 2).count(), 1);
    EXPECT_EQ(wanted_shards(std::nullopt, 3).count(), 1);
    EXPECT_EQ(wanted_shards(std::nullopt, 4).count(), 2);
    EXPECT_EQ(wanted_shards(std::nullopt, 32).count(), 16);
    EXPECT_EQ(wanted_shards(std::nullopt, 256).count(), 16);
}

TEST(WantedShards, AreAsManyAsTheConfigurationSays) {
    EXPECT_EQ(wanted_shards(3, 1).count(), 3);
    EXPECT_EQ(wanted_shards(1, 256).count(), 1);
}

}  // namespace
}  // namespace godwit::server
