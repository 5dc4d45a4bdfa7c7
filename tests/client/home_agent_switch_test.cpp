// What a mobile node makes of a Home Agent Switch: RFC 5142 §6.1.

#include "client/core/mobile_node.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using test::care_of_a;
using test::ip;

class SwitchedNode {
  public:
    explicit SwitchedNode(Protection protection = Protection::sealed)
        : core({.registration = settings_of(protection)}), link(protection) {
        const Actions asked = core.on_attachments(
            noon, {.candidates = {{.interface = {1}, .address = care_of_a.address}}, .home = {}});
        const auto received = link.carry_to_home_agent(update_in(asked));
        const auto& message = std::get<0>(received.content);
        mobility::Seal seal = mobility::Unprotected{};
        if (protection != Protection::none) {
            session_ = test::proving_session(received);
            seal = mobility::InHandshake{session_};
            seal_ = mobility::InSession{session_};
        }
        (void)core.on_received(
            noon,
            link.carry_to_mobile_node(
                {.path = received.path,
                 .home = received.home,
                 .message =
                     wire::BindingAcknowledgement{
                         .sequence = std::get<wire::BindingUpdate>(message.message()).sequence,
                         .lifetime = Lifetime(150),
                         .options = {}},
                 .seal = seal}));
    }
    Actions hear(Instant now, const wire::HomeAgentSwitch& order) {
        return core.on_received(now, carry(order, seal_));
    }
    void hear_bare(const wire::HomeAgentSwitch& order) {
        (void)carry(order, mobility::Unprotected{});
    }

    MobileNode core;
    test::AuthenticatedLink link;

  private:
    mobility::Received carry(const wire::HomeAgentSwitch& order, const mobility::Seal& seal) {
        return link.carry_to_mobile_node({.path = {.interface = {1},
                                                   .local = test::home_agent.address,
                                                   .remote = care_of_a.address},
                                          .home = test::home,
                                          .message = order,
                                          .seal = seal});
    }

    mobility::SessionId session_;
    mobility::Seal seal_ = mobility::Unprotected{};
};

const wire::HomeAgentSwitch order{.home_agents = {{ip("2001:db8:f::2")}, {ip("2001:db8:e::1")}},
                                  .options = {wire::BindingRefreshAdvice{Lifetime(15)}}};

std::vector<mobility::HomeAgentSwitchAsked> asked_in(const Actions& actions) {
    return test::events<mobility::HomeAgentSwitchAsked>(actions);
}

TEST(HomeAgentSwitchAtTheMobileNode, TellsWhereToAndHowLongThereIsTime) {
    SwitchedNode node;
    const auto asked = asked_in(node.hear(noon + 1s, order));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].home, test::home);
    EXPECT_EQ(asked[0].home_agents, order.home_agents);
    EXPECT_EQ(asked[0].grace, Lifetime(15));
}

TEST(HomeAgentSwitchAtTheMobileNode, TellsOfAnEmptyListToo) {
    SwitchedNode node;
    const auto asked = asked_in(node.hear(noon + 1s, {}));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(asked[0].home_agents.empty());
    EXPECT_FALSE(asked[0].grace);
}

TEST(HomeAgentSwitchAtTheMobileNode, IsNoMessageInALaboratoryWhereNothingIsProved) {
    SwitchedNode node(Protection::none);
    EXPECT_ANY_THROW(node.hear(noon + 1s, order)) << "the authenticator does not let it pass";
}

TEST(HomeAgentSwitchAtTheMobileNode, IsNothingWithoutABinding) {
    SwitchedNode node;
    const Actions actions = node.hear(noon + 601s, order);
    EXPECT_TRUE(asked_in(actions).empty());
    EXPECT_EQ(test::events<mobility::MessageDropped>(actions).size(), 1U);
}

TEST(HomeAgentSwitchAtTheMobileNode, IsNothingToOneThatIsLeaving) {
    SwitchedNode node;
    (void)node.core.on_stop(noon + 1s);
    EXPECT_TRUE(asked_in(node.hear(noon + 1s, order)).empty());
}

TEST(HomeAgentSwitchAtTheMobileNode, IsNoMessageWithoutAProof) {
    SwitchedNode node;
    EXPECT_ANY_THROW(node.hear_bare(order)) << "the authenticator does not let it pass";
}

}  // namespace
}  // namespace godwit::client
