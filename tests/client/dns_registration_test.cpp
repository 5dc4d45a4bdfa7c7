// What becomes of the name servers that acknowledgements tell: docs/protocol.md.

#include "client/core/home_registration.hpp"
#include "shared/mobility/dns_configuration.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

const mobility::DnsConfiguration home_dns{
    .servers = {wire::Ipv6Address::parse("2001:db8:f::53").value()},
    .search_domains = {wire::DomainName::parse("home.example").value()}};

Answer telling(const mobility::DnsConfiguration& dns) {
    return {.options = {mobility::to_option(dns)}};
}

std::vector<mobility::DnsConfigured> told_in(const Actions& actions) {
    return test::events<mobility::DnsConfigured>(actions);
}

TEST(DnsRegistration, TakesWhatTheAcknowledgementTells) {
    RegisteringNode node(Protection::sealed);
    const Actions actions = node.hear_answer(noon, node.register_at(noon), telling(home_dns));
    ASSERT_EQ(told_in(actions).size(), 1U);
    EXPECT_EQ(told_in(actions).front().dns, home_dns);
    EXPECT_EQ(node.core.dns(), home_dns);
}

TEST(DnsRegistration, TellsNothingThatIsKnown) {
    RegisteringNode node;
    node.hear_answer(noon, node.register_at(noon), telling(home_dns));
    const Actions again = node.hear_answer(noon + 1s, node.register_at(noon + 1s, test::care_of_b),
                                           telling(home_dns));
    EXPECT_TRUE(told_in(again).empty());
}

TEST(DnsRegistration, KeepsItWhereTheSessionMoves) {
    RegisteringNode node(Protection::sealed);
    node.hear_answer(noon, node.register_at(noon), telling(home_dns));
    const Actions asked = node.register_at(noon + 1s, test::care_of_b);
    ASSERT_FALSE(is_by_handshake(asked));
    EXPECT_TRUE(told_in(node.hear_answer(noon + 1s, asked)).empty());
    EXPECT_EQ(node.core.dns(), home_dns);
}

TEST(DnsRegistration, HasNoneAnyMoreOnceANewSessionTellsNone) {
    RegisteringNode node;
    node.hear_answer(noon, node.register_at(noon), telling(home_dns));
    const Actions actions =
        node.hear_answer(noon + 1s, node.register_at(noon + 1s, test::care_of_b));
    ASSERT_EQ(told_in(actions).size(), 1U);
    EXPECT_TRUE(told_in(actions).front().dns.is_empty());
}

TEST(DnsRegistration, PassesOverAnOptionThatIsWrong) {
    RegisteringNode node;
    const Actions actions =
        node.hear_answer(noon, node.register_at(noon),
                         {.options = {wire::ExperimentalOption{{8, 1, 1, 0, 0x20, 0x01}}}});
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::registered);
    EXPECT_TRUE(told_in(actions).empty());
}

}  // namespace
}  // namespace godwit::client
