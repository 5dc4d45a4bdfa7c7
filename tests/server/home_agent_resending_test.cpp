// What the home agent makes of what a mobile node says that it has received.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using test::care_of_b;

const std::vector<mobility::Reception> told{{.spi = 0x8000'0001, .highest = 7, .gaps = {}}};

wire::BindingUpdate telling_update(std::uint16_t sequence, const wire::CareOfAddress& care_of) {
    wire::MobilityMessage message = update(sequence, care_of);
    mobility::tell(told, message);
    return std::get<wire::BindingUpdate>(message);
}
mobility::DirectTunnel direction_in(const Actions& actions) {
    return test::all<mobility::DirectTunnel>(actions).at(0);
}

TEST(HomeAgentResending, BeginsWhereTheMobileNodeSaysItIs) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear(noon, update(1));
    const Actions actions = home_agent.hear(noon + 10s, telling_update(2, care_of_b));
    EXPECT_EQ(direction_in(actions).path.remote, care_of_b.address);
    EXPECT_EQ(direction_in(actions).receptions, told);
    EXPECT_TRUE(answer_order_in(actions).tells_reception);
}

TEST(HomeAgentResending, WaitsForTheAnswerOfAPlaceThatHasNotAnsweredBefore) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear(noon, update(1));
    home_agent.answers_heartbeats = false;
    (void)home_agent.hear(noon + 10s, update(2, care_of_b));
    (void)home_agent.core.on_deadline(noon + 11s);
    const Actions claimed = home_agent.hear(noon + 12s, telling_update(3, care_of_b));
    EXPECT_NE(direction_in(claimed).path.remote, care_of_b.address);
    EXPECT_TRUE(direction_in(claimed).receptions.empty()) << "it is there no more";
    const Actions proved = home_agent.answer(noon + 12s, challenges_in(claimed).at(0));
    EXPECT_EQ(direction_in(proved).path.remote, care_of_b.address);
    EXPECT_EQ(direction_in(proved).receptions, told);
}

}  // namespace
}  // namespace godwit::server
