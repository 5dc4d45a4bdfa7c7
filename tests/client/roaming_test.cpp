#include "client/core/roaming.hpp"

#include <gtest/gtest.h>

#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using mobility::MoveCause;

Away offer(std::uint32_t interface, const wire::CareOfAddress& care_of) {
    return {.care_of = {.interface = {interface}, .address = care_of.address},
            .path = {.interface = {interface},
                     .local = care_of.address,
                     .remote = test::home_agent.address}};
}
const Away wire_offer = offer(1, test::care_of_a);
const Away radio_offer = offer(2, test::care_of_b);
const Away dock_offer = offer(3, {test::ip("2001:db8:1::3")});

struct RoamingNode {
    // The path that is taken then.
    mobility::Path attach(Instant now, const std::vector<Away>& offers) {
        Actions actions;
        core.on_offers(now, offers, MoveCause::address_lost, actions);
        return core.in_use()->path;
    }

    // It is acknowledged there, and answers after 20 ms.
    void settle(Instant now, const Away& offered) {
        Actions actions;
        core.on_offers(now, {offered}, MoveCause::address_lost, actions);
        (void)registering.hear_answer(now, actions);
        actions.clear();
        core.on_acknowledged(now, wire::BindingAcknowledgement{.options = {}}, actions);
        answer(now + 20ms, question_along(offered.path, actions).value());
    }
    // Data has gone out, and nothing has come back for as long as the node waits: the number that
    // it asks the path in use by.
    std::uint32_t doubt(Instant now) {
        Actions actions;
        const auto notice = [&](Instant at, mobility::WatchTraffic::What what) {
            core.on_traffic(at, {.home = test::home, .what = what, .sent = 1}, actions);
        };
        notice(now, mobility::WatchTraffic::What::any_sent);
        notice(now + 100ms, mobility::WatchTraffic::What::reading);
        return question_along(core.in_use()->path, actions).value();
    }
    // The number of the heartbeat that asks along this path.
    std::optional<std::uint32_t> offer_and_ask(Instant now, const std::vector<Away>& offers,
                                               const mobility::Path& path) {
        Actions actions;
        core.on_offers(now, offers, MoveCause::address_lost, actions);
        return question_along(path, actions);
    }
    void answer(Instant now, std::uint32_t sequence) {
        Actions actions;
        core.on_response(now, {.response = true, .sequence = sequence, .options = {}}, actions);
    }
    static std::optional<std::uint32_t> question_along(const mobility::Path& path,
                                                       const Actions& actions) {
        for (const auto& order : test::all<mobility::SendMessage>(actions)) {
            const auto* heartbeat = std::get_if<wire::Heartbeat>(&order.message);
            if (heartbeat != nullptr && order.path == path && order.padded_to == 0) {
                return heartbeat->sequence;
            }
        }
        return std::nullopt;
    }

    RegisteringNode registering{Protection::sealed};
    Roaming core{{.home = test::home}, registering.core};
};

// Settled on the radio when the wire, which is better, comes and answers; the radio is just being
// asked, so that it is not left as yet.
struct NodeThatIsAskingTheRadio : RoamingNode {
    NodeThatIsAskingTheRadio() {
        settle(noon, radio_offer);
        of_radio = doubt(noon + 1s);
        const auto of_wire =
            offer_and_ask(noon + 1110ms, {wire_offer, radio_offer}, wire_offer.path);
        answer(noon + 1130ms, of_wire.value());
    }
    std::uint32_t of_radio = 0;  // the question's number
};

TEST(Roaming, GoesToThePathBesideWhenTheOneInUseGoes) {
    RoamingNode node;
    EXPECT_EQ(node.attach(noon, {wire_offer, radio_offer}), wire_offer.path);
    node.core.on_warm(radio_offer.path);
    EXPECT_EQ(node.attach(noon + 1s, {dock_offer, radio_offer}), radio_offer.path);
}

TEST(Roaming, BeginsWithTheBestOfferAfterATimeWithoutALink) {
    RoamingNode node;
    (void)node.attach(noon, {wire_offer, radio_offer});
    node.core.on_warm(radio_offer.path);
    node.core.rest();
    EXPECT_EQ(node.attach(noon + 60s, {wire_offer, radio_offer}), wire_offer.path);
}

TEST(Roaming, GoesToTheBetterPathThatHasAnsweredOnceTheOneInUseHasAnsweredToo) {
    NodeThatIsAskingTheRadio node;
    EXPECT_EQ(node.core.in_use()->path, radio_offer.path);
    node.answer(noon + 1140ms, node.of_radio);
    EXPECT_EQ(node.core.in_use()->path, wire_offer.path);
}

TEST(Roaming, BelievesNoAnswerOfABetterPathThatHasGoneMeanwhile) {
    NodeThatIsAskingTheRadio node;
    EXPECT_EQ(node.attach(noon + 1132ms, {radio_offer}), radio_offer.path);
    const auto asked_anew =
        node.offer_and_ask(noon + 1134ms, {wire_offer, radio_offer}, wire_offer.path);
    node.answer(noon + 1140ms, node.of_radio);
    EXPECT_EQ(node.core.in_use()->path, radio_offer.path) << "the wire may be another network's";
    ASSERT_TRUE(asked_anew);
    node.answer(noon + 1150ms, *asked_anew);
    EXPECT_EQ(node.core.in_use()->path, wire_offer.path);
}

}  // namespace
}  // namespace godwit::client
