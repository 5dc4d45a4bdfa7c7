// The Home Agents List and what is told of it: RFC 6275 §10.5.

#include <algorithm>
#include <set>

#include "server/core/discovery_answers.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::ip;
using test::noon;
using wire::HomeAgentAddress;

using Seconds16 = std::chrono::duration<std::uint16_t>;

const wire::Ipv6Address anycast = ip("2001:db8:f:0:fdff:ffff:ffff:fffe");
const wire::Ipv6Address router_2 = ip("fe80::2");
const HomeAgentAddress second{ip("2001:db8:f::2")};
const HomeAgentAddress third{ip("2001:db8:f::3")};

wire::RouterAdvertisement advertisement(const HomeAgentAddress& address, std::uint16_t preference) {
    wire::RouterAdvertisement message;
    message.home_agent = true;
    message.router_lifetime = Seconds16(1800);
    wire::PrefixInformation information;
    information.prefix = {address.address, 64};
    information.router_address = true;
    information.valid_lifetime = wire::Seconds(3600);
    message.options.prefixes = {information};
    message.options.home_agent = {.preference = preference, .lifetime = Seconds16(600)};
    return message;
}

DiscoverySettings settings(std::uint16_t preference = 0) {
    return {.address = test::home_agent,
            .home_prefix = test::home_prefix,
            .preference = preference,
            .random = [next = 0x9e3779b9U]() mutable {
                next = next * 1664525U + 1013904223U;
                return next >> 8U;
            }};
}

std::vector<HomeAgentAddress> told(DiscoveryAnswers& answers, mobility::Instant now = noon) {
    const auto reply = answers.on_request(now, test::care_of_a.address, anycast, {7});
    return reply ? reply->home_agents : std::vector<HomeAgentAddress>();
}

using Addresses = std::vector<HomeAgentAddress>;

RULE(rfc6275_10_5_1, AnswersAtTheAnycastAddressWithTheRequestsIdentifier,
     "a request to the anycast address of the home prefix is answered, with its identifier") {
    DiscoveryAnswers answers(settings());
    const auto reply = answers.on_request(noon, test::care_of_a.address, anycast, {0x1234});
    EXPECT_EQ(reply, (wire::HomeAgentDiscoveryReply{0x1234, {test::home_agent}}));
}

RULE(rfc6275_10_5_1, AnswersAtItsOwnAddressToo,
     "a request to the home agent's own address is answered") {
    DiscoveryAnswers answers(settings());
    EXPECT_TRUE(answers.on_request(noon, test::care_of_a.address, test::home_agent.address, {1}));
}

RULE(rfc6275_10_5_1, IsSilentAtAnyOtherAddress,
     "a request to the anycast address of another prefix is none of its business") {
    DiscoveryAnswers answers(settings());
    for (const char* other : {"2001:db8:e:0:fdff:ffff:ffff:fffe", "2001:db8:f::9", "ff02::1"}) {
        EXPECT_FALSE(answers.on_request(noon, test::care_of_a.address, ip(other), {1})) << other;
    }
}

RULE(rfc6275_6_5, IsSilentToWhoCannotBeAnswered,
     "the reply goes to the request's source, if anybody can be there") {
    DiscoveryAnswers answers(settings());
    for (const char* source : {"::", "::1", "ff02::1", "fe80::1"}) {
        EXPECT_FALSE(answers.on_request(noon, ip(source), anycast, {1})) << source;
    }
}

RULE(rfc6275_10_5_1, AnswersAHundredTimesASecondAtMost, "replies to forged sources are bounded") {
    DiscoveryAnswers answers(settings());
    for (unsigned number = 0; number < 100; ++number) {
        EXPECT_FALSE(told(answers).empty());
    }
    EXPECT_TRUE(told(answers, noon + 999ms).empty());
    EXPECT_FALSE(told(answers, noon + 1s).empty());
}

RULE(rfc6275_10_5_1, HasThoseWhoSaySoByTheirRouterAddresses,
     "the list has the global addresses of prefixes with the R bit, of routers with the H bit") {
    DiscoveryAnswers answers(settings(10));
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    EXPECT_EQ(told(answers), (Addresses{test::home_agent, second}));
}

RULE(rfc6275_10_5_1, PutsTheHigherPreferenceFirst,
     "addresses are listed in order of decreasing preference") {
    DiscoveryAnswers answers(settings(10));
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    answers.home_agents().on_advertisement(noon, ip("fe80::3"), advertisement(third, 65535));
    EXPECT_EQ(told(answers), (Addresses{third, test::home_agent, second}));
}

RULE(rfc6275_10_5_1, TakesNoPreferenceForZero,
     "without the Home Agent Information option the preference is 0") {
    DiscoveryAnswers answers(settings(1));
    auto without = advertisement(second, 9);
    without.options.home_agent.reset();
    answers.home_agents().on_advertisement(noon, router_2, without);
    EXPECT_EQ(told(answers), (Addresses{test::home_agent, second}));
}

RULE(rfc6275_10_5_1, ShufflesEqualsForEachReply,
     "home agents of equal preference are in random order, another for each reply") {
    DiscoveryAnswers answers(settings());
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 0));
    answers.home_agents().on_advertisement(noon, ip("fe80::3"), advertisement(third, 0));
    std::set<HomeAgentAddress> firsts;
    for (unsigned number = 0; number < 60; ++number) {
        firsts.insert(told(answers).front());
    }
    EXPECT_EQ(firsts.size(), 3U);
}

RULE(rfc6275_10_5_1, ShufflesTheAddressesOfOne,
     "several addresses of one home agent are in random order") {
    DiscoveryAnswers answers(settings(1));
    auto of_two = advertisement(second, 0);
    of_two.options.prefixes.push_back(of_two.options.prefixes.front());
    of_two.options.prefixes.back().prefix.address = third.address;
    answers.home_agents().on_advertisement(noon, router_2, of_two);
    std::set<HomeAgentAddress> seconds;
    for (unsigned number = 0; number < 40; ++number) {
        const Addresses list = told(answers);
        ASSERT_EQ(list.size(), 3U);
        seconds.insert(list[1]);
    }
    EXPECT_EQ(seconds, (std::set<HomeAgentAddress>{second, third}));
}

RULE(rfc6275_10_5_1, ForgetsWhoSaysThatHeIsNoneAnyMore,
     "an advertisement without the H bit deletes the entry") {
    DiscoveryAnswers answers(settings());
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    auto host = advertisement(second, 5);
    host.home_agent = false;
    answers.home_agents().on_advertisement(noon, router_2, host);
    EXPECT_EQ(told(answers), (Addresses{test::home_agent}));
}

RULE(rfc6275_10_5_1, ForgetsWhoseLifetimeIsZero,
     "a lifetime of zero deletes the entry, and makes none") {
    DiscoveryAnswers answers(settings());
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    auto leaving = advertisement(second, 5);
    leaving.options.home_agent->lifetime = Seconds16(0);
    answers.home_agents().on_advertisement(noon, router_2, leaving);
    EXPECT_EQ(told(answers), (Addresses{test::home_agent}));
    answers.home_agents().on_advertisement(noon, ip("fe80::3"), leaving);
    EXPECT_EQ(told(answers), (Addresses{test::home_agent})) << "and makes no entry of it";
}

RULE(rfc6275_10_5_1, GoesByTheHomeAgentLifetimeBeforeThatOfTheRouter,
     "the lifetime is that of the Home Agent Information option, and deletes the entry when it is "
     "over") {
    DiscoveryAnswers answers(settings(9));
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    EXPECT_EQ(told(answers, noon + 600s - 1ms).size(), 2U);
    EXPECT_EQ(told(answers, noon + 600s).size(), 1U);
}

RULE(rfc6275_10_5_1, GoesByTheRouterLifetimeWithoutTheOption,
     "without the option the lifetime is the router lifetime") {
    DiscoveryAnswers answers(settings(9));
    auto without = advertisement(second, 5);
    without.options.home_agent.reset();
    answers.home_agents().on_advertisement(noon, router_2, without);
    EXPECT_EQ(told(answers, noon + 1800s - 1ms).size(), 2U);
    EXPECT_EQ(told(answers, noon + 1800s).size(), 1U);
}

RULE(rfc6275_10_5_1, GoesByTheLatestAdvertisement,
     "each advertisement resets lifetime and preference") {
    DiscoveryAnswers answers(settings(10));
    answers.home_agents().on_advertisement(noon, router_2, advertisement(second, 5));
    answers.home_agents().on_advertisement(noon + 500s, router_2, advertisement(second, 50));
    EXPECT_EQ(told(answers, noon + 1099s), (Addresses{second, test::home_agent}));
    EXPECT_EQ(told(answers, noon + 1100s), (Addresses{test::home_agent}));
}

RULE(rfc6275_10_5_1, HasNoPrefixWithoutTheRouterAddressBit,
     "a prefix without the R bit names no address") {
    DiscoveryAnswers answers(settings());
    auto message = advertisement(second, 5);
    message.options.prefixes.front().router_address = false;
    answers.home_agents().on_advertisement(noon, router_2, message);
    EXPECT_EQ(told(answers), (Addresses{test::home_agent}));
}

RULE(rfc6275_10_1, ForgetsAnAddressWhosePrefixIsValidNoMore,
     "a global address of another home agent is deleted once its prefix is no longer valid, which "
     "each advertisement says anew") {
    DiscoveryAnswers answers(settings(9));
    auto message = advertisement(second, 5);
    message.options.prefixes.front().valid_lifetime = wire::Seconds(10);
    answers.home_agents().on_advertisement(noon, router_2, message);
    answers.home_agents().on_advertisement(noon + 5s, router_2, message);
    EXPECT_EQ(told(answers, noon + 15s - 1ms), (Addresses{test::home_agent, second}));
    EXPECT_EQ(told(answers, noon + 15s), (Addresses{test::home_agent}));
    message.options.prefixes.front().valid_lifetime = wire::infinite_lifetime;
    answers.home_agents().on_advertisement(noon + 20s, router_2, message);
    EXPECT_EQ(told(answers, noon + 619s).size(), 2U) << "as long as its router is a home agent";
}

RULE(
    rfc6275_10_1, TakesAPrefixOfLifetimeZeroForAnEnd,
    "a valid lifetime of zero deletes the address at once, makes room for another, and adds none") {
    DiscoveryAnswers answers(settings(9));
    auto message = advertisement(second, 5);
    message.options.prefixes.resize(HomeAgentsList::max_addresses,
                                    message.options.prefixes.front());
    for (std::uint8_t place = 0; place < HomeAgentsList::max_addresses; ++place) {
        message.options.prefixes[place].prefix.address.octets[13] = place;
    }
    answers.home_agents().on_advertisement(noon, router_2, message);
    auto renumbered = advertisement(third, 5);
    renumbered.options.prefixes.insert(renumbered.options.prefixes.begin(),
                                       message.options.prefixes.front());
    renumbered.options.prefixes.front().valid_lifetime = wire::Seconds(0);
    answers.home_agents().on_advertisement(noon, router_2, renumbered);
    const Addresses list = told(answers);
    EXPECT_EQ(list.size(), 1 + HomeAgentsList::max_addresses);
    EXPECT_EQ(std::ranges::count(list, second), 0);
    EXPECT_EQ(std::ranges::count(list, third), 1);
    renumbered.options.prefixes.erase(renumbered.options.prefixes.begin() + 1);
    answers.home_agents().on_advertisement(noon, ip("fe80::3"), renumbered);
    EXPECT_EQ(told(answers).size(), 1 + HomeAgentsList::max_addresses);
}

RULE(rfc6275_10_5_1, HasItsOwnAddressOnceThoughItHearsItself,
     "the list is of other home agents: its own advertisement adds nothing") {
    DiscoveryAnswers answers(settings());
    answers.home_agents().on_advertisement(noon, router_2, advertisement(test::home_agent, 5));
    EXPECT_EQ(told(answers), (Addresses{test::home_agent}));
}

RULE(rfc6275_10_5_1, TellsTheBestThatFitIntoTheMinimumMtu,
     "of more addresses than fit those of the highest preference are listed") {
    DiscoveryAnswers answers(settings(65535));
    for (std::uint8_t number = 0; number < HomeAgentsList::max_others; ++number) {
        wire::Ipv6Address router = router_2;
        router.octets[14] = number;
        auto message = advertisement(second, number);
        message.options.prefixes.resize(HomeAgentsList::max_addresses,
                                        message.options.prefixes.front());
        for (std::uint8_t address = 0; address < HomeAgentsList::max_addresses; ++address) {
            message.options.prefixes[address].prefix.address.octets[12] = number;
            message.options.prefixes[address].prefix.address.octets[13] = address;
        }
        answers.home_agents().on_advertisement(noon, router, message);
    }
    const Addresses list = told(answers);
    ASSERT_EQ(list.size(), wire::HomeAgentDiscoveryReply::max_home_agents);
    EXPECT_EQ(list.front(), test::home_agent);
    for (std::size_t place = 1; place < list.size(); ++place) {
        const std::size_t rank = (place - 1) / HomeAgentsList::max_addresses;
        EXPECT_EQ(list[place].address.octets[12], HomeAgentsList::max_others - 1 - rank) << place;
    }
}

RULE(rfc6275_10_5_1, IsNoLongerThanItsLimitWhoeverSpeaksUp,
     "whoever speaks up on the home link, the list is bounded") {
    DiscoveryAnswers answers(settings(1));
    for (std::uint8_t number = 0; number < 200; ++number) {
        wire::Ipv6Address router = router_2;
        router.octets[14] = number;
        auto message = advertisement(second, 0);
        message.options.prefixes.front().prefix.address.octets[12] = number;
        answers.home_agents().on_advertisement(noon, router, message);
    }
    EXPECT_EQ(told(answers).size(), 1 + HomeAgentsList::max_others);
}

RULE(rfc6275_10_5_1, ListsNoAddressThatNobodyCanReach,
     "only the global addresses of the other home agents are listed, and its own once") {
    DiscoveryAnswers answers(settings());
    for (const char* address : {"fe80::2", "ff02::1", "::1"}) {
        answers.home_agents().on_advertisement(noon, router_2, advertisement({ip(address)}, 0));
    }
    answers.home_agents().on_advertisement(noon, router_2, advertisement(test::home_agent, 0));
    EXPECT_EQ(told(answers), Addresses{test::home_agent});
}

}  // namespace
}  // namespace godwit::server
