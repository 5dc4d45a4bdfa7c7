#include "shared/mobility/reception.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::mobility {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Reception some{.spi = 0x8000'0001, .highest = 1000, .gaps = {{990, 994}, {700, 700}}};

TEST(Reception, TravelsInAnOptionNewestGapFirst) {
    const auto option = to_option(some);
    const wire::Bytes expected{5,    1,              // kind, version
                               0x80, 0,    0, 1,     // SPI
                               0,    0,    3, 0xe8,  // highest
                               0,    6,    0, 5,
                               1,    0x21, 0, 1};  // 995 to 1000 came, then 701 to 989
    EXPECT_EQ(option.data, expected);
    EXPECT_EQ(to_reception(option), some);
}

TEST(Reception, KnowsWhatIsMissing) {
    EXPECT_FALSE(some.is_missing(1000));
    EXPECT_TRUE(some.is_missing(1001));
    EXPECT_FALSE(some.is_missing(995));
    EXPECT_TRUE(some.is_missing(994));
    EXPECT_TRUE(some.is_missing(990));
    EXPECT_FALSE(some.is_missing(989));
    EXPECT_TRUE(some.is_missing(700));
    EXPECT_FALSE(some.is_missing(1));
}

TEST(Reception, CountsWhatIsMissingOfARange) {
    EXPECT_EQ(some.count_missing(1, 1000), 6U);
    EXPECT_EQ(some.count_missing(992, 1010), 13U);
    EXPECT_EQ(some.count_missing(1001, 0xffff'ffff), 0xffff'ffffU - 1000U);
    EXPECT_EQ(some.count_missing(701, 989), 0U);
}

TEST(Reception, IsNothingIfItIsCutShortOrContradictsItself) {
    const wire::Bytes whole = to_option(some).data;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const bool ends_with_a_gap = length == 10 || length == 14;
        EXPECT_EQ(to_reception({wire::Bytes(whole.data(), whole.data() + length)}).has_value(),
                  ends_with_a_gap)
            << length;
    }
    const auto with_gap = [](std::uint8_t received, std::uint8_t missing) {
        return to_reception({{5, 1, 0x80, 0, 0, 1, 0, 0, 0, 9, 0, received, 0, missing}});
    };
    EXPECT_TRUE(with_gap(8, 1));
    EXPECT_FALSE(with_gap(0, 1)) << "the highest has come in";
    EXPECT_FALSE(with_gap(1, 0)) << "no gap";
    EXPECT_FALSE(with_gap(8, 2)) << "before the first packet";
    EXPECT_FALSE(to_reception({{4, 1, 0x80, 0, 0, 1, 0, 0, 0, 9}})) << "another kind";
    EXPECT_FALSE(to_reception({{5, 2, 0x80, 0, 0, 1, 0, 0, 0, 9}})) << "another version";
}

TEST(Reception, FitsIntoItsOptionWithAllItsGaps) {
    Reception full{.spi = 1, .highest = 8192, .gaps = {}};
    for (std::uint32_t gap = 0; gap < Reception::max_gaps; ++gap) {
        full.gaps.push_back({8000 - 10 * gap, 8001 - 10 * gap});
    }
    EXPECT_LE(to_option(full).data.size(), 255U);
    EXPECT_EQ(to_reception(to_option(full)), full);
    full.gaps.push_back({100, 101});
    EXPECT_FALSE(to_reception(to_option(full))) << "more than anybody tells";
}

TEST(Reception, OfAMessageIsLookedForAmongItsOptions) {
    wire::MobilityMessage update = wire::BindingUpdate{};
    tell({some, {.spi = 2, .highest = 1, .gaps = {}}}, update);
    tell({{.spi = 3, .highest = 1, .gaps = {}}}, update);
    const auto& options = std::get<wire::BindingUpdate>(update).options;
    EXPECT_THAT(receptions(options),
                ElementsAre(some, Reception{.spi = 2, .highest = 1, .gaps = {}}))
        << "no more than max_receptions";
    wire::MobilityMessage heartbeat = wire::Heartbeat{};
    tell({some}, heartbeat);
    EXPECT_THAT(std::get<wire::Heartbeat>(heartbeat).options, IsEmpty());
}

}  // namespace
}  // namespace godwit::mobility
