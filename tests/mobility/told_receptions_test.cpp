#include "shared/mobility/told_receptions.hpp"

#include <gmock/gmock.h>

namespace godwit::mobility {
namespace {

using testing::ElementsAre;

// As long as an option can be.
Reception longest(std::uint32_t spi) {
    Reception reception{.spi = spi, .highest = 1000, .gaps = {}};
    for (std::uint32_t gap = 0; gap < Reception::max_gaps; ++gap) {
        reception.gaps.push_back({.first = 998 - 2 * gap, .last = 998 - 2 * gap});
    }
    return reception;
}

wire::BindingAcknowledgement with_flows(std::uint16_t count) {
    wire::BindingAcknowledgement answer;
    for (std::uint16_t id = 1; id <= count; ++id) {
        answer.options.emplace_back(wire::FlowIdentification{.id = id, .priority = id});
    }
    return answer;
}

std::vector<Reception> told_in(const wire::MobilityMessage& message) {
    return receptions(std::get<wire::BindingAcknowledgement>(message).options);
}

TEST(ToldReceptions, GoWithAMessageThatHasRoomForBoth) {
    EXPECT_THAT(told_in(telling({longest(1), longest(2)}, with_flows(1))),
                ElementsAre(longest(1), longest(2)));
}

TEST(ToldReceptions, AreThatOfTheSessionInUseAloneBesideManyFlows) {
    EXPECT_THAT(told_in(telling({longest(1), longest(2)}, with_flows(64))),
                ElementsAre(longest(1)));
}

TEST(ToldReceptions, AreLeftOutWhereTheMessageFillsThePacket) {
    const wire::MobilityMessage full = with_flows(100);
    EXPECT_EQ(telling({longest(1)}, full), full);
}

}  // namespace
}  // namespace godwit::mobility
