// Duplicate address detection as the home agent's core sees it: RFC 6275 §10.3.1.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

struct Link {
    AddressClaim claim = AddressClaim::free;
    int asked = 0;
};

HomeAgentSettings settings_with(Link& link) {
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.claim = [&link](const wire::HomeAddress& home) {
        EXPECT_EQ(home, test::home);
        ++link.asked;
        return link.claim;
    };
    return settings;
}

TEST(HomeAgentClaim, AnswersNothingUntilItIsKnownWhetherTheAddressIsFree) {
    Link link{.claim = AddressClaim::undecided};
    AskedHomeAgent home_agent(settings_with(link));
    const Actions waiting = home_agent.hear(noon, update(1));
    EXPECT_TRUE(test::all<mobility::SendMessage>(waiting).empty());
    EXPECT_THAT(test::drops(waiting), testing::ElementsAre(DropReason::address_in_question));
    link.claim = AddressClaim::free;
    EXPECT_EQ(answer_in(home_agent.hear(noon + 1500ms, update(2))).status, BindingStatus::accepted);
}

TEST(HomeAgentClaim, RefusesAnAddressThatSomebodyElseHas) {
    Link link{.claim = AddressClaim::taken};
    AskedHomeAgent home_agent(settings_with(link));
    EXPECT_EQ(answer_in(home_agent.hear(noon, update(1))).status,
              BindingStatus::duplicate_address_detection_failed);
    EXPECT_EQ(home_agent.core.bindings().find(test::home, noon), nullptr);
}

TEST(HomeAgentClaim, DoesNotAskBeforeAMoveOrARefresh) {
    Link link;
    AskedHomeAgent home_agent(settings_with(link));
    (void)home_agent.hear(noon, update(1));
    ASSERT_EQ(link.asked, 1);
    link.claim = AddressClaim::taken;
    EXPECT_EQ(answer_in(home_agent.hear(noon + 1s, update(2))).status, BindingStatus::accepted);
    EXPECT_EQ(answer_in(home_agent.hear(noon + 2s, update(3, test::care_of_b))).status,
              BindingStatus::accepted);
    EXPECT_EQ(link.asked, 1);
}

}  // namespace
}  // namespace godwit::server
