// Where the home agent does not want the node to be (status 174, RFC 6275 §11.7.3), or does not
// hear it (§11.8), of each place.

#include <set>

#include "client/core/home_registration.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using test::ip;
using enum wire::BindingStatus;

const Path native = RegisteringNode::path_from(test::care_of_b.address);
const Path in_udp{.encapsulation = Encapsulation::udp,
                  .interface = {1},
                  .local = test::care_of_b.address,
                  .remote = ip("2001:db8:e::2"),
                  .remote_port = 4191};
const Path elsewhere{.encapsulation = Encapsulation::udp,
                     .interface = {2},
                     .local = ip("::ffff:192.168.1.7"),
                     .remote = ip("::ffff:203.0.113.2"),
                     .remote_port = 4191};

class RefusedPlace : public testing::Test {
  protected:
    Actions register_along(Instant now, const std::vector<Path>& paths) {
        Actions actions;
        node.core.register_paths(now, paths, actions);
        return actions;
    }
    Actions refuse(Instant now, const Actions& asked) {
        return node.hear_answer(now, asked, {.status = invalid_care_of_address});
    }

    RegisteringNode node{Protection::sealed};
};

TEST_F(RefusedPlace, IsAskedAboutEachThirtyTwoSecondsUnderTheSession) {
    node.become_registered(noon);
    Instant now = noon + 10s;
    refuse(now, register_along(now, {native}));
    for (int time = 0; time < 4; ++time) {
        EXPECT_TRUE(node.run_timer(now + 32s - 1ns).empty());
        now += 32s;
        const Actions again = node.run_timer(now);
        EXPECT_FALSE(is_by_handshake(again)) << "the home agent answers under it";
        refuse(now, again);
    }
}

TEST_F(RefusedPlace, IsLeftOutOfTheTryAndTheOthersHaveTheirTurnAtOnce) {
    refuse(noon + 10ms, register_along(noon, {native, in_udp, elsewhere}));
    const Actions next = node.run_timer(noon + 10ms);
    EXPECT_EQ(update_in(next).path, elsewhere) << "in_udp is the same place";
    node.hear_answer(noon + 20ms, next);
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::registered);
}

TEST_F(RefusedPlace, LetsThoseThatAreAskedAlreadyHaveTheirTime) {
    const Actions first = register_along(noon, {native, elsewhere});
    (void)node.run_timer(noon + 50ms);
    refuse(noon + 60ms, first);
    EXPECT_EQ(node.core.next_deadline(), noon + 1500ms);
    EXPECT_EQ(update_in(node.run_timer(noon + 1500ms)).path, elsewhere);
}

TEST_F(RefusedPlace, UnderASessionDataFollowsToTheNextThatIsTaken) {
    node.become_registered(noon);
    refuse(noon + 10s, register_along(noon + 10s, {native, in_udp, elsewhere}));
    const Actions next = node.run_timer(noon + 10s);
    EXPECT_EQ(update_in(next).path, elsewhere);
    EXPECT_FALSE(is_by_handshake(next));
    const Actions taken = node.hear_answer(noon + 10s + 40ms, next);
    EXPECT_EQ(node.core.binding(noon + 11s)->path, elsewhere);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(taken).at(0).path, elsewhere);
}

TEST_F(RefusedPlace, IsAskedAboutAgainWithAllOthersWhenAllAreRefused) {
    refuse(noon, register_along(noon, {native, elsewhere}));
    refuse(noon + 10ms, node.run_timer(noon + 10ms));
    EXPECT_EQ(node.core.next_deadline(), noon + 10ms + 32s);
    EXPECT_EQ(update_in(node.run_timer(noon + 10ms + 32s)).path, native);
}

TEST_F(RefusedPlace, DoesNotKeepAnotherThatIsOfferedLaterFromBeingAsked) {
    refuse(noon, register_along(noon, {native}));
    EXPECT_EQ(update_in(node.offer(noon + 5s, {native, elsewhere})).path, elsewhere);
}

TEST_F(RefusedPlace, WaitsWhileOneThatIsOfferedLaterIsAskedAboutAgain) {
    refuse(noon, register_along(noon, {native}));
    (void)node.offer(noon + 5s, {native, elsewhere});
    for (const Instant due : {noon + 6500ms, noon + 9500ms, noon + 15500ms}) {
        EXPECT_EQ(node.core.next_deadline(), due);
        EXPECT_EQ(update_in(node.run_timer(due)).path, elsewhere);
    }
}

TEST_F(RefusedPlace, IsNotAskedAboutSoonerForALinkThatFlaps) {
    refuse(noon, register_along(noon, {native}));
    (void)node.offer(noon + 1s, {elsewhere});
    EXPECT_TRUE(node.offer(noon + 2s, {elsewhere, native}).empty());
}

class UnansweredPlace : public RefusedPlace {
  protected:
    // So often that it is asked about each 32 s.
    void ask_in_vain() {
        (void)register_along(noon, {native});
        for (const auto after : {1500ms, 4500ms, 10500ms, 22500ms, 46500ms}) {
            ASSERT_EQ(update_in(node.run_timer(noon + after)).path, native);
        }
        ASSERT_EQ(node.core.next_deadline(), noon + 78500ms);
    }
};

TEST_F(UnansweredPlace, DoesNotKeepOneThatIsOfferedLaterInItsBackOff) {
    ask_in_vain();
    EXPECT_EQ(update_in(node.offer(noon + 50s, {native, elsewhere})).path, elsewhere);
    EXPECT_EQ(node.core.next_deadline(), noon + 51500ms);
    EXPECT_EQ(update_in(node.run_timer(noon + 51500ms)).path, native);
    EXPECT_EQ(update_in(node.run_timer(noon + 51550ms)).path, elsewhere);
    EXPECT_EQ(node.core.next_deadline(), noon + 54500ms) << "twice as long as before";
}

TEST_F(UnansweredPlace, IsNotNewEachTimeItsLinkFlaps) {
    ask_in_vain();
    (void)node.offer(noon + 50s, {native, elsewhere});
    (void)node.run_timer(noon + 51500ms);
    (void)node.run_timer(noon + 51550ms);
    (void)node.offer(noon + 52s, {native});
    EXPECT_EQ(update_in(node.offer(noon + 52100ms, {native, elsewhere})).path, elsewhere);
    EXPECT_EQ(node.core.next_deadline(), noon + 54500ms);
}

TEST_F(UnansweredPlace, IsNewAgainAfterALongTime) {
    ask_in_vain();
    (void)node.offer(noon + 50s, {native, elsewhere});
    (void)node.offer(noon + 51s, {native});
    for (const auto after : {51500ms, 54500ms, 60500ms, 72500ms}) {
        (void)node.run_timer(noon + after);
    }
    ASSERT_EQ(node.core.next_deadline(), noon + 96500ms);
    (void)node.offer(noon + 83s, {native, elsewhere});
    EXPECT_EQ(node.core.next_deadline(), noon + 84500ms);
}

TEST_F(UnansweredPlace, AreAskedAboutThriceASecondAtMostHoweverManyAreNew) {
    ask_in_vain();
    std::size_t asked = 0;
    Path next = elsewhere;
    for (Instant now = noon + 50s; now < noon + 51s; now += 20ms) {
        ++next.local.octets.back();
        asked += test::messages<wire::BindingUpdate>(node.offer(now, {native, next})).size();
        asked += test::messages<wire::BindingUpdate>(node.run_timer(now)).size();
    }
    EXPECT_EQ(asked, 3U);
}

TEST_F(UnansweredPlace, IsAskedAboutNoLaterForOthersThatAreNew) {
    ask_in_vain();
    (void)node.offer(noon + 77500ms, {native, elsewhere});
    EXPECT_EQ(node.core.next_deadline(), noon + 78500ms);
    EXPECT_EQ(update_in(node.run_timer(noon + 78500ms)).path, native);
}

}  // namespace
}  // namespace godwit::client
