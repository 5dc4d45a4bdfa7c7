#include "server/api/client_targets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/temporary_directory.hpp"
#include "tests/support/fake_clients.hpp"

namespace godwit::server {
namespace {

using runtime::Access;
using runtime::HttpAnswer;
using runtime::Json;
using tests::FakeClients;

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

class ClientTargets : public testing::Test {
  protected:
    ClientTargets() {
        add_client_targets(routes_, clients_, [](std::string_view line) {
            return "<svg>" + std::string(line) + "</svg>";
        });
        clients_.put(
            {.name = "laptop",
             .home = {*wire::Ipv6Address::parse("2001:db8:f::9")},
             .ipv4 = wire::Ipv4Address{{10, 19, 0, 2}},
             .state = ClientState::enabled,
             .key = security::PublicKey{},
             .policy = {.prefixes = {*wire::Prefix::parse("2001:db8:5::/48")},
                        .rates = {.up = mobility::BitRate{20'000'000}, .down = mobility::BitRate()},
                        .network_prefixes = {*wire::Prefix::parse("2001:db8:1:100::/64")}},
             .created = FakeClients::now,
             .joined = FakeClients::now});
        clients_.put({.name = "printer",
                      .home = {*wire::Ipv6Address::parse("2001:db8:f::a")},
                      .state = ClientState::enabled,
                      .is_configured = true});
    }
    HttpAnswer ask(const char* method, const char* target, const std::string& body = "") {
        auto found = routes_.find(method, target);
        if (!found) {
            return found.error();
        }
        found->request.body = body;
        return found->route->answer(found->request);
    }
    std::string code(const HttpAnswer& answer) {
        return Json::parse(answer.body).at("error").at("code").get<std::string>();
    }

    FakeClients clients_;
    runtime::HttpRoutes routes_;
};

TEST_F(ClientTargets, ListAllClients) {
    ask("POST", "/v1/clients", R"({"name": "phone"})");
    EXPECT_EQ(Json::parse(ask("GET", "/v1/clients").body).dump(2) + "\n", golden("clients.json"));
}

TEST_F(ClientTargets, ShowOne) {
    EXPECT_EQ(Json::parse(ask("GET", "/v1/clients/laptop").body).at("state"), "enabled");
    EXPECT_EQ(ask("GET", "/v1/clients/nobody").status, 404U);
}

TEST_F(ClientTargets, InviteWithALineAndItsQrCode) {
    const HttpAnswer answer =
        ask("POST", "/v1/clients",
            R"({"name": "phone", "home_address": "2001:db8:f::b", "expires_s": 3600})");
    EXPECT_EQ(answer.status, 201U);
    EXPECT_EQ(Json::parse(answer.body).dump(2) + "\n", golden("invite.json"));
}

TEST_F(ClientTargets, NeverTellTheInviteAgain) {
    ask("POST", "/v1/clients", R"({"name": "phone"})");
    EXPECT_THAT(ask("GET", "/v1/clients").body, testing::Not(testing::HasSubstr("godwit://")));
}

TEST_F(ClientTargets, SayWhyTheyRefuse) {
    const HttpAnswer taken = ask("POST", "/v1/clients", R"({"name": "laptop"})");
    EXPECT_EQ(taken.status, 409U);
    EXPECT_EQ(taken.body, golden("error.json"));
    EXPECT_EQ(code(ask("POST", "/v1/clients", "{}")), "bad-order");
    EXPECT_EQ(code(ask("POST", "/v1/clients", "[1")), "bad-order");
    EXPECT_EQ(code(ask("POST", "/v1/clients/printer/revoke")), "is-configured");
}

TEST_F(ClientTargets, InviteAgain) {
    const HttpAnswer answer = ask("POST", "/v1/clients/laptop/invite", R"({"expires_s": 60})");
    EXPECT_EQ(answer.status, 201U);
    EXPECT_EQ(Json::parse(answer.body).at("invite"), "godwit://again-laptop");
    EXPECT_EQ(ask("POST", "/v1/clients/laptop/invite", R"({"expires_s": -1})").status, 400U);
    EXPECT_EQ(ask("POST", "/v1/clients/laptop/invite", R"({"expires_s": 1e30})").status, 400U);
}

TEST_F(ClientTargets, TakeNoOrderWithAKeyThatIsMisspelt) {
    const HttpAnswer invite = ask("POST", "/v1/clients/laptop/invite", R"({"expires": 60})");
    EXPECT_EQ(invite.status, 400U) << "an invite for longer than was meant";
    EXPECT_THAT(invite.body, testing::HasSubstr(R"(\"expires\" is no key of this order)"));
    EXPECT_EQ(ask("POST", "/v1/key/rotate", R"({"grace_s": 60, "from": "now"})").status, 400U);
    EXPECT_EQ(clients_.grace(), std::chrono::seconds(0)) << "nothing was rotated";
}

TEST_F(ClientTargets, Rename) {
    const HttpAnswer answer = ask("PATCH", "/v1/clients/laptop", R"({"name": "tablet"})");
    EXPECT_EQ(Json::parse(answer.body).at("name"), "tablet");
}

TEST_F(ClientTargets, DisableAndEnable) {
    EXPECT_EQ(
        Json::parse(ask("PATCH", "/v1/clients/laptop", R"({"enabled": false})").body).at("state"),
        "disabled");
    EXPECT_EQ(
        Json::parse(ask("PATCH", "/v1/clients/laptop", R"({"enabled": true})").body).at("state"),
        "enabled");
}

TEST_F(ClientTargets, ChangeThePolicy) {
    const HttpAnswer answer =
        ask("PATCH", "/v1/clients/laptop",
            R"({"policy": {"internet": false, "clients": true, "prefixes": ["10.0.0.0/8"],
                "rate_limit_up": null, "rate_limit_down": 64000}})");
    EXPECT_EQ(Json::parse(answer.body).at("policy").dump(),
              R"({"internet":false,"clients":true,"prefixes":["10.0.0.0/8"],)"
              R"("rate_limit_up":null,"rate_limit_down":64000,)"
              R"("network_prefixes":["2001:db8:1:100::/64"]})");
}

TEST_F(ClientTargets, TakeOneChangeAtATime) {
    for (const char* body : {"{}", "", R"({"name": "a", "enabled": true})", R"({"enabled": 1})",
                             R"({"colour": "red"})"}) {
        EXPECT_EQ(ask("PATCH", "/v1/clients/laptop", body).status, 400U) << body;
    }
}

TEST_F(ClientTargets, RevokeKickAndRemove) {
    EXPECT_EQ(ask("POST", "/v1/clients/laptop/kick").status, 200U);
    EXPECT_THAT(clients_.kicked(), testing::ElementsAre("laptop"));
    EXPECT_EQ(Json::parse(ask("POST", "/v1/clients/laptop/revoke").body).at("state"), "revoked");
    EXPECT_EQ(ask("DELETE", "/v1/clients/laptop").status, 200U);
    EXPECT_EQ(ask("DELETE", "/v1/clients/laptop").status, 404U);
}

TEST_F(ClientTargets, RotateTheKey) {
    const HttpAnswer answer = ask("POST", "/v1/key/rotate", R"({"grace_s": 86400})");
    EXPECT_EQ(Json::parse(answer.body).at("public_key"), security::PublicKey{}.text());
    EXPECT_EQ(clients_.grace(), std::chrono::hours(24));
    EXPECT_EQ(ask("POST", "/v1/key/rotate", "{}").status, 400U);
}

TEST_F(ClientTargets, BackUpAndRestore) {
    EXPECT_EQ(ask("GET", "/v1/backup").body, "all of it");
    EXPECT_EQ(ask("PUT", "/v1/backup", "other").status, 200U);
    EXPECT_EQ(ask("GET", "/v1/backup").body, "other");
    EXPECT_EQ(code(ask("PUT", "/v1/backup", "damaged")), "bad-backup");
}

TEST_F(ClientTargets, AreForEverybodyOnlyToRead) {
    const auto access = [&](const char* method, const char* target) {
        return routes_.find(method, target)->route->access;
    };
    EXPECT_EQ(access("GET", "/v1/clients"), Access::read);
    EXPECT_EQ(access("GET", "/v1/clients/laptop"), Access::read);
    EXPECT_EQ(access("GET", "/v1/backup"), Access::change);
    EXPECT_EQ(access("PUT", "/v1/backup"), Access::change);
    EXPECT_EQ(access("POST", "/v1/clients"), Access::change);
    EXPECT_EQ(access("PATCH", "/v1/clients/laptop"), Access::change);
    EXPECT_EQ(access("DELETE", "/v1/clients/laptop"), Access::change);
    EXPECT_EQ(access("POST", "/v1/clients/laptop/revoke"), Access::change);
    EXPECT_EQ(access("POST", "/v1/key/rotate"), Access::change);
}

}  // namespace
}  // namespace godwit::server
