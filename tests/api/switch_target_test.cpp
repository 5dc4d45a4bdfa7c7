#include "server/api/switch_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clients.hpp"

namespace godwit::server {
namespace {

using runtime::HttpAnswer;
using testing::ElementsAre;
using testing::HasSubstr;

class SwitchTarget : public testing::Test {
  protected:
    SwitchTarget() {
        clients_.put({.name = "laptop", .home = laptop_, .state = ClientState::enabled});
        clients_.put({.name = "printer", .home = printer_, .state = ClientState::enabled});
        add_switch_target(routes_, clients_, [this](const auto& homes, const SwitchOrder& order) {
            homes_ = homes;
            order_ = order;
            return homes.size();
        });
    }
    HttpAnswer ask(const std::string& body) {
        auto found = routes_.find("POST", "/v1/switch");
        found->request.body = body;
        return found->route->answer(found->request);
    }

    const wire::HomeAddress laptop_{*wire::Ipv6Address::parse("2001:db8:f::9")};
    const wire::HomeAddress printer_{*wire::Ipv6Address::parse("2001:db8:f::a")};
    const wire::HomeAgentAddress elsewhere_{*wire::Ipv6Address::parse("2001:db8:99::1")};
    tests::FakeClients clients_;
    runtime::HttpRoutes routes_;
    std::vector<wire::HomeAddress> homes_;
    SwitchOrder order_;
};

TEST_F(SwitchTarget, AsksAllClientsWhereNoneIsNamed) {
    const HttpAnswer answer = ask(R"({"to": ["2001:db8:99::1"]})");
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, "{\"asked\":2}\n");
    EXPECT_THAT(homes_, ElementsAre(laptop_, printer_));
    EXPECT_THAT(order_.home_agents, ElementsAre(elsewhere_));
    EXPECT_FALSE(order_.grace);
}

TEST_F(SwitchTarget, AsksThoseThatAreNamed) {
    EXPECT_EQ(ask(R"({"to": [], "clients": ["printer"], "grace_s": 603})").status, 200U);
    EXPECT_THAT(homes_, ElementsAre(printer_));
    EXPECT_TRUE(order_.home_agents.empty());
    EXPECT_EQ(order_.grace, wire::Lifetime(150)) << "in units of four seconds";
}

TEST_F(SwitchTarget, IsForThoseWhoMayChangeThings) {
    EXPECT_EQ(routes_.find("POST", "/v1/switch")->route->access, runtime::Access::change);
}

TEST_F(SwitchTarget, AsksNobodyByAKeyThatIsMisspelt) {
    const HttpAnswer answer = ask(R"({"to": [], "client": ["printer"]})");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_THAT(answer.body, HasSubstr(R"(\"client\" is no key of this order)"));
    EXPECT_EQ(ask(R"({"to": [], "grace": 603})").status, 400U);
    EXPECT_TRUE(homes_.empty());
}

TEST_F(SwitchTarget, AsksNobodyByAnOrderThatIsWrong) {
    for (const auto& [order, complaint] :
         {std::pair{"{}", "\\\"to\\\""},
          {R"({"to": "2001:db8:99::1"})", "a list"},
          {R"({"to": ["nowhere"]})", "is no IPv6 address of a home agent"},
          {R"({"to": ["fe80::1"]})", "is no IPv6 address of a home agent"},
          {R"({"to": [7]})", "is no IPv6 address of a home agent"},
          {R"({"to": [], "clients": "laptop"})", "a list of names"},
          {R"({"to": [], "grace_s": 7})", "from 8 to 262140"},
          {R"({"to": [], "grace_s": "1h"})", "from 8 to 262140"},
          {"[]", ""}}) {
        const HttpAnswer answer = ask(order);
        EXPECT_EQ(answer.status, 400U) << order;
        EXPECT_THAT(answer.body, HasSubstr(complaint)) << order;
    }
    EXPECT_EQ(ask(R"({"to": [], "clients": ["stranger"]})").status, 404U);
    std::string many = R"({"to": [)";
    for (unsigned number = 0; number < 128; ++number) {
        many += R"("2001:db8:99::1",)";
    }
    many.back() = ']';
    EXPECT_EQ(ask(many + '}').status, 400U) << "more than a Mobility Header has room for";
    EXPECT_TRUE(homes_.empty());
}

}  // namespace
}  // namespace godwit::server
