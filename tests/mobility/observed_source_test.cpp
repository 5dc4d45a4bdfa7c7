#include "shared/mobility/observed_source.hpp"

#include <gtest/gtest.h>

namespace godwit::mobility {
namespace {

const ObservedSource seen{.address = wire::Ipv6Address::mapped({{203, 0, 113, 7}}), .port = 0x1234};

TEST(ObservedSource, TravelsAsADocumentedOption) {
    const wire::Bytes wanted{9, 1, 0,    0,    0,   0, 0,   0, 0,    0,
                             0, 0, 0xff, 0xff, 203, 0, 113, 7, 0x12, 0x34};
    EXPECT_EQ(to_option(seen).data, wanted);
    EXPECT_EQ(observed_source({to_option(seen)}), seen);
}

TEST(ObservedSource, IsFoundAmongOtherOptions) {
    EXPECT_EQ(observed_source({wire::ExperimentalOption{{6, 1, 1}}, to_option(seen)}), seen);
    EXPECT_EQ(observed_source({}), std::nullopt);
}

TEST(ObservedSource, IsPassedOverWhereItIsShortOrOfAnotherVersion) {
    wire::ExperimentalOption option = to_option(seen);
    option.data.pop_back();
    EXPECT_EQ(observed_source({option}), std::nullopt);
    option = to_option(seen);
    option.data[1] = 2;
    EXPECT_EQ(observed_source({option}), std::nullopt);
}

}  // namespace
}  // namespace godwit::mobility
