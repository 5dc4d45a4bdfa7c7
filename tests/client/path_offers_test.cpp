#include "client/core/path_offers.hpp"

#include <set>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using mobility::CandidateAddress;
using mobility::Encapsulation;
using mobility::Path;
using test::ip;

CandidateAddress candidate(std::string_view address, std::uint32_t interface = 1,
                           std::uint32_t metric = 1024) {
    return {.interface = {interface}, .address = ip(address), .route_metric = metric};
}

const wire::Ipv6Address ipv4_of_home_agent = ip("::ffff:203.0.113.2");
const wire::Ipv6Address ipv6_of_home_agent = test::home_agent.address;

struct Links {
    std::vector<Away> offers() const {
        return path_offers({.candidates = candidates, .endpoints = endpoints, .home = {}},
                           preferences, memory, now,
                           {.path = present ? &*present : nullptr, .is_proved = is_proved});
    }
    // The care-of address of the first offer.
    std::string first() const { return offers().at(0).path.local.text(); }
    // "ip6 2001:db8:a::2", "udp 192.0.2.1 -> 203.0.113.2:4191", ...
    std::vector<std::string> ways() const {
        std::vector<std::string> texts;
        for (const Away& offer : offers()) {
            texts.push_back(std::string(name(offer.path.encapsulation)) + " " +
                            offer.path.remote_text());
        }
        return texts;
    }

    std::vector<CandidateAddress> candidates;
    std::vector<mobility::HomeAgentEndpoint> endpoints{};
    PathPreferences preferences{.home_agent = test::home_agent};
    PathMemory memory{};
    std::optional<Path> present{};
    bool is_proved = true;  // the present one
    mobility::Instant now = test::noon;
};

TEST(PathOffers, AreNoneWhereNoAddressIsOffered) {
    EXPECT_TRUE(Links{}.offers().empty());
}

TEST(PathOffers, NeverStartAtATentativeAddress) {
    Links links{.candidates = {candidate("2001:db8:a::2")}};
    links.candidates[0].tentative = true;
    EXPECT_TRUE(links.offers().empty());
}

TEST(PathOffers, PreferTheLowerRouteMetric) {
    Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 600), candidate("2001:db8:b::2", 2, 100)}};
    EXPECT_EQ(links.first(), "2001:db8:b::2");
    links.present = links.offers().at(1).path;
    EXPECT_EQ(links.first(), "2001:db8:b::2");
}

TEST(PathOffers, PreferTheLinkThatTheUserPrefersToTheLowerRouteMetric) {
    Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 100), candidate("2001:db8:b::2", 2, 600)}};
    links.candidates[0].preference = 1;
    EXPECT_EQ(links.first(), "2001:db8:b::2");
    links.present = links.offers().at(1).path;
    EXPECT_EQ(links.first(), "2001:db8:b::2");
    links.candidates[1].abandoned = true;
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

TEST(PathOffers, TakeADeprecatedAddressOnlyBehindOthers) {
    Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 100), candidate("2001:db8:b::2", 2, 600)}};
    links.candidates[0].deprecated = true;
    EXPECT_EQ(links.first(), "2001:db8:b::2");
    links.candidates.pop_back();
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

TEST(PathOffers, TakeAnAbandonedAddressOnlyBehindOthers) {
    Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 100), candidate("2001:db8:b::2", 1, 600)}};
    links.candidates[0].abandoned = true;
    EXPECT_EQ(links.first(), "2001:db8:b::2");
}

TEST(PathOffers, StayWithThePresentInterfaceAmongEquals) {
    Links links{.candidates = {candidate("2001:db8:f:1::2", 1), candidate("2001:db8:a::2", 2)}};
    EXPECT_EQ(links.first(), "2001:db8:f:1::2");
    links.present = links.offers().at(1).path;
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

TEST(PathOffers, PreferAnAddressThatLasts) {
    Links links{.candidates = {candidate("2001:db8:a::1"), candidate("2001:db8:a::2")}};
    links.candidates[0].temporary = true;
    EXPECT_EQ(links.first(), "2001:db8:a::2");
    EXPECT_EQ(links.offers().size(), 1U) << "one of each family for each interface";
}

TEST(PathOffers, PreferTheLongerCommonPrefixWithTheHomeAgent) {
    const Links links{.candidates = {candidate("2a00::2"), candidate("2001:db8:a::2")}};
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

TEST(PathOffers, LeaveAUniqueLocalAddressForAGlobalOne) {
    Links links{.candidates = {candidate("fd00::2")}};
    links.present = links.offers().at(0).path;
    EXPECT_EQ(links.first(), "fd00::2");
    links.candidates.push_back(candidate("2001:db8:a::2"));
    EXPECT_EQ(links.first(), "2001:db8:a::2");
    links.candidates[1].deprecated = true;
    EXPECT_EQ(links.first(), "fd00::2");
}

TEST(PathOffers, StayWithAUniqueLocalAddressThatLeadsToTheHomeAgent) {
    Links links{.candidates = {candidate("fd00::2")}};
    links.present = links.offers().at(0).path;
    links.candidates.push_back(candidate("2001:db8:a::2"));
    Links at_endpoint = links;
    at_endpoint.endpoints = {{ip("fd00::1")}};
    EXPECT_EQ(at_endpoint.first(), "fd00::2");
    links.preferences.home_agent = {ip("fd00::1")};
    EXPECT_EQ(links.first(), "fd00::2");
}

TEST(PathOffers, StayWithThePresentAddressAmongEqualsOnlyIfItHasBeenSeenToCarry) {
    Links links{.candidates = {candidate("2a00::2")}};
    links.present = links.offers().at(0).path;
    links.candidates.push_back(candidate("2001:db8:a::2"));
    EXPECT_EQ(links.first(), "2a00::2");
    links.is_proved = false;
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

TEST(PathOffers, BeginNativeAndGoOnWithUdpOverIpv6ThenIpv4ThenTheNextPort) {
    Links links{.candidates = {candidate("::ffff:192.0.2.7"), candidate("2001:db8:a::2")},
                .endpoints = {{ipv4_of_home_agent}, {ipv6_of_home_agent}}};
    links.preferences.ports = {4191, 443};
    EXPECT_THAT(links.ways(),
                testing::ElementsAre("ip6 2001:db8:f::1", "udp [2001:db8:f::1]:4191",
                                     "udp 203.0.113.2:4191", "udp [2001:db8:f::1]:443",
                                     "udp 203.0.113.2:443"));
}

TEST(PathOffers, AreOnlyWhatTheConfigurationAllows) {
    Links links{.candidates = {candidate("2001:db8:a::2")}, .endpoints = {{ipv6_of_home_agent}}};
    links.preferences.encapsulations = {Encapsulation::ip6};
    EXPECT_THAT(links.ways(), testing::ElementsAre("ip6 2001:db8:f::1"));
    links.preferences.encapsulations = {Encapsulation::udp, Encapsulation::ip6};
    EXPECT_THAT(links.ways(),
                testing::ElementsAre("udp [2001:db8:f::1]:4191", "ip6 2001:db8:f::1"));
}

TEST(PathOffers, BeginWithUdpOverIpv6WhereThatIsCheaper) {
    Links links{.candidates = {candidate("::ffff:192.0.2.7"), candidate("2001:db8:a::2")},
                .endpoints = {{ipv4_of_home_agent}, {ipv6_of_home_agent}}};
    links.preferences.ports = {4191, 443};
    links.preferences.udp_is_cheaper = true;
    EXPECT_THAT(links.ways(),
                testing::ElementsAre("udp [2001:db8:f::1]:4191", "ip6 2001:db8:f::1",
                                     "udp 203.0.113.2:4191", "udp [2001:db8:f::1]:443",
                                     "udp 203.0.113.2:443"));
}

TEST(PathOffers, LeaveTheCheaperOneBehindWhereItHasFailed) {
    Links links{.candidates = {candidate("2001:db8:a::2")}, .endpoints = {{ipv6_of_home_agent}}};
    links.preferences.udp_is_cheaper = true;
    links.memory.on_failed(links.now, links.offers().at(0).path, 64);
    EXPECT_THAT(links.ways(),
                testing::ElementsAre("ip6 2001:db8:f::1", "udp [2001:db8:f::1]:4191"));
}

TEST(PathOffers, FromIpv4LeadToIpv4) {
    const Links links{.candidates = {candidate("::ffff:192.0.2.7")},
                      .endpoints = {{ipv6_of_home_agent}, {ipv4_of_home_agent}}};
    EXPECT_THAT(links.ways(), testing::ElementsAre("udp 203.0.113.2:4191"));
}

TEST(PathOffers, CountAnInterfaceByTheBetterOfItsFamilies) {
    const Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 1024), candidate("::ffff:192.0.2.7", 1, 100),
                       candidate("2001:db8:b::2", 2, 600)},
        .endpoints = {{ipv4_of_home_agent}}};
    EXPECT_EQ(links.first(), "2001:db8:a::2");
}

// "interface 1 udp 4191", ... of all offers
std::set<std::string> kinds(const std::vector<Away>& offers) {
    std::set<std::string> kinds;
    for (const Away& offer : offers) {
        kinds.insert("interface " + std::to_string(offer.path.interface.value) + " " +
                     std::string(name(offer.path.encapsulation)) + " " +
                     std::to_string(offer.path.remote_port));
    }
    return kinds;
}

std::vector<mobility::HomeAgentEndpoint> sixteen_addresses_of_home_agent() {
    std::vector<mobility::HomeAgentEndpoint> endpoints(16, {ipv6_of_home_agent});
    for (std::uint8_t number = 0; number < 16; ++number) {
        endpoints.at(number).address.octets.back() = number;
    }
    return endpoints;
}

TEST(PathOffers, KeepEveryLinkAndPortHoweverManyAddressesTheHomeAgentHas) {
    Links links{
        .candidates = {candidate("2001:db8:a::2", 1, 100), candidate("2001:db8:b::2", 2, 600)},
        .endpoints = sixteen_addresses_of_home_agent()};
    links.preferences.ports = {4191, 443};
    EXPECT_THAT(
        kinds(links.offers()),
        testing::ElementsAre("interface 1 ip6 0", "interface 1 udp 4191", "interface 1 udp 443",
                             "interface 2 ip6 0", "interface 2 udp 4191", "interface 2 udp 443"));
    EXPECT_EQ(links.offers().size(), 32U);
    EXPECT_EQ(links.first(), "2001:db8:a::2");
    EXPECT_EQ(links.offers().back().path.interface.value, 2U) << "in the order of before";
}

TEST(PathOffers, KeepThePresentPathAmongTooMany) {
    Links links{.candidates = {candidate("2001:db8:a::2", 1, 100)},
                .endpoints = sixteen_addresses_of_home_agent()};
    links.present = links.offers().back().path;
    links.preferences.ports = {4191, 443};
    links.candidates.push_back(candidate("2001:db8:b::2", 2, 600));
    EXPECT_NE(offer_along(links.offers(), *links.present), nullptr);
}

TEST(PathOffers, RememberWhatFailedInThisNetworkAndInNoOther) {
    Links links{.candidates = {candidate("2001:db8:a::2"), candidate("::ffff:192.0.2.7")},
                .endpoints = {{ipv4_of_home_agent}}};
    const Path native = links.offers().at(0).path;
    links.memory.on_failed(links.now, native, 64);
    EXPECT_THAT(links.ways(), testing::ElementsAre("udp 203.0.113.2:4191", "ip6 2001:db8:f::1"));
    links.candidates[0].address = ip("2001:db8:a::77");
    EXPECT_EQ(links.ways().at(0), "udp 203.0.113.2:4191") << "the same network, another address";
    links.candidates[0].address = ip("2001:db8:b::2");
    EXPECT_EQ(links.ways().at(0), "ip6 2001:db8:f::1");
    links.candidates[0].address = ip("2001:db8:a::2");
    links.now += std::chrono::hours(1);
    EXPECT_EQ(links.ways().at(0), "ip6 2001:db8:f::1") << "not for ever";
    links.memory.on_failed(links.now, native, 64);
    links.memory.on_worked(native, 64);
    EXPECT_EQ(links.ways().at(0), "ip6 2001:db8:f::1");
}

}  // namespace
}  // namespace godwit::client
