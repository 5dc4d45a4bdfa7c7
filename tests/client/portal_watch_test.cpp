#include "client/core/portal_watch.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::noon;
using HomeAgent = PortalWatch::HomeAgent;

const std::vector<PortalPlace> hotel{{{3}, wire::Prefix::parse("2001:db8:a::/64").value()}};
const std::vector<PortalPlace> station{{{3}, wire::Prefix::parse("2001:db8:b::/64").value()}};
const Portal login{.url = "http://login.example/", .source = PortalSource::redirect};

class PortalWatchTest : public testing::Test {
  protected:
    PortalWatch watch_;
};

TEST_F(PortalWatchTest, AsksNothingWhileTheHomeAgentAnswers) {
    watch_.follow(noon, HomeAgent::answers, hotel);
    EXPECT_EQ(watch_.next_deadline(), std::nullopt);
    EXPECT_FALSE(watch_.take_question(noon + 24h));
}

TEST_F(PortalWatchTest, AsksOnceTheHomeAgentHasBeenSilentForAWhile) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    watch_.follow(noon + 4s, HomeAgent::silent, hotel);
    EXPECT_EQ(watch_.next_deadline(), noon + PortalWatch::patience);
    EXPECT_FALSE(watch_.take_question(noon + PortalWatch::patience - 1ms));
    EXPECT_TRUE(watch_.take_question(noon + PortalWatch::patience));
    EXPECT_FALSE(watch_.take_question(noon + PortalWatch::patience));
}

TEST_F(PortalWatchTest, AsksNothingOnceTheHomeAgentHasAnswered) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    watch_.follow(noon + 4s, HomeAgent::answers, hotel);
    EXPECT_EQ(watch_.next_deadline(), std::nullopt);
}

TEST_F(PortalWatchTest, AsksNothingWithoutANetwork) {
    watch_.follow(noon, HomeAgent::silent, {});
    EXPECT_EQ(watch_.next_deadline(), std::nullopt);
    watch_.follow(noon, HomeAgent::not_asked, hotel);
    EXPECT_EQ(watch_.next_deadline(), std::nullopt);
}

TEST_F(PortalWatchTest, AsksTheSameNetworkEverMoreRarely) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    mobility::Instant at = noon + PortalWatch::patience;
    for (const auto pause : {30s, 120s, 300s, 300s}) {
        ASSERT_TRUE(watch_.take_question(at));
        EXPECT_EQ(watch_.next_deadline(), at + pause);
        at += pause;
    }
}

TEST_F(PortalWatchTest, AsksTheSameNetworkNoSoonerForAnAnswerInBetween) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    ASSERT_TRUE(watch_.take_question(noon + 5s));
    watch_.follow(noon + 6s, HomeAgent::answers, hotel);
    watch_.follow(noon + 7s, HomeAgent::silent, hotel);
    EXPECT_EQ(watch_.next_deadline(), noon + 35s);
}

TEST_F(PortalWatchTest, AsksANewNetworkAsIfForTheFirstTime) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    ASSERT_TRUE(watch_.take_question(noon + 5s));
    watch_.follow(noon + 6s, HomeAgent::silent, station);
    EXPECT_EQ(watch_.next_deadline(), noon + 11s);
}

TEST_F(PortalWatchTest, KnowsAPortalUntilTheHomeAgentAnswers) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    ASSERT_TRUE(watch_.take_question(noon + 5s));
    watch_.on_found(login);
    EXPECT_EQ(watch_.portal(), login);
    EXPECT_EQ(watch_.next_deadline(), std::nullopt) << "it is known";
    watch_.follow(noon + 60s, HomeAgent::answers, hotel);
    EXPECT_EQ(watch_.portal(), std::nullopt);
}

TEST_F(PortalWatchTest, ForgetsThePortalOfANetworkThatWasLeft) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    watch_.on_found(login);
    watch_.follow(noon + 1s, HomeAgent::silent, station);
    EXPECT_EQ(watch_.portal(), std::nullopt);
    EXPECT_EQ(watch_.next_deadline(), noon + 6s);
    watch_.on_found(login);
    watch_.follow(noon + 2s, HomeAgent::not_asked, {});
    EXPECT_EQ(watch_.portal(), std::nullopt);
}

TEST_F(PortalWatchTest, TakesNoAnswerThatComesTooLate) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    ASSERT_TRUE(watch_.take_question(noon + 5s));
    watch_.follow(noon + 6s, HomeAgent::answers, hotel);
    watch_.on_found(login);
    EXPECT_EQ(watch_.portal(), std::nullopt);
}

TEST_F(PortalWatchTest, KeepsThePortalWhileOneOfItsNetworksIsThere) {
    watch_.follow(noon, HomeAgent::silent, hotel);
    watch_.on_found(login);
    watch_.follow(noon + 10s, HomeAgent::silent, {hotel.front(), station.front()});
    ASSERT_TRUE(watch_.portal());
    EXPECT_EQ(watch_.next_deadline(), std::nullopt) << "it is known already";
    watch_.follow(noon + 20s, HomeAgent::silent, station);
    EXPECT_FALSE(watch_.portal());
}

TEST(PortalSource, HasANameOfItsOwn) {
    EXPECT_EQ(name(PortalSource::router_advertisement), "router-advertisement");
    EXPECT_EQ(name(PortalSource::dhcp), "dhcp");
    EXPECT_EQ(name(PortalSource::redirect), "redirect");
    EXPECT_EQ(name(PortalSource{99}), "unknown");
}

}  // namespace
}  // namespace godwit::client
