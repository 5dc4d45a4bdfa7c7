#include "shared/mobility/move_cause.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

using enum MoveCause;

TEST(MoveCause, HasTheOctetsOfItsPicture) {
    EXPECT_EQ(to_option(path_silent).data, (wire::Bytes{7, 1, 4}));
}

TEST(MoveCause, HasANumberOnTheWireThatStays) {
    const std::vector<MoveCause> in_order{first_attachment, address_lost,  better_path,
                                          path_silent,      returned_home, left_home};
    std::uint8_t number = 0;
    for (const MoveCause cause : in_order) {
        EXPECT_EQ(to_option(cause).data, (wire::Bytes{7, 1, ++number})) << name(cause);
        EXPECT_EQ(move_cause({to_option(cause)}), cause);
    }
}

TEST(MoveCause, IsFoundAmongOtherOptions) {
    const wire::MobilityOptions options{wire::ExperimentalOption{{5, 1}}, to_option(address_lost),
                                        to_option(left_home)};
    EXPECT_EQ(move_cause(options), address_lost) << "the first";
    EXPECT_EQ(move_cause({}), std::nullopt);
}

TEST(MoveCause, IsNoneWhereItIsCutShortOrTooLongOrNotKnownHere) {
    for (const wire::Bytes& data :
         {wire::Bytes{}, wire::Bytes{7}, wire::Bytes{7, 1}, wire::Bytes{7, 1, 2, 0},
          wire::Bytes(255, 7), wire::Bytes{7, 1, 0}, wire::Bytes{7, 1, 7}, wire::Bytes{7, 1, 255},
          wire::Bytes{7, 2, 2}, wire::Bytes{6, 1, 2}}) {
        EXPECT_EQ(move_cause({wire::ExperimentalOption{data}}), std::nullopt) << data.size();
    }
}

}  // namespace
}  // namespace godwit::mobility
