#include "server/clients/client_document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/sample_clients.hpp"

namespace godwit::server {
namespace {

using runtime::Json;
using testing::HasSubstr;

std::string fault_of(const char* order) {
    const auto parsed = invite_order(Json::parse(order));
    return parsed ? "" : parsed.error().text;
}

TEST(ClientDocument, ShowsAClient) {
    Client client{.name = "laptop",
                  .home = home("2001:db8:f::100"),
                  .ipv4 = wire::Ipv4Address{{10, 19, 0, 2}},
                  .state = ClientState::enabled,
                  .key = security::PublicKey{{1}},
                  .policy = {.internet = false,
                             .clients = true,
                             .prefixes = {wire::Prefix::parse_ipv4("192.0.2.0/24").value()},
                             .rates = {.up = mobility::BitRate{20'000'000}, .down = {}},
                             .network_prefixes = {wire::Prefix::parse("2001:db8:7::/64").value()}},
                  .created = long_ago,
                  .joined = long_ago + std::chrono::seconds(60)};
    EXPECT_EQ(to_json(client).dump(),
              R"({"name":"laptop","home_address":"2001:db8:f::100",)"
              R"("ipv4_home_address":"10.19.0.2","state":"enabled","configured":false,)"
              R"("public_key":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",)"
              R"("policy":{"internet":false,"clients":true,"prefixes":["192.0.2.0/24"],)"
              R"("rate_limit_up":20000000,"rate_limit_down":null,)"
              R"("network_prefixes":["2001:db8:7::/64"]},)"
              R"("created":"2001-09-09T01:46:40Z","joined":"2001-09-09T01:47:40Z",)"
              R"("invite_expires":null})");
}

TEST(ClientDocument, ShowsAnInvite) {
    EXPECT_EQ(to_json(IssuedInvite{.name = "laptop",
                                   .home = home("2001:db8:f::100"),
                                   .line = "godwit://x",
                                   .expires = long_ago})
                  .dump(),
              R"({"name":"laptop","home_address":"2001:db8:f::100","invite":"godwit://x",)"
              R"("expires":"2001-09-09T01:46:40Z"})");
}

TEST(ClientDocument, ReadsAnOrderForAnInvite) {
    const auto full = invite_order(Json::parse(
        R"({"name": "laptop", "home_address": "2001:db8:f::9", "expires_s": 3600,
            "policy": {"internet": false, "prefixes": ["2001:db8:1::/48", "192.0.2.0/24"]}})"));
    ASSERT_TRUE(full) << full.error().text;
    EXPECT_EQ(full->name, "laptop");
    EXPECT_EQ(full->home, home("2001:db8:f::9"));
    EXPECT_EQ(full->valid_for, std::chrono::hours(1));
    EXPECT_FALSE(full->policy.internet);
    EXPECT_TRUE(full->policy.clients);
    EXPECT_EQ(full->policy.prefixes.size(), 2U);
    const auto least = invite_order(Json::parse(R"({"name": "laptop", "home_address": null})"));
    ASSERT_TRUE(least) << least.error().text;
    EXPECT_EQ(least->home, std::nullopt);
    EXPECT_EQ(least->valid_for, std::chrono::hours(24));
}

TEST(ClientDocument, SaysWhatIsWrongWithAnOrder) {
    EXPECT_THAT(fault_of("[]"), HasSubstr("not a JSON object"));
    EXPECT_THAT(fault_of("{}"), HasSubstr("\"name\" is missing"));
    EXPECT_THAT(fault_of(R"({"name": 3})"), HasSubstr("\"name\""));
    EXPECT_THAT(fault_of(R"({"name": "a", "nmae": "b"})"), HasSubstr("\"nmae\" is no key"));
    EXPECT_THAT(fault_of(R"({"name": "a", "home_address": "10.0.0.1"})"), HasSubstr("no IPv6"));
    for (const char* seconds : {"-1", "1.5", "\"1h\"", "1e30", "18446744073709551615"}) {
        EXPECT_THAT(
            fault_of((R"({"name": "a", "expires_s": )" + std::string(seconds) + "}").c_str()),
            HasSubstr("\"expires_s\""))
            << seconds;
    }
    EXPECT_THAT(fault_of(R"({"name": "a", "policy": {"internet": "yes"}})"),
                HasSubstr("neither true nor false"));
    EXPECT_THAT(fault_of(R"({"name": "a", "policy": {"prefixes": ["everything"]}})"),
                HasSubstr("\"everything\" in \"prefixes\" is no prefix"));
}

TEST(ClientDocument, LeavesOfAPolicyWhatIsNotNamed) {
    const ClientPolicy present{
        .internet = false, .clients = false, .prefixes = {wire::Prefix::parse("fc00::/7").value()}};
    const auto changed = client_policy(Json::parse(R"({"clients": true})"), present);
    ASSERT_TRUE(changed) << changed.error().text;
    EXPECT_FALSE(changed->internet);
    EXPECT_TRUE(changed->clients);
    EXPECT_EQ(changed->prefixes, present.prefixes);
}

TEST(ClientDocument, LeavesRatesThatAreNotNamedAndTakesThoseAwayThatAreNull) {
    ClientPolicy present;
    present.rates = {.up = mobility::BitRate{64'000}, .down = mobility::BitRate()};
    const auto changed =
        client_policy(Json::parse(R"({"rate_limit_up": null, "internet": false})"), present);
    ASSERT_TRUE(changed) << changed.error().text;
    EXPECT_EQ(changed->rates, (ClientRates{.up = {}, .down = mobility::BitRate()}));
    const auto both =
        client_policy(Json::parse(R"({"rate_limit_up": 0, "rate_limit_down": 100000000000})"));
    ASSERT_TRUE(both) << both.error().text;
    EXPECT_EQ(both->rates, (ClientRates{.up = mobility::BitRate(),
                                        .down = mobility::BitRate{mobility::BitRate::most}}));
}

TEST(ClientDocument, TakesNoRateThatCannotBe) {
    for (const char* rate : {"7999", "100000000001", "-1", "1.5e6", "\"20M\"", "true", "[8000]"}) {
        const std::string policy = R"({"rate_limit_down": )" + std::string(rate) + "}";
        const auto parsed = client_policy(Json::parse(policy));
        ASSERT_FALSE(parsed) << rate;
        EXPECT_THAT(parsed.error().text, HasSubstr("\"rate_limit_down\" is not a number of bits"));
    }
}

TEST(ClientDocument, LeavesNetworkPrefixesThatAreNotNamed) {
    ClientPolicy present;
    present.network_prefixes = {wire::Prefix::parse("2001:db8:7::/64").value()};
    const auto left = client_policy(Json::parse(R"({"internet": false})"), present);
    ASSERT_TRUE(left) << left.error().text;
    EXPECT_EQ(left->network_prefixes, present.network_prefixes);
    const auto taken = client_policy(Json::parse(R"({"network_prefixes": []})"), present);
    ASSERT_TRUE(taken) << taken.error().text;
    EXPECT_TRUE(taken->network_prefixes.empty());
    const auto wrong = client_policy(Json::parse(R"({"network_prefixes": ["2001:db8::1"]})"));
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().text, HasSubstr("in \"network_prefixes\" is no prefix"));
    Json many = Json::array();
    for (int number = 0; number < 9; ++number) {
        many.push_back("2001:db8:7:" + std::to_string(number) + "::/64");
    }
    EXPECT_FALSE(client_policy({{"network_prefixes", many}}));
}

}  // namespace
}  // namespace godwit::server
