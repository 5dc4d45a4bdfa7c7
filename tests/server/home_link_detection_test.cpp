// RFC 6275 §10.3.1, RFC 4862 §5.4: whether somebody has a home address before it is bound.

#include <gmock/gmock.h>

#include "tests/server/home_link.hpp"

namespace godwit::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// RFC 6275 §11.5.5: who comes home after its binding has ended looks for duplicates itself.
TEST_F(HomeLinkDefenceTest, LetsTheMobileNodeHaveItsAddressAtHome) {
    (void)defence_.allocate(noon, test::home);
    auto later = finish();
    EXPECT_THAT(sent_on(later, probe()), IsEmpty()) << "it has never been away";
    (void)defence_.bind(later, test::home);
    (void)defence_.release(test::home);
    EXPECT_THAT(sent_on(later, probe()), IsEmpty()) << "it is back";
    EXPECT_THAT(defence_.disputed(later), IsEmpty());
}

TEST_F(HomeLinkDefenceTest, FindsOutAgainOnceSomebodyHasLookedForDuplicates) {
    (void)defence_.allocate(noon, test::home);
    const auto later = finish();
    (void)defence_.on_packet(later, probe());
    const HomeLinkDefence::Judgement judgement = defence_.judge(later + 1h, test::home);
    EXPECT_EQ(judgement.claim, AddressClaim::undecided);
    EXPECT_THAT(judgement.actions.send, ElementsAre(own_probe()));
}

TEST_F(HomeLinkDefenceTest, FindsOutAgainOnceTheLinkIsBack) {
    (void)defence_.allocate(noon, test::home);
    const auto later = finish();
    defence_.on_link_back(later);
    const HomeLinkDefence::Judgement judgement = defence_.judge(later, test::home);
    EXPECT_EQ(judgement.claim, AddressClaim::undecided);
    EXPECT_THAT(judgement.actions.send, ElementsAre(own_probe()));
    EXPECT_THAT(defence_.on_deadline(later).send, IsEmpty()) << "once is enough";
    EXPECT_EQ(defence_.judge(finish(), test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, AsksOnceMoreWhatItAskedWhileTheLinkWasGone) {
    (void)defence_.judge(noon, test::home);
    defence_.on_link_back(noon + 900ms);
    EXPECT_THAT(defence_.on_deadline(noon + 1s).send, ElementsAre(own_probe()));
    EXPECT_EQ(defence_.judge(noon + 1s, test::home).claim, AddressClaim::undecided);
    EXPECT_THAT(defence_.on_packet(noon + 1100ms, claim()).disputed, SizeIs(1));
    EXPECT_EQ(defence_.judge(noon + 2s, test::home).claim, AddressClaim::taken);
}

TEST_F(HomeLinkDefenceTest, KnowsNothingOfWhatItOnlyAskedAboutOnceTheLinkIsBack) {
    (void)defence_.judge(noon, test::home);
    (void)defence_.on_deadline(noon + 1s);
    defence_.on_link_back(noon + 2s);
    EXPECT_EQ(defence_.judge(noon + 3s, test::home).claim, AddressClaim::undecided);
}

TEST_F(HomeLinkDefenceTest, FindsOutBeforeTheFirstBinding) {
    const HomeLinkDefence::Judgement first = defence_.judge(noon, test::home);
    EXPECT_EQ(first.claim, AddressClaim::undecided);
    EXPECT_THAT(first.actions.send, ElementsAre(own_probe()));
    EXPECT_EQ(defence_.next_deadline(), noon + 1s);
    (void)defence_.on_deadline(noon + 1s);
    EXPECT_EQ(defence_.judge(noon + 1500ms, test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, GivesNoAddressThatSomebodyHas) {
    (void)defence_.judge(noon, test::home);
    EXPECT_THAT(defence_.on_packet(noon + 10ms, claim()).disputed, SizeIs(1));
    EXPECT_EQ(defence_.judge(noon + 1500ms, test::home).claim, AddressClaim::taken);
    finish();
    EXPECT_EQ(defence_.judge(noon + 20s, test::home).claim, AddressClaim::undecided)
        << "it may be free by now";
}

TEST_F(HomeLinkDefenceTest, GivesNoAddressThatSomebodyIsAboutToTake) {  // RFC 4862 §5.4.3
    (void)defence_.judge(noon, test::home);
    (void)defence_.on_packet(noon + 10ms, probe());
    EXPECT_EQ(defence_.judge(noon + 1500ms, test::home).claim, AddressClaim::taken);
}

TEST_F(HomeLinkDefenceTest, FindsOutAheadOfTimeAboutWhatIsAllocated) {
    (void)defence_.allocate(noon, test::home);
    finish();
    EXPECT_EQ(defence_.judge(noon + 1min, test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, DoesNotMistakeAMobileNodeAtHomeForSomebodyElse) {
    (void)defence_.allocate(noon, test::home);
    (void)defence_.on_deadline(noon + 1ms);
    const DefenceActions actions = defence_.on_packet(noon + 10ms, claim());
    EXPECT_THAT(actions.disputed, IsEmpty());
    EXPECT_EQ(defence_.judge(noon + 1min, test::home).claim, AddressClaim::undecided);
    (void)defence_.on_deadline(noon + 1min + 1s);
    EXPECT_EQ(defence_.judge(noon + 1min + 1500ms, test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, DelaysNoneThatHasBeenHomeMeanwhile) {
    (void)defence_.allocate(noon, test::home);
    bind();
    (void)defence_.release(test::home);
    EXPECT_EQ(defence_.judge(noon + 1min, test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, DelaysNoneThatWasBoundBeforeARestart) {
    (void)defence_.allocate(noon, test::home);
    defence_.vouch_for(test::home);
    EXPECT_EQ(defence_.judge(noon, test::home).claim, AddressClaim::free);
    EXPECT_FALSE(defence_.next_deadline());
}

TEST_F(HomeLinkDefenceTest, VouchesForNothingThatHasNotBeenGivenAway) {
    defence_.vouch_for(test::home);
    EXPECT_EQ(defence_.judge(noon, test::home).claim, AddressClaim::undecided);
}

TEST_F(HomeLinkDefenceTest, DelaysNoneThatIsVouchedForWhileItFindsOut) {
    (void)defence_.allocate(noon, test::home);
    (void)defence_.judge(noon, test::home);
    defence_.vouch_for(test::home);
    EXPECT_FALSE(defence_.next_deadline());
    EXPECT_EQ(defence_.judge(noon + 10ms, test::home).claim, AddressClaim::free);
    defence_.vouch_for(test::home);
    EXPECT_EQ(defence_.judge(noon + 20ms, test::home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, LetsNewcomersHaveWhatWasOnlyAskedAbout) {
    (void)defence_.judge(noon, test::home);
    (void)defence_.on_deadline(noon + 1s);
    EXPECT_THAT(sent_on(noon + 2s, probe()), IsEmpty());
}

TEST_F(HomeLinkDefenceTest, EachFirstBindingOfWhatHasNotBeenGivenAwayWaits) {
    bind();
    (void)defence_.release(test::home);
    EXPECT_EQ(defence_.judge(noon + 1min, test::home).claim, AddressClaim::undecided);
}

class WithoutDetection : public HomeLinkDefenceTest {
  protected:
    WithoutDetection() : HomeLinkDefenceTest({.probes = 0}) {}
};

TEST_F(WithoutDetection, EveryAddressIsFree) {  // DupAddrDetectTransmits, RFC 4862 §5.1
    const HomeLinkDefence::Judgement judgement = defence_.judge(noon, test::home);
    EXPECT_EQ(judgement.claim, AddressClaim::free);
    EXPECT_THAT(judgement.actions.send, IsEmpty());
    (void)defence_.allocate(noon, test::home);
    EXPECT_FALSE(defence_.next_deadline()) << "nothing is found out ahead of time either";
}

}  // namespace
}  // namespace godwit::server
