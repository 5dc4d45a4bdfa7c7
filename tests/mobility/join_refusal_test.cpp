#include "shared/mobility/join_refusal.hpp"

#include <gtest/gtest.h>

namespace godwit::mobility {
namespace {

TEST(JoinRefusal, HasTheOctetsOfItsPicture) {
    EXPECT_EQ(to_option(JoinRefusal::spent_invite).data, (wire::Bytes{6, 1, 3}));
}

TEST(JoinRefusal, IsFoundAmongOtherOptions) {
    const wire::MobilityOptions options{wire::ExperimentalOption{{5, 1}},
                                        to_option(JoinRefusal::not_durable)};
    EXPECT_EQ(join_refusal(options), JoinRefusal::not_durable);
    EXPECT_EQ(join_refusal({}), std::nullopt);
}

TEST(JoinRefusal, IsNoneWhereItIsOfAnotherVersionOrReasonOrCutShort) {
    for (const wire::Bytes& data : {wire::Bytes{6, 2, 1}, wire::Bytes{6, 1, 0},
                                    wire::Bytes{6, 1, 7}, wire::Bytes{6, 1}, wire::Bytes{}}) {
        EXPECT_EQ(join_refusal({wire::ExperimentalOption{data}}), std::nullopt);
    }
}

}  // namespace
}  // namespace godwit::mobility
