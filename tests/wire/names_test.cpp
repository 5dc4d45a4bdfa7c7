#include <gtest/gtest.h>

#include "shared/wire/binding_status.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {
namespace {

using namespace std::chrono_literals;

TEST(BindingStatus, Below128MeansAcceptedUnknownValuesToo) {
    EXPECT_TRUE(is_accepted(BindingStatus{0}));
    EXPECT_TRUE(is_accepted(BindingStatus{127}));
    EXPECT_FALSE(is_accepted(BindingStatus{128}));
    EXPECT_FALSE(is_accepted(BindingStatus{255}));
}

TEST(BindingStatus, HasANameOrKeepsItsNumber) {
    EXPECT_EQ(name(BindingStatus::accepted), "accepted");
    EXPECT_EQ(name(BindingStatus::sequence_number_out_of_window), "sequence-number-out-of-window");
    EXPECT_EQ(name(BindingStatus{174}), "invalid-care-of-address");
    EXPECT_EQ(name(BindingStatus{77}), "status-77");
}

TEST(FlowBindingStatus, HasANameOrKeepsItsNumber) {
    EXPECT_EQ(name(FlowBindingStatus::accepted), "accepted");
    EXPECT_EQ(name(FlowBindingStatus{133}), "selector-format-not-supported");
    EXPECT_EQ(name(FlowBindingStatus{77}), "status-77");
    EXPECT_TRUE(is_accepted(FlowBindingStatus{127}));
    EXPECT_FALSE(is_accepted(FlowBindingStatus{128}));
}

TEST(ParseError, HasANameForTheCounters) {
    EXPECT_EQ(name(ParseError::bad_checksum), "bad-checksum");
    EXPECT_EQ(name(ParseError::not_from_this_link), "not-from-this-link");
}

TEST(Lifetime, CountsUnitsOfFourSeconds) {
    EXPECT_EQ(std::chrono::seconds(Lifetime(105)), 420s);
    EXPECT_EQ(std::chrono::seconds(max_lifetime), 262140s);
}

}  // namespace
}  // namespace godwit::wire
