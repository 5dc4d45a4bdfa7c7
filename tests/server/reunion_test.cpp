#include "server/core/reunion.hpp"

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

const wire::HomeAddress other{test::ip("2001:db8:f::8")};

LostBinding lost(const wire::HomeAddress& home) {
    return {.home = home,
            .path = {.local = test::home_agent.address, .remote = test::care_of_a.address}};
}

std::vector<wire::HomeAddress> asked(const Actions& actions) {
    std::vector<wire::HomeAddress> homes;
    for (const auto& order : test::all<mobility::SendMessage>(actions)) {
        EXPECT_TRUE(std::holds_alternative<wire::BindingRefreshRequest>(order.message));
        homes.push_back(order.home);
    }
    return homes;
}

TEST(Reunion, AsksFourTimesASecondApart) {
    AskedHomeAgent home_agent(Protection::sealed);
    Actions actions = home_agent.core.on_restart(noon, {lost(test::home)});
    for (int request = 1; request < 4; ++request) {
        EXPECT_THAT(asked(actions), testing::ElementsAre(test::home));
        EXPECT_EQ(home_agent.core.next_deadline(), noon + request * 1s);
        EXPECT_TRUE(home_agent.core.on_deadline(noon + request * 1s - 1ms).empty());
        actions = home_agent.core.on_deadline(noon + request * 1s);
    }
    EXPECT_THAT(asked(actions), testing::ElementsAre(test::home));
    EXPECT_FALSE(home_agent.core.next_deadline());
    EXPECT_TRUE(home_agent.core.on_deadline(noon + 1h).empty());
}

TEST(Reunion, AsksAtTheCareOfAddressByABareRequest) {  // RFC 6275 §9.5.5
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.core.on_restart(noon, {lost(test::home)});
    const auto order = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_EQ(order.path.remote, test::care_of_a.address);
    EXPECT_FALSE(order.names_home);
    EXPECT_TRUE(std::holds_alternative<mobility::Unprotected>(order.seal));
}

TEST(Reunion, AsksNobodyWhoHasRegistered) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.core.on_restart(noon, {lost(test::home), lost(other)});
    (void)home_agent.hear(noon + 100ms, update(1));
    EXPECT_THAT(asked(home_agent.core.on_deadline(noon + 1s)), testing::ElementsAre(other));
}

TEST(Reunion, GoesOnAskingOneWhoseUpdateWasRefused) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.core.on_restart(noon, {lost(test::home)});
    (void)home_agent.hear(noon + 100ms, update(1, {test::ip("2001:db8:f::5")}));
    EXPECT_THAT(asked(home_agent.core.on_deadline(noon + 1s)), testing::ElementsAre(test::home));
}

TEST(Reunion, AsksManyInGroupsWithAPauseInBetween) {
    AskedHomeAgent home_agent(Protection::sealed);
    std::vector<LostBinding> many;
    for (std::uint8_t number = 0; number < 250; ++number) {
        many.push_back(lost(test::home));
        many.back().home.address.octets[14] = number;
    }
    EXPECT_EQ(asked(home_agent.core.on_restart(noon, many)).size(), 200U);
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 50ms);
    EXPECT_EQ(asked(home_agent.core.on_deadline(noon + 50ms)).size(), 50U);
    EXPECT_EQ(home_agent.core.next_deadline(), noon + 1s) << "the first are asked again";
}

TEST(Reunion, AsksNobodyWhereNobodyWasBound) {
    AskedHomeAgent home_agent(Protection::sealed);
    EXPECT_TRUE(home_agent.core.on_restart(noon, {}).empty());
    EXPECT_FALSE(home_agent.core.next_deadline());
}

}  // namespace
}  // namespace godwit::server
