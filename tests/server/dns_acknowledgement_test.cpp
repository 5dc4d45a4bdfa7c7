// Which name servers mobile nodes are told: docs/protocol.md.

#include <string>

#include "shared/mobility/dns_configuration.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

mobility::DnsConfiguration home_dns() {
    return {.servers = {*wire::Ipv6Address::parse("2001:db8:f::53")},
            .search_domains = {*wire::DomainName::parse("home.example")}};
}

HomeAgentSettings with_dns(Protection protection, mobility::DnsConfiguration dns = home_dns()) {
    HomeAgentSettings settings = settings_of(protection);
    settings.dns = std::move(dns);
    return settings;
}

std::optional<mobility::DnsConfiguration> told_in(const Actions& actions) {
    return mobility::dns_configuration(answer_in(actions).options);
}

TEST(DnsInAcknowledgements, IsToldInAnswerToAHandshake) {
    AskedHomeAgent home_agent(with_dns(Protection::sealed));
    EXPECT_EQ(told_in(home_agent.hear(noon, update(1))), home_dns());
}

TEST(DnsInAcknowledgements, IsNotToldAgainWhereASessionMoves) {
    AskedHomeAgent home_agent(with_dns(Protection::sealed));
    const auto session = home_agent.complete(home_agent.hear(noon, update(1)));
    const Actions moved =
        home_agent.hear_in_session(noon + 1s, update(2, test::care_of_b), session);
    EXPECT_TRUE(wire::is_accepted(status_in(moved)));
    EXPECT_EQ(told_in(moved), std::nullopt);
}

TEST(DnsInAcknowledgements, IsToldEachTimeWhereThereAreNoSessions) {
    AskedHomeAgent home_agent(with_dns(Protection::none));
    EXPECT_EQ(told_in(home_agent.hear(noon, update(1))), home_dns());
    EXPECT_EQ(told_in(home_agent.hear(noon + 1s, update(2))), home_dns());
}

TEST(DnsInAcknowledgements, IsAbsentWhereNoneIsConfiguredOrTheUpdateIsRefused) {
    AskedHomeAgent without(settings_of(Protection::none));
    EXPECT_EQ(told_in(without.hear(noon, update(1))), std::nullopt);
    AskedHomeAgent home_agent(with_dns(Protection::none));
    EXPECT_EQ(told_in(home_agent.hear(noon, deregistration(1))), std::nullopt)
        << "there was no binding to give up";
}

// RFC 8200 §5: a packet of 1280 octets arrives everywhere.
TEST(DnsInAcknowledgements, LeavesThemShorterThanAPacketMayBeEverywhere) {
    constexpr std::size_t outer_headers = 40 + 24;  // IPv6, type 2 routing header
    mobility::DnsConfiguration most;
    for (std::uint8_t last = 1; last <= mobility::DnsConfiguration::max_servers; ++last) {
        most.servers.push_back(*wire::Ipv6Address::parse("2001:db8:f::" + std::to_string(last)));
    }
    for (std::size_t number = 0; number < mobility::DnsConfiguration::max_search_domains;
         ++number) {
        most.search_domains.push_back(
            *wire::DomainName::parse(std::string(20, 'a') + std::to_string(number)));
    }
    HomeAgentSettings settings = with_dns(Protection::sealed, most);
    settings.mobile_nodes.at(0).ipv4_home = wire::Ipv4Address::parse("10.19.0.2");
    AskedHomeAgent home_agent(settings);
    wire::BindingUpdate asked = update(1);
    asked.options.emplace_back(wire::Ipv4HomeAddress{});
    const Actions actions = home_agent.hear(noon, asked);
    ASSERT_EQ(told_in(actions), most);
    home_agent.complete(actions);
    EXPECT_GT(home_agent.length_of_answer(), 255U);
    EXPECT_LT(home_agent.length_of_answer() + outer_headers, 1280U)
        << home_agent.length_of_answer();
}

}  // namespace
}  // namespace godwit::server
