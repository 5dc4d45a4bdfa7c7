#include "server/core/home_link_defence.hpp"

#include <gmock/gmock.h>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using mobility::NeighborPacket;
using test::ip;
using test::noon;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr wire::LinkLayerAddress own{2, 0, 0, 0, 0, 1};
constexpr wire::LinkLayerAddress gateway{2, 0, 0, 0, 0, 2};
constexpr wire::LinkLayerAddress to_all_nodes{0x33, 0x33, 0, 0, 0, 1};
const wire::Ipv6Address own_address = ip("fe80::1");
const wire::Ipv6Address gateways_address = ip("fe80::2");
const wire::Ipv6Address group = ip("ff02::1:ff00:9");  // of test::home, 2001:db8:f::9

NeighborPacket solicitation(const wire::Ipv6Address& source, const wire::Ipv6Address& destination) {
    return {.link_layer = gateway,
            .source = source,
            .destination = destination,
            .message = wire::NeighborSolicitation{.target = test::home.address, .options = {}}};
}
NeighborPacket multicast_solicitation() {
    return solicitation(gateways_address, group);
}
NeighborPacket probe() {
    return solicitation({}, group);
}
NeighborPacket claim() {
    return {.link_layer = gateway,
            .source = test::home.address,
            .destination = mobility::all_nodes,
            .message = wire::NeighborAdvertisement{.target = test::home.address}};
}

// What RFC 6275 §10.4.1 has a home agent say.
NeighborPacket advertisement(const wire::LinkLayerAddress& to, const wire::Ipv6Address& destination,
                             bool solicited, bool overrides) {
    wire::NeighborAdvertisement message{.router = false,
                                        .solicited = solicited,
                                        .overrides = overrides,
                                        .target = test::home.address};
    message.options.target_link_layer = own;
    return {.link_layer = to,
            .source = own_address,
            .destination = destination,
            .message = std::move(message)};
}
NeighborPacket answer() {
    return advertisement(gateway, gateways_address, true, false);
}
NeighborPacket announcement() {
    return advertisement(to_all_nodes, mobility::all_nodes, false, true);
}
NeighborPacket own_probe() {
    return {.link_layer = {0x33, 0x33, 0xff, 0, 0, 9},
            .source = {},
            .destination = group,
            .message = wire::NeighborSolicitation{.target = test::home.address, .options = {}}};
}

class HomeLinkDefenceTest : public testing::Test {
  protected:
    explicit HomeLinkDefenceTest(const DefenceSettings& settings = {}) : defence_(settings) {
        (void)defence_.on_place(noon, {.link_layer = own, .link_local = own_address, .global = {}});
    }
    void bind(mobility::Instant now = noon) { (void)defence_.bind(now, test::home); }
    // Lets as much time pass as it wants.
    mobility::Instant finish() {
        mobility::Instant now = noon;
        while (const auto next = defence_.next_deadline()) {
            now = *next;
            (void)defence_.on_deadline(now);
        }
        return now;
    }
    std::vector<NeighborPacket> sent_on(mobility::Instant now, const NeighborPacket& packet) {
        return defence_.on_packet(now, packet).send;
    }

    HomeLinkDefence defence_;
};

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
    EXPECT_EQ(defence_.judge(later, test::home).claim, AddressClaim::undecided);
    EXPECT_THAT(defence_.on_deadline(later).send, ElementsAre(own_probe()));
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

TEST_F(HomeLinkDefenceTest, IsInTheSolicitedNodeGroupAsLongAsItSaysSomething) {
    EXPECT_THAT(defence_.bind(noon, test::home).join, ElementsAre(group));
    EXPECT_THAT(defence_.bind(noon, test::home).join, IsEmpty());
    EXPECT_THAT(defence_.release(test::home).leave, ElementsAre(group));
    EXPECT_THAT(defence_.release(test::home).leave, IsEmpty());
    EXPECT_FALSE(defence_.next_deadline());
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

TEST_F(HomeLinkDefenceTest, EachFirstBindingOfWhatHasNotBeenGivenAwayWaits) {
    bind();
    (void)defence_.release(test::home);
    EXPECT_EQ(defence_.judge(noon + 1min, test::home).claim, AddressClaim::undecided);
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
