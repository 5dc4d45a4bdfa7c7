// A mobile node whose program is about to end, and one whose links are about to be others.

#include "tests/client/laboratory_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::care_of_b;

TEST(State, HasANameOfItsOwn) {
    EXPECT_EQ(name(State::unattached), "unattached");
    EXPECT_EQ(name(State::registering), "registering");
    EXPECT_EQ(name(State::registered), "registered");
    EXPECT_EQ(name(State::home), "home");
    EXPECT_EQ(name(State::revoked), "revoked");
    EXPECT_EQ(name(State{99}), "unknown");
}

TEST(LeavingNode, SaysAgainWhatTheHomeAgentHasNotAcknowledged) {
    LaboratoryNode node;
    (void)node.acknowledge(noon, node.core.on_attachments(noon, at(care_of_a)));
    (void)node.core.on_stop(noon + 10s);
    const auto due = node.core.next_deadline();
    ASSERT_TRUE(due);
    const auto again = test::messages<wire::BindingUpdate>(node.core.on_deadline(*due));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again.at(0).lifetime, 0s);
}

// The home agent may have heard the update of the move; the place before may be gone.
TEST(LeavingNode, GivesUpAlongTheNewPathToo) {
    LaboratoryNode node;
    (void)node.arrive(noon, at(care_of_a));
    (void)node.core.on_attachments(noon + 10s, at(care_of_b));
    const Actions left = node.core.on_stop(noon + 10100ms);
    EXPECT_EQ(update_in(left).path.local, care_of_b.address);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(left).at(0).lifetime, 0s);
    const auto due = node.core.next_deadline();
    ASSERT_TRUE(due);
    const Actions next = node.core.on_deadline(*due);
    EXPECT_EQ(update_in(next).path.local, care_of_a.address);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(next).at(0).lifetime, 0s);
}

TEST(LeavingNode, MakesNothingOfWhatItHearsMeanwhile) {
    LaboratoryNode node;
    (void)node.acknowledge(noon, node.core.on_attachments(noon, at(care_of_a)));
    (void)node.core.on_stop(noon + 10s);
    EXPECT_TRUE(node.core
                    .on_traffic(noon + 10s, {.home = test::home,
                                             .what = mobility::WatchTraffic::What::any_sent})
                    .empty());
}

TEST(LeavingNode, HasNothingToGiveUpWhereNothingWasSent) {
    LaboratoryNode node;
    (void)node.core.on_attachments(noon, at_home);
    EXPECT_TRUE(test::messages<wire::BindingUpdate>(node.core.on_stop(noon + 10s)).empty());
}

TEST(LetThroughNode, AsksForWhatIsUnansweredAsIfForTheFirstTime) {
    LaboratoryNode node;
    const Actions asked = node.core.on_attachments(noon, at(care_of_a));
    EXPECT_TRUE(node.core.on_let_through(noon + 10ms).empty()) << "it has just asked";
    (void)node.core.on_deadline(noon + 1500ms);
    (void)node.core.on_deadline(noon + 4500ms);
    EXPECT_EQ(test::messages<wire::BindingUpdate>(node.core.on_let_through(noon + 5s)).size(), 1U);
    EXPECT_EQ(node.core.next_deadline(), noon + 6500ms) << "1.5 s, RFC 6275 §13";
    (void)asked;
}

TEST(LetThroughNode, HasNothingToAskWhenAllIsAnswered) {
    LaboratoryNode node;
    (void)node.acknowledge(noon, node.core.on_attachments(noon, at(care_of_a)));
    EXPECT_TRUE(node.core.on_let_through(noon + 10s).empty());
}

TEST(LetThroughNode, AsksAgainForTheBindingThatItHas) {
    LaboratoryNode node;
    (void)node.acknowledge(noon, node.core.on_attachments(noon, at(care_of_a)));
    (void)node.hear(noon + 10s, wire::BindingRefreshRequest{});
    for (Instant now = noon + 10s; now < noon + 20s; now += 500ms) {
        (void)node.core.on_deadline(now);
    }
    EXPECT_EQ(test::messages<wire::BindingUpdate>(node.core.on_let_through(noon + 20s)).size(), 1U);
}

}  // namespace
}  // namespace godwit::client
