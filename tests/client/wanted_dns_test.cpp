#include "client/core/wanted_dns.hpp"

#include <gtest/gtest.h>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using test::ip;
using test::noon;
using namespace std::chrono_literals;

const wire::Ipv6Address server = ip("2001:db8:f::53");
const wire::Ipv6Address ipv4_server = ip("::ffff:10.19.0.1");
const auto ipv4_home = wire::Ipv4Address::parse("10.19.0.2");
const auto domain = wire::DomainName::parse("home.example").value();
const mobility::DnsConfiguration told{.servers = {server, ipv4_server}, .search_domains = {domain}};

DnsSettings everything() {
    return {.servers = {},
            .search_domains = {},
            .routes = {{{}, 0}, {wire::Ipv6Address::mapped({}), 96}}};
}

DnsSettings split() {
    DnsSettings settings = everything();
    settings.routes = {*wire::Prefix::parse("2001:db8:f::/64")};
    return settings;
}

DnsChoice away(const DnsSettings& settings) {
    return choose_dns(settings, false, told, ipv4_home);
}

TEST(WantedDns, IsForAllNamesInAFullTunnel) {
    const DnsChoice choice = away(everything());
    ASSERT_TRUE(choice.wanted);
    EXPECT_EQ(choice.wanted->dns, told);
    EXPECT_TRUE(choice.wanted->for_all_names);
    EXPECT_TRUE(choice.out_of_reach.empty());
}

TEST(WantedDns, IsForAllNamesWhereIpv4AloneGoesThroughTheTunnel) {
    DnsSettings settings = everything();
    settings.routes.erase(settings.routes.begin());
    const DnsChoice choice = away(settings);
    ASSERT_TRUE(choice.wanted);
    EXPECT_TRUE(choice.wanted->for_all_names);
    EXPECT_EQ(choice.wanted->dns.servers, std::vector{ipv4_server});
    EXPECT_EQ(choice.out_of_reach, std::vector{server});
}

TEST(WantedDns, IsForTheSearchDomainsOfServersThatASplitTunnelLeadsTo) {
    const DnsChoice choice = away(split());
    ASSERT_TRUE(choice.wanted);
    EXPECT_EQ(choice.wanted->dns.servers, std::vector{server});
    EXPECT_FALSE(choice.wanted->for_all_names);
    EXPECT_EQ(choice.out_of_reach, std::vector{ipv4_server});
}

TEST(WantedDns, NeedsAnIpv4HomeAddressForIpv4Servers) {
    const DnsChoice choice = choose_dns(everything(), false, told, std::nullopt);
    EXPECT_EQ(choice.wanted->dns.servers, std::vector{server});
    EXPECT_EQ(choice.out_of_reach, std::vector{ipv4_server});
}

TEST(WantedDns, IsOfIpv6AloneAtHome) {
    const DnsChoice choice = choose_dns(split(), true, told, ipv4_home);
    EXPECT_EQ(choice.wanted->dns.servers, std::vector{server});
    EXPECT_TRUE(choice.wanted->is_at_home);
    EXPECT_TRUE(choice.out_of_reach.empty());
}

TEST(WantedDns, IsWhatTheConfigurationSaysInPlaceOfTheHomeAgent) {
    DnsSettings settings = everything();
    settings.servers = {ip("2001:db8:f::54")};
    settings.search_domains = {*wire::DomainName::parse("other.example")};
    const mobility::DnsConfiguration own{.servers = settings.servers,
                                         .search_domains = settings.search_domains};
    EXPECT_EQ(away(settings).wanted->dns, own);
    EXPECT_EQ(choose_dns(settings, false, {}, ipv4_home).wanted->dns, own);
}

TEST(WantedDns, IsNothingWhereItIsOffOrNoServerIsLeft) {
    DnsSettings off = everything();
    off.is_wanted = false;
    EXPECT_EQ(away(off), DnsChoice{});
    EXPECT_FALSE(choose_dns(everything(), false, {.search_domains = {domain}}, ipv4_home).wanted);
    EXPECT_FALSE(choose_dns(everything(), false, {}, ipv4_home).wanted);
}

class DnsPresenceTest : public testing::Test {
  protected:
    void follow(mobility::Instant now, State state) {
        presence_.follow(now, state, told, ipv4_home);
    }
    [[nodiscard]] bool is_there() const { return presence_.choice().wanted.has_value(); }

    DnsPresence presence_{everything()};
};

TEST_F(DnsPresenceTest, BeginsWithTheRegistration) {
    follow(noon, State::unattached);
    follow(noon, State::registering);
    EXPECT_FALSE(is_there());
    EXPECT_EQ(presence_.next_deadline(), std::nullopt);
    follow(noon, State::registered);
    EXPECT_TRUE(is_there());
}

TEST_F(DnsPresenceTest, OutlivesAMove) {
    follow(noon, State::registered);
    follow(noon + 1s, State::unattached);
    follow(noon + 2s, State::registering);
    EXPECT_TRUE(is_there());
    follow(noon + 3s, State::registered);
    EXPECT_EQ(presence_.next_deadline(), std::nullopt);
    follow(noon + 3600s, State::registering);
    EXPECT_TRUE(is_there());
}

TEST_F(DnsPresenceTest, EndsWhereNobodyServesForAWhile) {
    follow(noon, State::registered);
    follow(noon + 1s, State::registering);
    ASSERT_EQ(presence_.next_deadline(), noon + 1s + DnsPresence::patience);
    follow(noon + 1s + DnsPresence::patience - 1ms, State::registering);
    EXPECT_TRUE(is_there());
    follow(noon + 1s + DnsPresence::patience, State::registering);
    EXPECT_FALSE(is_there());
    EXPECT_EQ(presence_.next_deadline(), std::nullopt);
}

TEST_F(DnsPresenceTest, EndsAtOnceWhereTheHomeAgentEndsIt) {
    follow(noon, State::registered);
    follow(noon + 1s, State::revoked);
    EXPECT_FALSE(is_there());
}

TEST_F(DnsPresenceTest, IsThereAtHomeToo) {
    follow(noon, State::home);
    EXPECT_TRUE(is_there());
    EXPECT_TRUE(presence_.choice().wanted->is_at_home);
}

}  // namespace
}  // namespace godwit::client
