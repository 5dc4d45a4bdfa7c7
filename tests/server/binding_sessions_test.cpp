#include "server/core/binding_sessions.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using mobility::SessionId;
using test::noon;

constexpr SessionId first{0x80000001};
constexpr SessionId second{0x80000002};
constexpr SessionId third{0x80000003};

std::vector<SessionId> ended(const mobility::Actions& actions) {
    std::vector<SessionId> sessions;
    for (const mobility::Action& action : actions) {
        sessions.push_back(std::get<mobility::EndSession>(action).session);
    }
    return sessions;
}

TEST(BindingSessions, UseTheFirstAtOnce) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(noon, first, actions);
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_TRUE(actions.empty());
}

TEST(BindingSessions, UseTheNextOnlyOnceItHasBeenHeard) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(noon, first, actions);
    sessions.add(noon, second, actions);
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_FALSE(sessions.on_heard(noon, first, actions));
    EXPECT_TRUE(sessions.on_heard(noon, second, actions));
    EXPECT_EQ(sessions.in_use(), second);
    EXPECT_TRUE(actions.empty()) << "the one before still opens";
}

TEST(BindingSessions, EndTheOneBeforeAfter30Seconds) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(noon, first, actions);
    sessions.add(noon, second, actions);
    EXPECT_FALSE(sessions.next_deadline());
    sessions.on_heard(noon, second, actions);
    EXPECT_EQ(sessions.next_deadline(), noon + 30s);
    sessions.end_previous(actions);
    EXPECT_EQ(ended(actions), std::vector{first});
    EXPECT_FALSE(sessions.next_deadline());
}

TEST(BindingSessions, ForgetOneThatWasNeverHeardWhenAnotherComes) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(noon, first, actions);
    sessions.add(noon, second, actions);
    sessions.add(noon, third, actions);
    EXPECT_EQ(ended(actions), std::vector{second});
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_EQ(sessions.unconfirmed(), third);
}

TEST(BindingSessions, EndAllOfThemTogether) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(noon, first, actions);
    sessions.add(noon, second, actions);
    sessions.on_heard(noon, second, actions);
    sessions.add(noon, third, actions);
    sessions.end_all(actions);
    EXPECT_THAT(ended(actions), testing::UnorderedElementsAre(first, second, third));
    EXPECT_FALSE(sessions.in_use());
}

}  // namespace
}  // namespace godwit::server
