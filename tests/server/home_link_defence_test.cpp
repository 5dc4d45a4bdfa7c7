#include <gmock/gmock.h>

#include "tests/server/home_link.hpp"

namespace godwit::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(HomeLinkDefenceTest, AnswersMulticastSolicitationsForABoundAddress) {
    bind();
    EXPECT_THAT(sent_on(noon, multicast_solicitation()), ElementsAre(answer()));
}

TEST_F(HomeLinkDefenceTest, AnswersTheUnicastProbesOfUnreachabilityDetection) {
    bind();
    EXPECT_THAT(sent_on(noon, solicitation(gateways_address, test::home.address)),
                ElementsAre(answer()));
}

TEST_F(HomeLinkDefenceTest, AnswersToTheLinkLayerAddressThatTheSolicitationNames) {
    bind();
    NeighborPacket asked = multicast_solicitation();
    std::get<wire::NeighborSolicitation>(asked.message).options.source_link_layer =
        wire::LinkLayerAddress{2, 0, 0x5e, 0, 1, 7};
    EXPECT_EQ(sent_on(noon, asked).at(0).link_layer, (wire::LinkLayerAddress{2, 0, 0x5e, 0, 1, 7}));
}

TEST_F(HomeLinkDefenceTest, SaysNothingOfAnAddressThatIsNotBound) {
    EXPECT_THAT(sent_on(noon, multicast_solicitation()), IsEmpty());
    (void)defence_.allocate(noon, test::home);
    EXPECT_THAT(sent_on(noon, multicast_solicitation()), IsEmpty());
    bind();
    (void)defence_.release(test::home);
    EXPECT_THAT(sent_on(noon, multicast_solicitation()), IsEmpty());
    EXPECT_THAT(sent_on(noon, claim()), IsEmpty()) << "the mobile node is home again";
}

TEST_F(HomeLinkDefenceTest, AnnouncesThreeTimesASecondApart) {
    EXPECT_THAT(defence_.bind(noon, test::home).send, ElementsAre(announcement()));
    EXPECT_THAT(defence_.on_deadline(noon + 999ms).send, IsEmpty());
    EXPECT_THAT(defence_.on_deadline(noon + 1s).send, ElementsAre(announcement()));
    EXPECT_THAT(defence_.on_deadline(noon + 2s).send, ElementsAre(announcement()));
    EXPECT_FALSE(defence_.next_deadline());
}

TEST_F(HomeLinkDefenceTest, AnnouncesAgainWithAnotherLinkLayerAddress) {
    bind();
    finish();
    const DefenceActions actions = defence_.on_place(
        noon + 1min, {.link_layer = gateway, .link_local = own_address, .global = {}});
    ASSERT_THAT(actions.send, SizeIs(1));
    EXPECT_EQ(
        std::get<wire::NeighborAdvertisement>(actions.send[0].message).options.target_link_layer,
        gateway);
}

TEST_F(HomeLinkDefenceTest, AnnouncesNothingWhileItsPlaceIsTheSame) {
    bind();
    finish();
    const DefenceActions actions = defence_.on_place(
        noon + 1min,
        {.link_layer = own, .link_local = own_address, .global = test::home_agent.address});
    EXPECT_THAT(actions.send, IsEmpty());
}

TEST_F(HomeLinkDefenceTest, KeepsNewcomersFromABoundAddress) {  // RFC 4862 §5.4.4
    bind();
    const DefenceActions actions = defence_.on_packet(noon, probe());
    EXPECT_THAT(actions.send, ElementsAre(announcement()));
    ASSERT_THAT(actions.disputed, SizeIs(1));
    EXPECT_EQ(actions.disputed[0].home, test::home);
    EXPECT_EQ(actions.disputed[0].by, probe().link_layer);
}

TEST_F(HomeLinkDefenceTest, KeepsNewcomersOutEachTimeAndTellsOfThemOnceASecond) {
    bind();
    EXPECT_THAT(defence_.on_packet(noon, probe()).disputed, SizeIs(1));
    const DefenceActions again = defence_.on_packet(noon + 999ms, probe());
    EXPECT_THAT(again.send, SizeIs(1));
    EXPECT_THAT(again.disputed, IsEmpty());
    EXPECT_THAT(defence_.on_packet(noon + 2s, probe()).disputed, SizeIs(1));
}

TEST_F(HomeLinkDefenceTest, CallsARouterOne) {  // RFC 3963 §6.2
    const auto is_router = [](const std::vector<NeighborPacket>& sent) {
        return std::get<wire::NeighborAdvertisement>(sent.at(0).message).router;
    };
    EXPECT_TRUE(is_router(defence_.bind(noon, test::home, true).send));
    EXPECT_TRUE(is_router(sent_on(noon, multicast_solicitation())));
    EXPECT_TRUE(is_router(sent_on(noon, probe())));
    (void)defence_.release(test::home);
    EXPECT_FALSE(is_router(defence_.bind(noon + 1s, test::home).send));
}

TEST(HomeAddressDisputed, NamesWhoClaimsTheAddress) {
    const HomeAddressDisputed dispute{.home = test::home, .by = {2, 0, 0x5e, 0xab, 1, 7}};
    EXPECT_EQ(dispute.by_text(), "02:00:5e:ab:01:07");
}

TEST_F(HomeLinkDefenceTest, TellsOfAClaimAsOftenAsItIsAnswered) {
    bind();
    EXPECT_THAT(defence_.on_packet(noon, claim()).disputed, SizeIs(1));
    EXPECT_THAT(defence_.on_packet(noon + 999ms, claim()).disputed, IsEmpty());
    EXPECT_THAT(defence_.on_packet(noon + 1s, claim()).disputed, SizeIs(1));
}

// A thousand of them a second are asked after, one after the other; nobody waits for all others.
TEST_F(HomeLinkDefenceTest, AsksAtOnceAfterAnAddressThatIsToBeBoundBeforeItsTurn) {
    wire::HomeAddress home = test::home;
    for (unsigned number = 1; number <= 5000; ++number) {
        home.address.octets[12] = static_cast<std::uint8_t>(number >> 8U);
        home.address.octets[13] = static_cast<std::uint8_t>(number);
        (void)defence_.allocate(noon, home);
    }
    const auto first = defence_.judge(noon, home);
    EXPECT_EQ(first.claim, AddressClaim::undecided);
    ASSERT_THAT(first.actions.send, SizeIs(1));
    EXPECT_EQ(std::get<wire::NeighborSolicitation>(first.actions.send[0].message).target,
              home.address);
    EXPECT_THAT(defence_.judge(noon + 500ms, home).actions.send, IsEmpty()) << "once";
    (void)defence_.on_deadline(noon + 1s);
    EXPECT_EQ(defence_.judge(noon + 1s, home).claim, AddressClaim::free);
}

TEST_F(HomeLinkDefenceTest, ListensNoMoreToWhatIsNobodys) {
    (void)defence_.allocate(noon, test::home);
    finish();
    EXPECT_THAT(defence_.deallocate(test::home).leave, ElementsAre(group));
}

TEST_F(HomeLinkDefenceTest, DefendsABoundAddressOnceASecond) {
    bind();
    EXPECT_THAT(sent_on(noon, claim()), ElementsAre(announcement()));
    EXPECT_THAT(sent_on(noon + 999ms, claim()), IsEmpty());
    EXPECT_THAT(sent_on(noon + 1s, claim()), ElementsAre(announcement()));
}

TEST_F(HomeLinkDefenceTest, TellsOfADisputeForAMinute) {
    bind();
    (void)defence_.on_packet(noon, claim());
    EXPECT_THAT(defence_.disputed(noon + 1min - 1ms), ElementsAre(test::home));
    EXPECT_THAT(defence_.disputed(noon + 1min), IsEmpty());
}

TEST_F(HomeLinkDefenceTest, TakesNoticeOfAnotherWhoSolicitsFromTheAddress) {
    bind();
    NeighborPacket asked = solicitation(test::home.address, group);
    EXPECT_THAT(sent_on(noon, asked), ElementsAre(announcement()));
}

TEST_F(HomeLinkDefenceTest, HearsNothingOfItselfThatASwitchSendsBack) {
    bind();
    NeighborPacket own_words = claim();
    own_words.link_layer = own;
    const DefenceActions actions = defence_.on_packet(noon, own_words);
    EXPECT_THAT(actions.send, IsEmpty());
    EXPECT_THAT(actions.disputed, IsEmpty());
}

TEST_F(HomeLinkDefenceTest, AnswersNoMoreThanTwentyTimesASecondForOne) {
    bind();
    std::size_t answers = 0;
    for (int time = 0; time < 100; ++time) {
        answers += sent_on(noon, multicast_solicitation()).size();
    }
    EXPECT_EQ(answers, HomeLinkDefence::max_answers_of_one);
    EXPECT_THAT(sent_on(noon + 1s, multicast_solicitation()), SizeIs(1));
}

TEST_F(HomeLinkDefenceTest, AnswersNoMoreThanAThousandTimesASecondForAll) {
    std::size_t answers = 0;
    for (std::uint8_t number = 1; number <= 60; ++number) {
        wire::HomeAddress home = test::home;
        home.address.octets[14] = number;
        (void)defence_.bind(noon, home);
        NeighborPacket asked = multicast_solicitation();
        std::get<wire::NeighborSolicitation>(asked.message).target = home.address;
        for (unsigned time = 0; time < HomeLinkDefence::max_answers_of_one; ++time) {
            answers += sent_on(noon, asked).size();
        }
    }
    EXPECT_EQ(answers, HomeLinkDefence::max_answers);
}

TEST_F(HomeLinkDefenceTest, HasNothingToReleaseOfWhatIsNotBound) {
    EXPECT_THAT(defence_.deallocate(test::home).leave, IsEmpty());
    (void)defence_.allocate(noon, test::home);
    finish();
    EXPECT_THAT(defence_.release(test::home).leave, IsEmpty());
    EXPECT_THAT(defence_.deallocate(test::home).leave, ElementsAre(group));
}

TEST_F(HomeLinkDefenceTest, StaysInTheGroupWhileAnythingIsLeftToDo) {
    (void)defence_.allocate(noon, test::home);
    EXPECT_THAT(defence_.deallocate(test::home).leave, IsEmpty()) << "it is finding out";
    (void)defence_.bind(noon, test::home);
    EXPECT_THAT(defence_.deallocate(test::home).leave, IsEmpty()) << "it is bound";
    EXPECT_THAT(defence_.release(test::home).leave, ElementsAre(group));
}

TEST_F(HomeLinkDefenceTest, ListensNoMoreToWhatWasGivenUpWhileItWasAskedAfter) {
    (void)defence_.allocate(noon, test::home);
    (void)defence_.on_deadline(noon + 1ms);
    (void)defence_.deallocate(test::home);
    EXPECT_THAT(defence_.on_deadline(noon + 2s).leave, ElementsAre(group));
    EXPECT_FALSE(defence_.next_deadline());
    EXPECT_THAT(defence_.allocate(noon + 3s, test::home).join, ElementsAre(group)) << "as if new";
}

TEST_F(HomeLinkDefenceTest, ListensNoMoreToWhatWasGivenUpOnceSomebodySaysThatItIsHis) {
    for (const NeighborPacket& said : {claim(), probe(), solicitation(test::home.address, group)}) {
        (void)defence_.allocate(noon, test::home);
        (void)defence_.on_deadline(noon + 10ms);
        (void)defence_.deallocate(test::home);
        EXPECT_THAT(defence_.on_packet(noon + 20ms, said).leave, ElementsAre(group));
        EXPECT_FALSE(defence_.next_deadline());
    }
}

TEST_F(HomeLinkDefenceTest, IsInTheSolicitedNodeGroupAsLongAsItSaysSomething) {
    EXPECT_THAT(defence_.bind(noon, test::home).join, ElementsAre(group));
    EXPECT_THAT(defence_.bind(noon, test::home).join, IsEmpty());
    EXPECT_THAT(defence_.release(test::home).leave, ElementsAre(group));
    EXPECT_THAT(defence_.release(test::home).leave, IsEmpty());
    EXPECT_FALSE(defence_.next_deadline());
}

class WithoutAPlace : public testing::Test {
  protected:
    HomeLinkDefence defence_{{}};
};

TEST_F(WithoutAPlace, HearsAndSaysNothing) {
    EXPECT_THAT(defence_.bind(noon, test::home).send, IsEmpty());
    EXPECT_THAT(defence_.on_packet(noon, multicast_solicitation()).send, IsEmpty());
}

TEST_F(WithoutAPlace, HasNothingToSayItFromWithoutAnAddress) {
    (void)defence_.on_place(noon, {.link_layer = own, .link_local = {}, .global = {}});
    EXPECT_THAT(defence_.bind(noon, test::home).send, IsEmpty());
    EXPECT_THAT(defence_.on_packet(noon, multicast_solicitation()).send, IsEmpty());
}

}  // namespace
}  // namespace godwit::server
