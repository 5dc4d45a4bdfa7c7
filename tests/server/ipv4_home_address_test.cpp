// IPv4 home addresses: RFC 5555 §3.1.1, §3.2.1, §4.5.

#include "server/core/ipv4_home_address.hpp"

#include "shared/wire/ipv4_home_address_status.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using wire::Ipv4HomeAddress;
using enum wire::Ipv4HomeAddressStatus;

wire::Ipv4Address ipv4(std::string_view text) {
    return wire::Ipv4Address::parse(text).value();
}

const wire::Ipv4Address own = ipv4("10.19.0.2");

struct Case {
    const char* name;
    Ipv4HomeAddress request;
    std::optional<wire::Ipv4Address> of_node;
    wire::Ipv4HomeAddressStatus status;
};

class Ipv4HomeAddressRule : public testing::TestWithParam<Case> {};

TEST_P(Ipv4HomeAddressRule, IsAnsweredByItsStatus) {
    wire::BindingUpdate asked = update(1);
    asked.options.emplace_back(GetParam().request);
    const MobileNodeRecord owner{
        .name = "laptop", .home = test::home, .ipv4_home = GetParam().of_node};
    const Ipv4Verdict verdict = judge_ipv4(asked, owner, false);
    ASSERT_TRUE(verdict.answer);
    EXPECT_EQ(verdict.answer->status, static_cast<std::uint8_t>(GetParam().status));
    if (GetParam().status == success) {
        EXPECT_EQ(verdict.home, own);
        EXPECT_EQ(verdict.answer->home, own);
        EXPECT_EQ(verdict.answer->prefix_length, 32);
    } else {
        EXPECT_FALSE(verdict.home);
        EXPECT_EQ(verdict.answer->home, GetParam().request.home);
        EXPECT_EQ(verdict.answer->prefix_length, 0) << "§3.2.1";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc5555, Ipv4HomeAddressRule,
    testing::Values(
        Case{"Any", {}, own, success}, Case{"ItsOwn", {.home = own}, own, success},
        Case{"AnyOfAnyPrefixLength", {.prefix_length = 24}, own, success},
        Case{"AnyWhereThereIsNone", {}, std::nullopt, dynamic_address_not_available},
        Case{"OneWhereThereIsNone", {.home = own}, std::nullopt, administratively_prohibited},
        Case{"OfAnother", {.home = ipv4("10.19.0.3")}, own, incorrect_address},
        Case{"PrefixLengthZero", {.prefix_length = 0}, own, invalid_address},
        Case{"PrefixLength33", {.prefix_length = 33}, own, invalid_address},
        Case{"Multicast", {.home = ipv4("224.0.0.1")}, own, invalid_address},
        Case{"OfThisNetwork", {.home = ipv4("0.0.0.9")}, own, invalid_address},
        Case{"Loopback", {.home = ipv4("127.0.0.1")}, own, invalid_address},
        Case{"Broadcast", {.home = ipv4("255.255.255.255")}, own, invalid_address},
        Case{"APrefix", {.request_prefix = true}, own, prefix_unauthorized},
        Case{"ItsOwnAsAPrefix", {.prefix_length = 24, .home = own}, own, prefix_unauthorized}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Ipv4HomeAddresses, IgnoreThePrefixFlagInARefresh) {  // §3.1.1
    wire::BindingUpdate asked = update(1);
    asked.options.emplace_back(Ipv4HomeAddress{.request_prefix = true, .home = own});
    const MobileNodeRecord owner{.name = "laptop", .home = test::home, .ipv4_home = own};
    EXPECT_EQ(judge_ipv4(asked, owner, true).home, own);
}

class HomeAgentWithIpv4 : public testing::Test {
  protected:
    static HomeAgentSettings settings() {
        HomeAgentSettings settings = settings_of(Protection::sealed);
        settings.mobile_nodes.at(0).ipv4_home = own;
        return settings;
    }
    static wire::BindingUpdate asking(std::uint16_t sequence) {
        wire::BindingUpdate asked = update(sequence);
        asked.options.emplace_back(Ipv4HomeAddress{});
        return asked;
    }

    AskedHomeAgent home_agent_{settings()};
};

TEST_F(HomeAgentWithIpv4, GivesTheAddressOfTheMobileNode) {
    const Actions actions = home_agent_.hear(noon, asking(1));
    const wire::BindingAcknowledgement acknowledgement = answer_in(actions);
    const auto* answer = wire::find<wire::Ipv4AddressAcknowledgement>(acknowledgement.options);
    ASSERT_NE(answer, nullptr);
    EXPECT_EQ(answer->status, 0);
    EXPECT_EQ(answer->home, own);
    EXPECT_EQ(test::order(actions), "send admit direct ipv4");
    EXPECT_EQ(test::all<mobility::CarryIpv4>(actions).at(0).ipv4, own);
    EXPECT_EQ(test::events<mobility::Ipv4Bound>(actions).at(0).ipv4, own);
    EXPECT_EQ(home_agent_.binding(noon)->ipv4, own);
}

TEST_F(HomeAgentWithIpv4, TellsOfAnAddressOnce) {
    (void)home_agent_.hear(noon, asking(1));
    const Actions refreshed = home_agent_.hear(noon + 1s, asking(2));
    EXPECT_TRUE(test::all<mobility::CarryIpv4>(refreshed).empty());
    EXPECT_TRUE(test::events<mobility::Ipv4Bound>(refreshed).empty());
    EXPECT_NE(wire::find<wire::Ipv4AddressAcknowledgement>(answer_in(refreshed).options), nullptr);
}

TEST_F(HomeAgentWithIpv4, EndsTheIpv4PartAloneWithAnUpdateThatDoesNotAsk) {  // §4.4
    (void)home_agent_.hear(noon, asking(1));
    const Actions actions = home_agent_.hear(noon + 1s, update(2));
    EXPECT_EQ(status_in(actions), BindingStatus::accepted);
    EXPECT_FALSE(test::all<mobility::CarryIpv4>(actions).at(0).ipv4);
    EXPECT_EQ(wire::find<wire::Ipv4AddressAcknowledgement>(answer_in(actions).options), nullptr);
    EXPECT_NE(home_agent_.binding(noon + 1s), nullptr);
}

TEST_F(HomeAgentWithIpv4, BindsTheIpv6AddressWhereItRefusesTheIpv4One) {
    wire::BindingUpdate asked = update(1);
    asked.options.emplace_back(Ipv4HomeAddress{.home = ipv4("10.19.0.99")});
    const Actions actions = home_agent_.hear(noon, asked);
    EXPECT_EQ(status_in(actions), BindingStatus::accepted);
    EXPECT_TRUE(test::all<mobility::CarryIpv4>(actions).empty());
}

TEST_F(HomeAgentWithIpv4, CarriesItAgainAfterADeregistration) {
    const auto session = home_agent_.complete(home_agent_.hear(noon, asking(1)));
    (void)home_agent_.hear_in_session(noon + 1s, deregistration(2), session);
    EXPECT_EQ(test::all<mobility::CarryIpv4>(home_agent_.hear(noon + 2s, asking(3))).size(), 1U);
}

}  // namespace
}  // namespace godwit::server
