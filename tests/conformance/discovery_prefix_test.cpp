// When a mobile node asks for its home prefix, and which advertisements it takes: RFC 6275 §11.4.2,
// §11.4.3.

#include <utility>
#include <vector>

#include "client/core/prefix_discovery.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::noon;

constexpr std::uint32_t day = 86400;

struct PrefixBench {
    // The identifiers of what is sent at this time.
    std::vector<std::uint16_t> asked(Instant now) {
        std::vector<std::uint16_t> identifiers;
        while (const auto solicitation = discovery.take(now)) {
            identifiers.push_back(solicitation->identifier);
        }
        return identifiers;
    }
    bool hear(Instant now, std::uint16_t identifier, std::uint32_t valid = 30 * day,
              std::uint32_t preferred = 7 * day,
              const wire::Ipv6Address& source = test::home_agent.address) {
        wire::MobilePrefixAdvertisement advertisement{.identifier = identifier, .options = {}};
        wire::PrefixInformation information;
        information.prefix = {test::home_agent.address, 64};
        information.router_address = true;
        information.valid_lifetime = wire::Seconds(valid);
        information.preferred_lifetime = wire::Seconds(preferred);
        advertisement.options.prefixes = {information};
        return discovery.on_advertisement(now, source, advertisement);
    }
    // Asks at noon, and hears this.
    void learn(std::uint32_t valid, std::uint32_t preferred) {
        discovery.on_bound(noon, true);
        discovery.on_doubt(noon);
        EXPECT_EQ(asked(noon), (Identifiers{first}));
        EXPECT_TRUE(hear(noon, first, valid, preferred));
    }

    using Identifiers = std::vector<std::uint16_t>;
    static constexpr std::uint16_t first = 101;
    static constexpr std::uint16_t second = 201;
    PrefixDiscovery discovery{test::home, test::home_agent,
                              [next = 0U]() mutable { return next += 100; }};
};

RULE(rfc6275_11_4_2, AsksNobodyWithoutAReason, "there is no solicitation without a reason") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    EXPECT_FALSE(bench.discovery.next_deadline());
    EXPECT_EQ(bench.asked(noon + 24h), PrefixBench::Identifiers());
}

RULE(rfc6275_11_7_3, AsksWhenTheHomeAgentSaysThatItIsNecessary,
     "status 1 leads to a solicitation") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.discovery.next_deadline(), noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
}

RULE(rfc6275_11_4_2, AsksOnlyWhileItIsBound,
     "solicitations go to the home agent that the node is registered with") {
    PrefixBench bench;
    bench.discovery.on_doubt(noon);
    EXPECT_FALSE(bench.discovery.next_deadline());
    EXPECT_EQ(bench.asked(noon), PrefixBench::Identifiers());
    bench.discovery.on_bound(noon + 5s, true);
    EXPECT_EQ(bench.asked(noon + 5s), (PrefixBench::Identifiers{PrefixBench::first}));
}

RULE(rfc6275_11_4_2, AsksAgainWithTheSameIdentifierEachTimeAfterTwiceAsLong,
     "it is sent again after INITIAL_SOLICIT_TIMER, doubling") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_EQ(bench.discovery.next_deadline(), noon + after);
        EXPECT_EQ(bench.asked(noon + after - 1ms), PrefixBench::Identifiers());
        EXPECT_EQ(bench.asked(noon + after), (PrefixBench::Identifiers{PrefixBench::first}));
    }
    EXPECT_FALSE(bench.discovery.next_deadline()) << "it does not know the message, perhaps";
    bench.discovery.on_doubt(noon + 600s);
    EXPECT_EQ(bench.asked(noon + 600s), (PrefixBench::Identifiers{PrefixBench::second}));
}

RULE(rfc6275_11_4_2, HasARandomIdentifier,
     "the identifier is a random number; 0 is that of who has not been asked") {
    for (const auto& [random, identifier] :
         {std::pair{0U, 1U}, {0x1233U, 0x1234U}, {0xffffU, 1U}}) {
        PrefixDiscovery discovery(test::home, test::home_agent,
                                  [random] { return std::uint32_t{random}; });
        discovery.on_bound(noon, true);
        discovery.on_doubt(noon);
        const auto solicitation = discovery.take(noon);
        ASSERT_TRUE(solicitation);
        EXPECT_EQ(solicitation->identifier, identifier) << random;
    }
}

RULE(rfc6275_11_4_2, BeginsAnewWithAnotherBinding, "with another binding it is asked anew") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
    bench.discovery.on_bound(noon + 1s, false);
    EXPECT_EQ(bench.asked(noon + 10s), PrefixBench::Identifiers());
    bench.discovery.on_bound(noon + 20s, true);
    EXPECT_EQ(bench.asked(noon + 20s), (PrefixBench::Identifiers{PrefixBench::first}));
    EXPECT_EQ(bench.discovery.next_deadline(), noon + 23s);
}

RULE(rfc6275_11_4_3, LearnsThePrefixOfItsHomeAddress,
     "the lifetimes of the home prefix are taken as from a router advertisement") {
    PrefixBench bench;
    bench.learn(30 * day, 7 * day);
    ASSERT_TRUE(bench.discovery.known());
    EXPECT_EQ(bench.discovery.known()->prefix, test::home_prefix);
    EXPECT_EQ(bench.discovery.known()->preferred_until, noon + 7 * 24h);
    EXPECT_EQ(bench.discovery.known()->valid_until, noon + 30 * 24h);
}

RULE(rfc6275_11_4_3, KnowsWhenAPrefixIsDeprecatedAndWhenItIsOver,
     "a prefix is deprecated, and over, when its lifetimes say so") {
    PrefixBench bench;
    bench.learn(1000, 500);
    EXPECT_FALSE(bench.discovery.known()->is_deprecated(noon + 500s - 1ms));
    EXPECT_TRUE(bench.discovery.known()->is_deprecated(noon + 500s));
    EXPECT_TRUE(bench.discovery.known()->is_valid(noon + 1000s - 1ms));
    EXPECT_FALSE(bench.discovery.known()->is_valid(noon + 1000s));
}

RULE(rfc6275_11_4_3, TakesAllOnesForEver, "a lifetime of all ones is for ever") {
    PrefixBench bench;
    bench.learn(0xffffffff, 0xffffffff);
    EXPECT_FALSE(bench.discovery.known()->valid_until);
    EXPECT_FALSE(bench.discovery.known()->preferred_until);
    EXPECT_FALSE(bench.discovery.next_deadline());
}

RULE(rfc6275_11_4_2, AsksBeforeThePrefixIsDeprecated,
     "it asks before the home prefix is deprecated") {
    PrefixBench bench;
    bench.learn(30 * day, 1000);
    EXPECT_EQ(bench.discovery.next_deadline(), noon + 800s);
    EXPECT_EQ(bench.asked(noon + 800s), (PrefixBench::Identifiers{PrefixBench::second}));
}

RULE(rfc6275_11_4_2, AsksBeforeADeprecatedPrefixIsOver,
     "it asks before the home address becomes invalid") {
    PrefixBench bench;
    bench.learn(1000, 0);
    EXPECT_EQ(bench.discovery.next_deadline(), noon + 800s);
}

RULE(rfc6275_11_4_2, DoesNotAskForWhatIsOver, "it does not ask for what is over") {
    PrefixBench bench;
    bench.learn(0, 0);
    EXPECT_FALSE(bench.discovery.known()->is_valid(noon));
    EXPECT_FALSE(bench.discovery.next_deadline());
}

RULE(rfc6275_11_4_3, TakesNothingFromAnybodyElse,
     "the source is the home agent that the node is registered with") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
    EXPECT_FALSE(bench.hear(noon, PrefixBench::first, 1, 1, test::correspondent));
    EXPECT_FALSE(bench.discovery.known());
    EXPECT_TRUE(bench.hear(noon, PrefixBench::first)) << "what was asked is still open";
}

RULE(rfc6275_11_4_3, AsksWhenAnAdvertisementComesUnasked,
     "one that was not asked for is discarded, and leads to a solicitation") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    EXPECT_FALSE(bench.hear(noon, 0));
    EXPECT_FALSE(bench.discovery.known()) << "it MUST be discarded";
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
}

RULE(rfc6275_11_4_3, TakesAnAnswerOnce, "an identifier counts once") {
    PrefixBench bench;
    bench.learn(30 * day, 7 * day);
    EXPECT_FALSE(bench.hear(noon + 5s, PrefixBench::first, 1, 1));
    EXPECT_EQ(bench.discovery.known()->valid_until, noon + 30 * 24h);
    EXPECT_EQ(bench.asked(noon + 5s), (PrefixBench::Identifiers{PrefixBench::second}))
        << "as if it had come unasked";
}

RULE(rfc6275_11_4_3, TakesNoAnswerToAnOlderQuestion,
     "the identifier is that of the most recent solicitation") {
    PrefixBench bench;
    bench.learn(30 * day, 7 * day);
    bench.discovery.on_doubt(noon + 10s);
    EXPECT_EQ(bench.asked(noon + 10s), (PrefixBench::Identifiers{PrefixBench::second}));
    EXPECT_FALSE(bench.hear(noon + 10s, PrefixBench::first, 1, 1));
    EXPECT_TRUE(bench.hear(noon + 10s, PrefixBench::second));
}

RULE(rfc6275_11_4_3, AsksNoMoreThanOnceASecondWhateverComes,
     "whatever comes, it asks once a second at most") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    PrefixBench::Identifiers all;
    for (unsigned number = 0; number < 50; ++number) {
        const Instant now = noon + number * 100ms;
        (void)bench.hear(now, 0);
        for (const std::uint16_t identifier : bench.asked(now)) {
            all.push_back(identifier);
            EXPECT_TRUE(bench.hear(now, identifier));
        }
    }
    EXPECT_EQ(all.size(), 5U);
}

RULE(rfc6275_11_4_3, PassesOverPrefixesThatAreNotOfItsHomeAddress,
     "other prefixes make no other home address") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
    wire::MobilePrefixAdvertisement advertisement{.identifier = PrefixBench::first, .options = {}};
    wire::PrefixInformation other;
    other.prefix = {test::ip("2001:db8:e::"), 64};
    other.valid_lifetime = other.preferred_lifetime = wire::Seconds(10);
    advertisement.options.prefixes = {other};
    EXPECT_TRUE(bench.discovery.on_advertisement(noon, test::home_agent.address, advertisement));
    EXPECT_FALSE(bench.discovery.known());
}

RULE(rfc4862_5_5_3, PassesOverAPrefixThatIsPreferredForLongerThanItIsValid,
     "a prefix that is preferred for longer than it is valid is passed over") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
    EXPECT_TRUE(bench.hear(noon, PrefixBench::first, 10, 20));
    EXPECT_FALSE(bench.discovery.known());
}

RULE(rfc6275_11_4_3, TakesNoneWithoutABinding, "only through the tunnel, which needs a binding") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), PrefixBench::Identifiers{PrefixBench::first});
    bench.discovery.on_bound(noon + 1s, false);
    EXPECT_FALSE(bench.hear(noon + 1s, PrefixBench::first));
    EXPECT_FALSE(bench.discovery.next_deadline());
}

RULE(rfc6275_11_4_2, AsksAgainWhatGotLostWithTheBinding,
     "a question without an answer is asked again once there is a binding") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), PrefixBench::Identifiers{PrefixBench::first});
    bench.discovery.on_bound(noon + 1s, false);
    bench.discovery.on_bound(noon + 60s, true);
    EXPECT_FALSE(bench.hear(noon + 60s, PrefixBench::first)) << "it has not been asked yet";
    EXPECT_EQ(bench.asked(noon + 60s), PrefixBench::Identifiers{PrefixBench::first});
    EXPECT_TRUE(bench.hear(noon + 60s, PrefixBench::first));
}

RULE(rfc6275_11_4_2, AsksNoMoreThanOnceASecondHoweverOftenItMoves,
     "an unanswered solicitation goes out once a second at most with other bindings too (§6.8)") {
    PrefixBench bench;
    bench.discovery.on_bound(noon, true);
    bench.discovery.on_doubt(noon);
    EXPECT_EQ(bench.asked(noon), (PrefixBench::Identifiers{PrefixBench::first}));
    bench.discovery.on_bound(noon + 100ms, false);
    bench.discovery.on_bound(noon + 200ms, true);
    EXPECT_EQ(bench.asked(noon + 200ms), PrefixBench::Identifiers());
    EXPECT_EQ(bench.asked(noon + 1s), (PrefixBench::Identifiers{PrefixBench::first}));
}

RULE(rfc6275_11_4_2, KnowsAPrefixThatIsForEver, "a lifetime of all ones never ends") {
    PrefixBench bench;
    bench.learn(0xffffffff, 0xffffffff);
    ASSERT_TRUE(bench.discovery.known());
    EXPECT_TRUE(bench.discovery.known()->is_valid(noon + 24h * 365 * 200));
    EXPECT_FALSE(bench.discovery.known()->is_deprecated(noon + 24h * 365 * 200));
    EXPECT_FALSE(bench.discovery.next_deadline());
}

}  // namespace
}  // namespace godwit::client
