// Which mobile node hears of the home prefix, and when: RFC 6275 §6.8, §8.4, §10.6, §13.

#include "server/core/prefix_deliveries.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::home;
using test::noon;

PrefixDeliverySettings settings(std::uint32_t random = 0) {
    wire::PrefixInformation prefix;
    prefix.prefix = {test::home_agent.address, 64};
    prefix.router_address = true;
    prefix.valid_lifetime = wire::Seconds(2592000);
    prefix.preferred_lifetime = wire::Seconds(604800);
    return {.prefix = prefix, .random = [random] { return random; }};
}

// What has been sent at this time.
std::vector<std::uint16_t> identifiers(PrefixDeliveries& deliveries, Instant now) {
    std::vector<std::uint16_t> sent;
    while (const auto delivery = deliveries.take(now)) {
        EXPECT_EQ(delivery->home, home);
        sent.push_back(delivery->advertisement.identifier);
    }
    return sent;
}

using Sent = std::vector<std::uint16_t>;
constexpr std::uint16_t unasked = 0;

RULE(rfc6275_10_6_2, AnswerASolicitationAtOnceWithTheWholeList,
     "a solicitation is answered right away, with its identifier and all prefixes; M and O are "
     "clear without DHCPv6") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    deliveries.on_solicitation(noon + 5s, home, {.identifier = 0x1234, .options = {}});
    const auto delivery = deliveries.take(noon + 5s);
    ASSERT_TRUE(delivery);
    EXPECT_EQ(delivery->home, home);
    EXPECT_EQ(delivery->advertisement.identifier, 0x1234);
    EXPECT_EQ(delivery->advertisement.options.prefixes, std::vector{settings().prefix});
    EXPECT_FALSE(delivery->advertisement.managed || delivery->advertisement.other_configuration)
        << "there is no DHCPv6 for home addresses";
    EXPECT_FALSE(deliveries.take(noon + 5s));
}

RULE(rfc6275_6_8, SayNothingToWhoIsNotBound,
     "advertisements go to mobile nodes that are registered") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_solicitation(noon, home, {.identifier = 1, .options = {}});
    EXPECT_EQ(identifiers(deliveries, noon + 48h), Sent());
    EXPECT_FALSE(deliveries.next_deadline());
}

RULE(rfc6275_6_8, AreNoMoreThanOneASecondToOneNode,
     "there is no more than one advertisement a second for a mobile node") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    Sent sent;
    for (std::uint16_t number = 1; number <= 30; ++number) {
        const Instant now = noon + number * 100ms;
        deliveries.on_solicitation(now, home, {.identifier = number, .options = {}});
        for (const std::uint16_t identifier : identifiers(deliveries, now)) {
            sent.push_back(identifier);
        }
    }
    EXPECT_EQ(sent, (Sent{1, 11, 21})) << "the latest that has been asked for";
}

RULE(rfc6275_10_6_2, ComeUnaskedWhereNoneHasBeenSent,
     "where none has been sent for MaxMobPfxAdvInterval one is sent after RAND_ADV_DELAY") {
    for (const auto& [random, delay] :
         {std::pair{0U, 600s}, {1000U, 1600s}, {85799U, 86399s}, {85800U, 600s}}) {
        PrefixDeliveries deliveries(settings(random));
        deliveries.on_bound(noon, home);
        EXPECT_EQ(deliveries.next_deadline(), noon + delay) << random;
        EXPECT_EQ(identifiers(deliveries, noon + delay - 1ms), Sent());
        EXPECT_EQ(identifiers(deliveries, noon + delay), Sent{unasked});
    }
}

RULE(rfc6275_10_6_2, ComeWithinThePreferredLifetime,
     "MaxScheduleDelay is no longer than the preferred lifetime") {
    PrefixDeliverySettings soon = settings(300);
    soon.prefix.preferred_lifetime = wire::Seconds(1000);
    PrefixDeliveries deliveries(soon);
    deliveries.on_bound(noon, home);
    EXPECT_EQ(deliveries.next_deadline(), noon + 900s);
    soon.random = [] { return 400U; };
    PrefixDeliveries another(soon);
    another.on_bound(noon, home);
    EXPECT_EQ(another.next_deadline(), noon + 600s) << "400 is 0 modulo 400";
}

RULE(rfc6275_10_6_2, StayAtTheTimeThatWasChosen, "one that is scheduled stays at its time") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    deliveries.on_bound(noon + 480s, home);
    EXPECT_EQ(deliveries.next_deadline(), noon + 600s);
}

RULE(rfc6275_10_6_2, AreSentAgainThreeTimesEachAfterTwiceAsLong,
     "unasked it is sent again after PREFIX_ADV_TIMEOUT, doubling, PREFIX_ADV_RETRIES times") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    const Instant first = noon + 600s;
    for (const auto after : {0s, 3s, 9s, 21s}) {
        EXPECT_EQ(deliveries.next_deadline(), first + after);
        EXPECT_EQ(identifiers(deliveries, first + after - 1ms), Sent());
        EXPECT_EQ(identifiers(deliveries, first + after), Sent{unasked});
    }
    EXPECT_GT(deliveries.next_deadline(), first + 24h) << "that was the last one";
}

RULE(rfc6275_10_6_2, AreAcknowledgedByASolicitation, "a solicitation acknowledges it") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    EXPECT_EQ(identifiers(deliveries, noon + 600s), Sent{unasked});
    deliveries.on_solicitation(noon + 602s, home, {.identifier = 5, .options = {}});
    EXPECT_EQ(identifiers(deliveries, noon + 602s), Sent{5});
    EXPECT_EQ(identifiers(deliveries, noon + 24h), Sent()) << "and not sent again";
}

RULE(rfc6275_6_8, KeepASecondBetweenOneUnaskedAndTheAnswer,
     "the answer to an acknowledgement waits for its second, too") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    EXPECT_EQ(identifiers(deliveries, noon + 600s), Sent{unasked});
    deliveries.on_solicitation(noon + 600s + 20ms, home, {.identifier = 5, .options = {}});
    EXPECT_EQ(identifiers(deliveries, noon + 601s - 1ms), Sent());
    EXPECT_EQ(identifiers(deliveries, noon + 601s), Sent{5});
}

RULE(rfc6275_10_6_2, ComeAgainOnceNoneHasBeenSentForTheGreatestInterval,
     "after MaxMobPfxAdvInterval another one is scheduled") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    deliveries.on_solicitation(noon, home, {.identifier = 5, .options = {}});
    EXPECT_EQ(identifiers(deliveries, noon), Sent{5});
    EXPECT_EQ(deliveries.next_deadline(), noon + 86400s + 600s);
    EXPECT_EQ(identifiers(deliveries, noon + 87000s), Sent{unasked});
}

RULE(rfc6275_10_6_2, BeginAgainWithABindingUpdateOfWhoHasNotAcknowledged,
     "another binding update of who has not acknowledged begins them anew") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    for (const auto after : {600s, 603s, 609s, 621s}) {
        EXPECT_EQ(identifiers(deliveries, noon + after), Sent{unasked});
    }
    deliveries.on_bound(noon + 960s, home);
    EXPECT_EQ(identifiers(deliveries, noon + 960s), Sent{unasked});
    EXPECT_EQ(deliveries.next_deadline(), noon + 963s);
}

RULE(rfc6275_10_6_2, EndWithTheBinding, "when the registration ends they are cancelled") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    EXPECT_EQ(identifiers(deliveries, noon + 600s), Sent{unasked});
    deliveries.on_unbound(home);
    EXPECT_FALSE(deliveries.next_deadline());
    EXPECT_EQ(identifiers(deliveries, noon + 700s), Sent());
}

RULE(rfc6275_10_6_2, BeginAnewWithWhoDidNotAnswerADayBefore,
     "who has not answered hears of it again in the course of time, as often as at first") {
    PrefixDeliveries deliveries(settings());
    deliveries.on_bound(noon, home);
    for (const auto after : {600s, 603s, 609s, 621s}) {
        EXPECT_EQ(identifiers(deliveries, noon + after), Sent{unasked});
    }
    const Instant next = *deliveries.next_deadline();
    EXPECT_EQ(identifiers(deliveries, next), Sent{unasked});
    EXPECT_EQ(deliveries.next_deadline(), next + 3s);
}

RULE(rfc6275_10_6_2, ComeAfterTheLeastIntervalWhereNoLongerOneIsLeft,
     "the delay is between MinMobPfxAdvInterval and the preferred lifetime") {
    PrefixDeliverySettings short_lived = settings(12345);
    short_lived.prefix.preferred_lifetime = wire::Seconds(600);
    PrefixDeliveries deliveries(short_lived);
    deliveries.on_bound(noon, home);
    EXPECT_EQ(deliveries.next_deadline(), noon + 600s);
}

RULE(rfc6275_8_4, CanBeSwitchedOff,
     "that a home agent sends prefix advertisements can be configured; then it sends none") {
    PrefixDeliverySettings off = settings();
    off.is_on = false;
    PrefixDeliveries deliveries(off);
    deliveries.on_bound(noon, home);
    deliveries.on_solicitation(noon, home, {.identifier = 1, .options = {}});
    EXPECT_EQ(identifiers(deliveries, noon + 48h), Sent());
    EXPECT_FALSE(deliveries.next_deadline());
}

RULE(rfc6275_13, MobilePrefixAdvertisementIntervalsAreTenMinutesAndADay,
     "MinMobPfxAdvInterval is 600 s, MaxMobPfxAdvInterval 86400 s, until configured otherwise") {
    EXPECT_EQ(PrefixDeliverySettings().min_interval, 600s);
    EXPECT_EQ(PrefixDeliverySettings().max_interval, 86400s);
}

}  // namespace
}  // namespace godwit::server
