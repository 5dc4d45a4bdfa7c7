#include "client/core/target.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using test::ip;

mobility::CandidateAddress candidate(std::string_view address, std::uint32_t interface) {
    return {.interface = {interface}, .address = ip(address)};
}

Target away(const mobility::CandidateAddress& there) {
    return Away{.care_of = there, .path = {}};
}

TEST(AMove, KnowsItsCause) {
    using mobility::MoveCause;
    const auto a = candidate("2001:db8:a::2", 1);
    const auto b = candidate("2001:db8:b::2", 2);
    const Target home = AtHome{{.interface = {3}, .router = ip("fe80::1")}};
    EXPECT_EQ(cause_of_move(Nowhere{}, away(a), {.candidates = {a}, .home = {}}),
              MoveCause::first_attachment);
    EXPECT_EQ(cause_of_move(away(a), away(b), {.candidates = {b}, .home = {}}),
              MoveCause::address_lost);
    EXPECT_EQ(cause_of_move(away(a), away(b), {.candidates = {a, b}, .home = {}}),
              MoveCause::better_path);
    EXPECT_EQ(cause_of_move(away(a), home, {}), MoveCause::returned_home);
    EXPECT_EQ(cause_of_move(home, away(a), {}), MoveCause::left_home);
}

TEST(AMove, IsOfAnAddressLostWhereItIsNoLongerGoodForAnything) {
    const auto b = candidate("2001:db8:b::2", 2);
    for (const auto flag :
         {&mobility::CandidateAddress::tentative, &mobility::CandidateAddress::deprecated,
          &mobility::CandidateAddress::abandoned}) {
        auto a = candidate("2001:db8:a::2", 1);
        a.*flag = true;
        EXPECT_EQ(cause_of_move(away(a), away(b), {.candidates = {a, b}, .home = {}}),
                  mobility::MoveCause::address_lost);
    }
}

TEST(APlace, IsTheSameByInterfaceAndAddress) {
    const auto a = candidate("2001:db8:a::2", 1);
    EXPECT_TRUE(is_same_place(Nowhere{}, Nowhere{}));
    EXPECT_FALSE(is_same_place(Nowhere{}, away(a)));
    EXPECT_TRUE(is_same_place(away(a), away(a)));
    EXPECT_FALSE(is_same_place(away(a), away(candidate("2001:db8:a::2", 2))));
    EXPECT_FALSE(is_same_place(away(a), away(candidate("2001:db8:a::3", 1))));
    const AtHome home{{.interface = {3}, .router = ip("fe80::1")}};
    const AtHome by_another_router{{.interface = {3}, .router = ip("fe80::2")}};
    EXPECT_TRUE(is_same_place(home, by_another_router));
}

}  // namespace
}  // namespace godwit::client
