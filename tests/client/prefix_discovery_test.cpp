// When a mobile node asks for its home prefix, and which advertisements it takes: RFC 6275 §11.4.2,
// §11.4.3.

#include "client/core/prefix_discovery.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::noon;

constexpr std::uint32_t day = 86400;

class PrefixDiscoveryTest : public testing::Test {
  protected:
    // The identifiers of what is sent at this time.
    std::vector<std::uint16_t> asked(Instant now) {
        std::vector<std::uint16_t> identifiers;
        while (const auto solicitation = discovery_.take(now)) {
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
        return discovery_.on_advertisement(now, source, advertisement);
    }
    // Asks at noon, and hears this.
    void learn(std::uint32_t valid, std::uint32_t preferred) {
        discovery_.on_bound(noon, true);
        discovery_.on_doubt(noon);
        EXPECT_EQ(asked(noon), (Identifiers{first}));
        EXPECT_TRUE(hear(noon, first, valid, preferred));
    }

    using Identifiers = std::vector<std::uint16_t>;
    static constexpr std::uint16_t first = 101;
    static constexpr std::uint16_t second = 201;
    PrefixDiscovery discovery_{test::home, test::home_agent,
                               [next = 0U]() mutable { return next += 100; }};
};

TEST_F(PrefixDiscoveryTest, AsksNobodyWithoutAReason) {
    discovery_.on_bound(noon, true);
    EXPECT_FALSE(discovery_.next_deadline());
    EXPECT_EQ(asked(noon + 24h), Identifiers());
}

TEST_F(PrefixDiscoveryTest, AsksWhenTheHomeAgentSaysThatItIsNecessary) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    EXPECT_EQ(discovery_.next_deadline(), noon);
    EXPECT_EQ(asked(noon), (Identifiers{first}));
}

TEST_F(PrefixDiscoveryTest, AsksOnlyWhileItIsBound) {
    discovery_.on_doubt(noon);
    EXPECT_FALSE(discovery_.next_deadline());
    EXPECT_EQ(asked(noon), Identifiers());
    discovery_.on_bound(noon + 5s, true);
    EXPECT_EQ(asked(noon + 5s), (Identifiers{first}));
}

TEST_F(PrefixDiscoveryTest, AsksAgainWithTheSameIdentifierEachTimeAfterTwiceAsLong) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    for (const auto after : {0s, 3s, 9s, 21s, 45s}) {
        EXPECT_EQ(discovery_.next_deadline(), noon + after);
        EXPECT_EQ(asked(noon + after - 1ms), Identifiers());
        EXPECT_EQ(asked(noon + after), (Identifiers{first}));
    }
    EXPECT_FALSE(discovery_.next_deadline()) << "it does not know the message, perhaps";
    discovery_.on_doubt(noon + 600s);
    EXPECT_EQ(asked(noon + 600s), (Identifiers{second}));
}

TEST_F(PrefixDiscoveryTest, BeginsAnewWithAnotherBinding) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    EXPECT_EQ(asked(noon), (Identifiers{first}));
    discovery_.on_bound(noon + 1s, false);
    EXPECT_EQ(asked(noon + 10s), Identifiers());
    discovery_.on_bound(noon + 20s, true);
    EXPECT_EQ(asked(noon + 20s), (Identifiers{first}));
    EXPECT_EQ(discovery_.next_deadline(), noon + 23s);
}

TEST_F(PrefixDiscoveryTest, LearnsThePrefixOfItsHomeAddress) {
    learn(30 * day, 7 * day);
    ASSERT_TRUE(discovery_.known());
    EXPECT_EQ(discovery_.known()->prefix, test::home_prefix);
    EXPECT_EQ(discovery_.known()->preferred_until, noon + 7 * 24h);
    EXPECT_EQ(discovery_.known()->valid_until, noon + 30 * 24h);
}

TEST_F(PrefixDiscoveryTest, KnowsWhenAPrefixIsDeprecatedAndWhenItIsOver) {
    learn(1000, 500);
    EXPECT_FALSE(discovery_.known()->is_deprecated(noon + 500s - 1ms));
    EXPECT_TRUE(discovery_.known()->is_deprecated(noon + 500s));
    EXPECT_TRUE(discovery_.known()->is_valid(noon + 1000s - 1ms));
    EXPECT_FALSE(discovery_.known()->is_valid(noon + 1000s));
}

TEST_F(PrefixDiscoveryTest, TakesAllOnesForEver) {
    learn(0xffffffff, 0xffffffff);
    EXPECT_FALSE(discovery_.known()->valid_until);
    EXPECT_FALSE(discovery_.known()->preferred_until);
    EXPECT_FALSE(discovery_.next_deadline());
}

TEST_F(PrefixDiscoveryTest, AsksBeforeThePrefixIsDeprecated) {
    learn(30 * day, 1000);
    EXPECT_EQ(discovery_.next_deadline(), noon + 800s);
    EXPECT_EQ(asked(noon + 800s), (Identifiers{second}));
}

TEST_F(PrefixDiscoveryTest, AsksBeforeADeprecatedPrefixIsOver) {
    learn(1000, 0);
    EXPECT_EQ(discovery_.next_deadline(), noon + 800s);
}

TEST_F(PrefixDiscoveryTest, DoesNotAskForWhatIsOver) {
    learn(0, 0);
    EXPECT_FALSE(discovery_.known()->is_valid(noon));
    EXPECT_FALSE(discovery_.next_deadline());
}

TEST_F(PrefixDiscoveryTest, TakesNothingFromAnybodyElse) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    EXPECT_EQ(asked(noon), (Identifiers{first}));
    EXPECT_FALSE(hear(noon, first, 1, 1, test::correspondent));
    EXPECT_FALSE(discovery_.known());
    EXPECT_TRUE(hear(noon, first)) << "what was asked is still open";
}

TEST_F(PrefixDiscoveryTest, AsksWhenAnAdvertisementComesUnasked) {
    discovery_.on_bound(noon, true);
    EXPECT_FALSE(hear(noon, 0));
    EXPECT_FALSE(discovery_.known()) << "it MUST be discarded";
    EXPECT_EQ(asked(noon), (Identifiers{first}));
}

TEST_F(PrefixDiscoveryTest, TakesAnAnswerOnce) {
    learn(30 * day, 7 * day);
    EXPECT_FALSE(hear(noon + 5s, first, 1, 1));
    EXPECT_EQ(discovery_.known()->valid_until, noon + 30 * 24h);
    EXPECT_EQ(asked(noon + 5s), (Identifiers{second})) << "as if it had come unasked";
}

TEST_F(PrefixDiscoveryTest, TakesNoAnswerToAnOlderQuestion) {
    learn(30 * day, 7 * day);
    discovery_.on_doubt(noon + 10s);
    EXPECT_EQ(asked(noon + 10s), (Identifiers{second}));
    EXPECT_FALSE(hear(noon + 10s, first, 1, 1));
    EXPECT_TRUE(hear(noon + 10s, second));
}

TEST_F(PrefixDiscoveryTest, AsksNoMoreThanOnceASecondWhateverComes) {
    discovery_.on_bound(noon, true);
    Identifiers all;
    for (unsigned number = 0; number < 50; ++number) {
        const Instant now = noon + number * 100ms;
        (void)hear(now, 0);
        for (const std::uint16_t identifier : asked(now)) {
            all.push_back(identifier);
            EXPECT_TRUE(hear(now, identifier));
        }
    }
    EXPECT_EQ(all.size(), 5U);
}

TEST_F(PrefixDiscoveryTest, PassesOverPrefixesThatAreNotOfItsHomeAddress) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    EXPECT_EQ(asked(noon), (Identifiers{first}));
    wire::MobilePrefixAdvertisement advertisement{.identifier = first, .options = {}};
    wire::PrefixInformation other;
    other.prefix = {test::ip("2001:db8:e::"), 64};
    other.valid_lifetime = other.preferred_lifetime = wire::Seconds(10);
    advertisement.options.prefixes = {other};
    EXPECT_TRUE(discovery_.on_advertisement(noon, test::home_agent.address, advertisement));
    EXPECT_FALSE(discovery_.known());
}

TEST_F(PrefixDiscoveryTest, PassesOverAPrefixThatIsPreferredForLongerThanItIsValid) {
    discovery_.on_bound(noon, true);
    discovery_.on_doubt(noon);
    EXPECT_EQ(asked(noon), (Identifiers{first}));
    EXPECT_TRUE(hear(noon, first, 10, 20));
    EXPECT_FALSE(discovery_.known());
}

}  // namespace
}  // namespace godwit::client
