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
constexpr SessionId fourth{0x80000004};

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
    sessions.add(first, actions);
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_TRUE(actions.empty());
}

TEST(BindingSessions, UseTheNextOnlyOnceItHasBeenHeard) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(first, actions);
    sessions.add(second, actions);
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_FALSE(sessions.on_heard(noon, first, actions));
    EXPECT_TRUE(sessions.on_heard(noon, second, actions));
    EXPECT_EQ(sessions.in_use(), second);
    EXPECT_TRUE(actions.empty()) << "the one before still opens";
}

TEST(BindingSessions, EndTheOneBeforeAfter30Seconds) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(first, actions);
    sessions.add(second, actions);
    EXPECT_FALSE(sessions.next_deadline());
    sessions.on_heard(noon, second, actions);
    EXPECT_EQ(sessions.next_deadline(), noon + 30s);
    sessions.end_previous(actions);
    EXPECT_EQ(ended(actions), std::vector{first});
    EXPECT_FALSE(sessions.next_deadline());
}

// Their updates were sent again and again; the mobile node keeps the one whose answer comes first.
TEST(BindingSessions, UseWhicheverIsHeardOfThoseThatWait) {
    BindingSessions sessions;
    mobility::Actions actions;
    for (const SessionId session : {first, second, third, fourth}) {
        sessions.add(session, actions);
    }
    EXPECT_EQ(sessions.in_use(), first);
    EXPECT_TRUE(sessions.on_heard(noon, third, actions));
    EXPECT_EQ(sessions.in_use(), third);
    EXPECT_EQ(ended(actions), std::vector{second}) << "it is older";
    EXPECT_TRUE(sessions.on_heard(noon, fourth, actions)) << "that of a later update";
    EXPECT_EQ(sessions.in_use(), fourth);
    EXPECT_EQ(ended(actions), (std::vector{second, first}));
    EXPECT_FALSE(sessions.on_heard(noon, second, actions));
}

TEST(BindingSessions, EndTheOldestOfMoreThanFourThatWait) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(first, actions);
    for (std::uint32_t number = 0; number < BindingSessions::max_unconfirmed; ++number) {
        sessions.add({second.spi + number}, actions);
    }
    EXPECT_TRUE(actions.empty());
    sessions.add({second.spi + BindingSessions::max_unconfirmed}, actions);
    EXPECT_EQ(ended(actions), std::vector{second});
    EXPECT_TRUE(sessions.contains(third));
}

TEST(BindingSessions, EndAllOfThemTogether) {
    BindingSessions sessions;
    mobility::Actions actions;
    sessions.add(first, actions);
    sessions.add(second, actions);
    sessions.on_heard(noon, second, actions);
    sessions.add(third, actions);
    sessions.end_all(actions);
    EXPECT_THAT(ended(actions), testing::UnorderedElementsAre(first, second, third));
    EXPECT_FALSE(sessions.in_use());
}

}  // namespace
}  // namespace godwit::server
