#include "shared/runtime/confinement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string doctors_word(const Json& system_calls) {
    return text_of(confinement_findings(system_calls));
}

TEST(Confinement, IsSoundWhereCallsAreFiltered) {
    const Confinement filtered{.is_filtered = true};
    EXPECT_THAT(complaints(filtered), IsEmpty());
    EXPECT_TRUE(is_all_well(confinement_findings(to_json(filtered))));
    EXPECT_THAT(doctors_word(to_json(filtered)), HasSubstr("only those that it needs"));
}

TEST(Confinement, TellsWhyCallsAreNotFiltered) {
    const Json told = to_json({.is_filtered = false, .reason = "Invalid argument"});
    EXPECT_EQ(told.at("reason"), "Invalid argument");
    EXPECT_THAT(doctors_word(told), HasSubstr("may make any: Invalid argument"));
    EXPECT_TRUE(is_all_well(confinement_findings(told))) << "a kernel without it is no fault";
}

TEST(Confinement, ComplainsOfEachCallThatWasRefused) {
    const Confinement surprised{.is_filtered = true, .refused = {"mincore", "splice"}};
    EXPECT_THAT(complaints(surprised), ElementsAre(HasSubstr("mincore"), HasSubstr("splice")));
    EXPECT_EQ(to_json(surprised).at("refused").dump(), R"(["mincore","splice"])");
}

TEST(Confinement, IsNotSpokenOfWhereAnOlderDaemonKnowsNothingOfIt) {
    EXPECT_THAT(confinement_findings(Json()), IsEmpty());
}

}  // namespace
}  // namespace godwit::runtime
