// What the home agent remembers of a move: the first packet along the new path, and what had to be
// sent again.

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using test::care_of_a;
using test::care_of_b;
using What = mobility::WatchTraffic::What;

std::vector<mobility::Path> watched_paths(const Actions& actions) {
    std::vector<mobility::Path> paths;
    for (const auto& order : test::all<mobility::WatchTraffic>(actions)) {
        if (order.what == What::received_along) {
            paths.push_back(order.path);
        }
    }
    return paths;
}

class BindingMoveRecord : public testing::Test {
  protected:
    BindingMoveRecord() { session_ = home_agent_.complete(home_agent_.hear(noon, update(1))); }

    Actions move(Instant now, std::uint16_t sequence, const wire::CareOfAddress& to,
                 bool tells_reception = true) {
        wire::BindingUpdate asked = update(sequence, to);
        if (tells_reception) {
            asked.options.emplace_back(mobility::to_option({.spi = 0x80000007, .highest = 12}));
        }
        return home_agent_.hear_in_session(now, asked, session_);
    }
    Actions move_because(Instant now, std::uint16_t sequence, const wire::CareOfAddress& to,
                         wire::ExperimentalOption cause) {
        wire::BindingUpdate asked = update(sequence, to);
        asked.options.emplace_back(std::move(cause));
        return home_agent_.hear_in_session(now, asked, session_);
    }
    Actions receive(Instant now) {
        return home_agent_.core.on_traffic(now, {.home = test::home, .what = What::received_along});
    }
    Actions resend(Instant now) {
        return home_agent_.core.on_resent(now, {.home = test::home, .resent = 3, .lost = 1});
    }
    static std::vector<mobility::BindingMoveRecorded> records(const Actions& actions) {
        return test::events<mobility::BindingMoveRecorded>(actions);
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;
};

TEST_F(BindingMoveRecord, WatchesTheNewPath) {
    const Actions actions = move(noon + 1s, 2, care_of_b);
    const auto watched = watched_paths(actions);
    ASSERT_EQ(watched.size(), 1U);
    EXPECT_EQ(watched.at(0).remote, care_of_b.address);
    EXPECT_EQ(watched.at(0).interface, mobility::InterfaceIndex{});
    EXPECT_EQ(watched.at(0).local_port, 0);
}

TEST_F(BindingMoveRecord, IsToldOnceBothAreKnown) {
    (void)move(noon + 1s, 2, care_of_b);
    EXPECT_TRUE(records(receive(noon + 1s + 30ms)).empty());
    const Actions told = resend(noon + 1s + 40ms);
    ASSERT_EQ(records(told).size(), 1U);
    const auto record = records(told).at(0);
    EXPECT_EQ(record.home, test::home);
    EXPECT_EQ(record.from, care_of_a);
    EXPECT_EQ(record.to, care_of_b);
    EXPECT_EQ(record.first_received, 30ms);
    EXPECT_EQ(record.resent, 3U);
    EXPECT_EQ(record.lost, 1U);
    EXPECT_TRUE(test::events<mobility::PacketsResent>(told).empty()) << "it is in the record";
    EXPECT_TRUE(records(home_agent_.core.on_deadline(noon + 2s)).empty()) << "once";
}

TEST_F(BindingMoveRecord, HasTheCauseThatTheMobileNodeTells) {
    const Actions moved = move_because(noon + 1s, 2, care_of_b,
                                       mobility::to_option(mobility::MoveCause::path_silent));
    const auto told = test::events<mobility::BindingMoved>(moved);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).cause, mobility::MoveCause::path_silent);
    EXPECT_EQ(records(receive(noon + 1s + 30ms)).at(0).cause, mobility::MoveCause::path_silent);
}

TEST_F(BindingMoveRecord, HasNoCauseWhereNoneIsTold) {
    const Actions moved = move(noon + 1s, 2, care_of_b, false);
    EXPECT_EQ(test::events<mobility::BindingMoved>(moved).at(0).cause, std::nullopt);
    EXPECT_EQ(records(receive(noon + 1s + 30ms)).at(0).cause, std::nullopt);
}

TEST_F(BindingMoveRecord, TakesACauseThatIsNotKnownHereForNone) {
    const Actions moved = move_because(noon + 1s, 2, care_of_b, {{7, 1, 200}});
    EXPECT_EQ(test::events<mobility::BindingMoved>(moved).at(0).cause, std::nullopt);
    EXPECT_EQ(home_agent_.binding(noon + 1s)->care_of, care_of_b) << "it has moved all the same";
}

TEST_F(BindingMoveRecord, IsToldInEitherOrder) {
    (void)move(noon + 1s, 2, care_of_b);
    EXPECT_TRUE(records(resend(noon + 1s + 1ms)).empty());
    EXPECT_EQ(records(receive(noon + 1s + 30ms)).size(), 1U);
}

TEST_F(BindingMoveRecord, WaitsForNothingToBeResentWhereNothingWasTold) {
    (void)move(noon + 1s, 2, care_of_b, false);
    EXPECT_EQ(records(receive(noon + 1s + 30ms)).size(), 1U);
}

TEST_F(BindingMoveRecord, IsToldAfterHalfASecondAtTheLatest) {
    (void)move(noon + 1s, 2, care_of_b);
    (void)resend(noon + 1s + 1ms);
    EXPECT_TRUE(records(home_agent_.core.on_deadline(noon + 1500ms - 1ms)).empty());
    EXPECT_EQ(home_agent_.core.next_deadline(), noon + 1500ms);
    const Actions told = home_agent_.core.on_deadline(noon + 1500ms);
    ASSERT_EQ(records(told).size(), 1U);
    EXPECT_FALSE(records(told).at(0).first_received);
    EXPECT_EQ(records(told).at(0).resent, 3U);
    EXPECT_TRUE(records(receive(noon + 2s)).empty());
}

TEST_F(BindingMoveRecord, IsToldWhenTheNextMoveBegins) {
    (void)move(noon + 1s, 2, care_of_b);
    const Actions next = move(noon + 1s + 200ms, 3, care_of_a);
    ASSERT_EQ(records(next).size(), 1U);
    EXPECT_EQ(records(next).at(0).to, care_of_b);
    EXPECT_EQ(records(home_agent_.core.on_deadline(noon + 1700ms)).at(0).to, care_of_a);
}

TEST_F(BindingMoveRecord, IsOfMovesOnly) {
    const Actions refreshed = move(noon + 1s, 2, care_of_a);
    EXPECT_TRUE(watched_paths(refreshed).empty());
    const Actions late = resend(noon + 2s);
    EXPECT_TRUE(records(late).empty());
    EXPECT_EQ(test::events<mobility::PacketsResent>(late).at(0).resent, 3U);
    EXPECT_TRUE(test::events<mobility::PacketsResent>(
                    home_agent_.core.on_resent(noon + 3s, {.home = test::home}))
                    .empty())
        << "nothing was to be made good";
}

TEST(BindingMoveRecordOfALaboratory, HasTheCauseThatTheMobileNodeTells) {
    AskedHomeAgent home_agent(Protection::none);
    (void)home_agent.hear(noon, update(1));
    wire::BindingUpdate asked = update(2, care_of_b);
    asked.options.emplace_back(mobility::to_option(mobility::MoveCause::better_path));
    const auto told = test::events<mobility::BindingMoved>(home_agent.hear(noon + 1s, asked));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).cause, mobility::MoveCause::better_path);
}

TEST(BindingMoveRecordOfSeveral, IsOfASwitchToo) {
    AskedHomeAgent home_agent(Protection::sealed);
    const auto along = [](const Link& link) {
        return AskedHomeAgent::native(link.care_of.address);
    };
    const auto session = home_agent.complete(
        home_agent.hear_along(noon, overwriting(identified(1, link_a, 1)), along(link_a)));
    const Actions beside = home_agent.hear_in_session_along(noon + 1s, identified(2, link_b, 2),
                                                            session, along(link_b));
    EXPECT_TRUE(watched_paths(beside).empty());
    const Actions moved = home_agent.hear_in_session_along(noon + 2s, identified(3, link_b, 1),
                                                           session, along(link_b));
    const auto watched = watched_paths(moved);
    ASSERT_EQ(watched.size(), 1U);
    EXPECT_EQ(watched.at(0).remote, link_b.care_of.address);
}

}  // namespace
}  // namespace godwit::server
