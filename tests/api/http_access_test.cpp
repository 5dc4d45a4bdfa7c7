#include "shared/runtime/http_access.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <system_error>

#include "shared/runtime/http_server.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

constexpr auto secret = "a token of some length";

NetworkRules rules(bool is_loopback = true) {
    return {.is_loopback = is_loopback, .token = security::ApiToken(secret)};
}

unsigned status(const std::optional<HttpAnswer>& refusal) {
    return refusal ? refusal->status : 200;
}

TEST(LocalAccess, LetsEverybodyReadAndThePrivilegedChange) {
    EXPECT_EQ(status(local_refusal(false, Access::read)), 200U);
    EXPECT_EQ(status(local_refusal(false, Access::change)), 403U);
    EXPECT_EQ(status(local_refusal(true, Access::change)), 200U);
}

TEST(NetworkAccess, OfLoopbackReadsWithoutAToken) {
    EXPECT_EQ(status(network_refusal(rules(), Access::read, {.host = "127.0.0.1:4190"})), 200U);
}

TEST(NetworkAccess, OfAnotherAddressReadsOnlyWithTheToken) {
    const NetworkRules open = rules(false);
    EXPECT_EQ(status(network_refusal(open, Access::read, {.host = "192.0.2.1"})), 401U);
    EXPECT_EQ(status(network_refusal(
                  open, Access::read,
                  {.host = "192.0.2.1", .authorization = "Bearer a token of some length"})),
              200U);
}

TEST(NetworkAccess, GivesThePageToEverybody) {
    EXPECT_EQ(status(network_refusal(rules(false), Access::open, {.host = "192.0.2.1"})), 200U);
}

TEST(NetworkAccess, ChangesOnlyWithTheToken) {
    const auto refusal = network_refusal(rules(), Access::change, {.host = "localhost"});
    EXPECT_EQ(status(refusal), 401U);
    EXPECT_EQ(refusal->fields.front(),
              std::pair(std::string("WWW-Authenticate"), std::string("Bearer")));
    EXPECT_NE(refusal->body.find("token-missing"), std::string::npos);
    EXPECT_EQ(status(network_refusal(
                  rules(), Access::change,
                  {.host = "localhost", .authorization = "bearer a token of some length"})),
              200U);
}

TEST(NetworkAccess, KnowsWhoHasTheTokenWhateverHeAsks) {
    EXPECT_TRUE(has_token(rules(), {.authorization = "Bearer a token of some length"}));
    EXPECT_FALSE(has_token(rules(), {.authorization = "Bearer another token"}));
    EXPECT_FALSE(has_token(rules(), {}));
    EXPECT_FALSE(has_token({}, {.authorization = "Bearer "})) << "there is none";
}

TEST(NetworkAccess, SaysThatAnotherTokenIsWrong) {
    for (const char* wrong : {"Bearer a token of some lengtH", "Bearer a token of some length ",
                              "Bearer a", "Basic a token of some length", "Bearer "}) {
        EXPECT_EQ(status(network_refusal(rules(), Access::change,
                                         {.host = "localhost", .authorization = wrong})),
                  401U)
            << wrong;
    }
}

TEST(NetworkAccess, ChangesNothingWhereThereIsNoToken) {
    const auto refusal =
        network_refusal({}, Access::change, {.host = "localhost", .authorization = "Bearer "});
    EXPECT_EQ(status(refusal), 403U);
    EXPECT_NE(refusal->body.find("no-token-configured"), std::string::npos);
}

TEST(NetworkAccess, KnowsANameThatWasPointedAtThisMachine) {
    for (const char* host :
         {"evil.example", "evil.example:4190", "localhost.evil.example", "", "["}) {
        EXPECT_EQ(status(network_refusal(rules(), Access::read, {.host = host})), 421U) << host;
    }
    for (const char* host : {"localhost:4190", "LOCALHOST", "[::1]:4190", "127.0.0.1"}) {
        EXPECT_EQ(status(network_refusal(rules(), Access::read, {.host = host})), 200U) << host;
    }
}

TEST(NetworkAccess, TakesTheNamesOfTheConfiguration) {
    NetworkRules named = rules();
    named.host_names = {"vps.example.org"};
    EXPECT_EQ(status(network_refusal(named, Access::read, {.host = "VPS.example.org:443"})), 200U);
}

TEST(NetworkAccess, RefusesWhatAPageOfAnotherSiteAsks) {
    EXPECT_EQ(status(network_refusal(rules(), Access::read,
                                     {.host = "localhost", .fetch_site = "cross-site"})),
              403U);
}

TEST(ApiToken, IsTheFirstLineOfItsFile) {
    const tests::TemporaryDirectory directory;
    const auto file = directory.write("token", std::string(secret) + "\n");
    std::filesystem::permissions(file, std::filesystem::perms(0640));
    EXPECT_TRUE(security::ApiToken::load(file).matches(secret));
}

TEST(ApiToken, IsNotReadFromAFileThatIsOpenToEverybody) {
    const tests::TemporaryDirectory directory;
    const auto file = directory.write("token", secret);
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    EXPECT_THROW(security::ApiToken::load(file), std::runtime_error);
}

TEST(ApiToken, IsNotShort) {
    const tests::TemporaryDirectory directory;
    const auto file = directory.write("token", "short\n");
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    EXPECT_THROW(security::ApiToken::load(file), std::runtime_error);
}

TEST(ApiToken, WithoutItsFileIsAFailureOfTheSystem) {
    EXPECT_THROW(security::ApiToken::load("/nowhere/token"), std::system_error);
}

TEST(ListenAddress, OfLoopbackIsKnownInBothFamilies) {
    const auto v4 = [](const char* text) {
        return ListenAddress{wire::Ipv6Address::mapped(*wire::Ipv4Address::parse(text)), 80};
    };
    EXPECT_TRUE(v4("127.8.9.10").is_loopback());
    EXPECT_FALSE(v4("0.0.0.0").is_loopback());
    EXPECT_TRUE((ListenAddress{*wire::Ipv6Address::parse("::1"), 80}).is_loopback());
    EXPECT_FALSE((ListenAddress{*wire::Ipv6Address::parse("::"), 80}).is_loopback());
    EXPECT_EQ(v4("127.0.0.1").text(), "127.0.0.1:80");
}

}  // namespace
}  // namespace godwit::runtime
