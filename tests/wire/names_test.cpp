#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

#include "shared/wire/binding_status.hpp"
#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/icmpv4.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/messages/binding_revocation.hpp"
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
    EXPECT_EQ(name(FlowBindingStatus{128}), "administratively-prohibited");
    EXPECT_EQ(name(FlowBindingStatus{129}), "reason-unspecified");
    EXPECT_EQ(name(FlowBindingStatus{130}), "malformed");
    EXPECT_EQ(name(FlowBindingStatus{131}), "binding-not-found");
    EXPECT_EQ(name(FlowBindingStatus{132}), "flow-not-found");
    EXPECT_TRUE(is_accepted(FlowBindingStatus{127}));
    EXPECT_FALSE(is_accepted(FlowBindingStatus{128}));
}

TEST(RevocationTrigger, HasANameOrIsUnknown) {  // RFC 5846 §5.1
    const std::array<std::string_view, 9> names{"unspecified",
                                                "administrative-reason",
                                                "unknown",
                                                "unknown",
                                                "unknown",
                                                "user-initiated-session-termination",
                                                "access-network-session-termination",
                                                "possible-out-of-sync-binding-cache",
                                                "unknown"};
    for (std::size_t number = 0; number < names.size(); ++number) {
        EXPECT_EQ(name(static_cast<RevocationTrigger>(number)), names.at(number));
    }
}

TEST(ParseError, HasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (unsigned number = 0; number <= static_cast<unsigned>(ParseError::not_from_this_link);
         ++number) {
        names.insert(name(static_cast<ParseError>(number)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(ParseError::not_from_this_link) + 1);
}

TEST(Icmpv4, TellsErrorsFromQuestionsAndAnswers) {  // RFC 1122 §3.2.2
    std::set<unsigned> errors;
    for (unsigned type = 0; type < 256; ++type) {
        if (is_icmpv4_error(static_cast<std::uint8_t>(type))) {
            errors.insert(type);
        }
    }
    EXPECT_EQ(errors, (std::set<unsigned>{3, 4, 5, 11, 12}));
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
