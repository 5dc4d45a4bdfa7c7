// Going home and away, and more than one care-of address: RFC 6275 §11.5.3 to §11.5.5.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

mobility::Attachments two(mobility::CandidateAddress one, mobility::CandidateAddress other) {
    return {.candidates = {std::move(one), std::move(other)}, .home = {}};
}

// Returning home, step by step

RULE(rfc6275_11_5_5, TellsTheHomeAgentFirst,
     "it is at home once the home agent has been told and has answered; till then the tunnel is "
     "there") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    EXPECT_EQ(node.state(), State::registering);
    EXPECT_TRUE(node.tunnel);
    EXPECT_NE(node.binding(), nullptr);
    node.be_answered({.lifetime = 0});
    EXPECT_TRUE(node.is_home());
    EXPECT_FALSE(node.tunnel);
    EXPECT_EQ(node.binding(), nullptr);
}
RULE(rfc6275_11_5_5, TakesAnAnswerWithoutARoutingHeader,
     "to the home address the answer needs no routing header") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    const HeardPacket answer = node.answer_to(node.update(), {.lifetime = 0});
    EXPECT_FALSE(answer.routed_to);
    EXPECT_EQ(answer.destination, home);
    node.hear(answer);
    EXPECT_TRUE(node.is_home());
}
RULE(rfc6275_11_5_5, RepeatsTheDeregistration,
     "the deregistration is sent again until it is answered, each time with a new number") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    node.run_for(7s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(0s, 1s, 2s, 4s));
    EXPECT_EQ(node.update().sequence(), 105);
    EXPECT_EQ(node.update().lifetime(), 0U);
}
RULE(rfc6275_11_5_5, HasNothingToGiveUp,
     "133 to a deregistration means that there is no binding: what was asked for is the case") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    node.be_answered({.status = 133, .lifetime = 0});
    EXPECT_TRUE(node.is_home());
    EXPECT_FALSE(node.tunnel);
    node.run_for(1h);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc6275_11_5_5, GoesOnAskingWhereItIsRefused,
     "another refusal leaves the home agent in charge: it is asked again") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    node.be_answered({.status = 129, .lifetime = 0});
    EXPECT_FALSE(node.is_home());
    node.run_for(32s);
    EXPECT_EQ(node.update_count(), 3U);
    EXPECT_EQ(node.update().lifetime(), 0U);
}
RULE(rfc6275_11_5_5, DeregistersThoughItsBindingHasExpired,
     "the home agent may still have what the mobile node has no more: it is told in any case") {
    LaboratoryNode node;
    node.register_at();
    node.attach(nothing);
    node.run_for(700s);
    node.attach(at_home);
    EXPECT_EQ(node.update().lifetime(), 0U);
    node.be_answered({.status = 133, .lifetime = 0});
    EXPECT_TRUE(node.is_home());
}
RULE(rfc6275_11_5_5, DeregistersWhereItStartsAtHome,
     "a node that starts at home gives up what may be left of an earlier time") {
    LaboratoryNode node;
    node.attach(at_home);
    EXPECT_EQ(node.update().source(), home);
    EXPECT_EQ(node.update().lifetime(), 0U);
}
RULE(rfc6275_11_5_5, IsQuietAtHome, "at home there is nothing to refresh") {
    LaboratoryNode node;
    node.register_at();
    node.go_home();
    node.run_for(24h);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc6275_11_5_5, PrefersHomeToAnyOtherLink,
     "where one of its links is the home link it is at home, whatever the others offer") {
    LaboratoryNode node;
    node.register_at();
    auto both = at(care_of_b);
    both.home = mobility::HomeLink{.interface = {2}, .router = ip("fe80::1")};
    node.attach(both);
    EXPECT_EQ(node.update().source(), home);
}
RULE(rfc6275_11_5_5, IgnoresTheAnswerOfItsLastUpdateAway,
     "an answer of a registration that comes after the return does not bind again") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const Sent away = node.update();
    node.attach(at_home);
    node.hear(node.answer_to(away).octets(), away.path);
    EXPECT_EQ(node.told<mobility::MessageDropped>().size(), 1U);
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_FALSE(node.carries());
    node.be_answered({.lifetime = 0});
    EXPECT_TRUE(node.is_home());
}
RULE(rfc6275_11_5_5, RegistersAsNewWhenItLeavesHome,
     "leaving home again makes a new binding, with the numbers going on") {
    LaboratoryNode node;
    node.register_at();
    node.go_home();
    node.run_for(10s);
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().sequence(), 103);
    EXPECT_EQ(node.update().home_address_option(), home);
    node.run_for(1500ms);
    EXPECT_EQ(node.pauses().back(), 1500ms);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_5_5, StaysAwayWhereItLeavesBeforeTheAnswer,
     "home for a moment: what counts is the update of the place where it is") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    const Sent from_home = node.update();
    node.attach(at(care_of_b));
    node.be_answered(from_home, {.lifetime = 0});
    EXPECT_FALSE(node.is_home());
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
}

// Care-of addresses

RULE(rfc6275_11_5_3, LeavesADeprecatedCareOfAddress,
     "when the primary care-of address becomes deprecated, another one is registered") {
    LaboratoryNode node;
    node.register_at();
    auto old = offered(care_of_a.address);
    old.deprecated = true;
    node.attach(two(old, offered(care_of_b.address)));
    EXPECT_EQ(node.update().source(), care_of_b.address);
}
RULE(rfc6275_11_5_3, KeepsADeprecatedCareOfAddressWhereThereIsNoOther,
     "a deprecated care-of address is better than none") {
    LaboratoryNode node;
    node.register_at();
    auto old = offered(care_of_a.address);
    old.deprecated = true;
    node.attach({.candidates = {old}, .home = {}});
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.update_count(), 1U);
}
RULE(rfc6275_11_5_4, LeavesACareOfAddressThatNoRouterAdvertises,
     "the primary care-of address has a prefix that its router advertises") {
    LaboratoryNode node;
    node.register_at();
    auto old = offered(care_of_a.address);
    old.abandoned = true;
    node.attach(two(old, offered(care_of_b.address)));
    EXPECT_EQ(node.update().source(), care_of_b.address);
}
RULE(rfc6275_11_5_4, StaysWhereASecondAddressAppears,
     "another address of the same worth is no reason to move") {
    LaboratoryNode node;
    node.register_at(care_of_b);
    node.attach(two(offered(care_of_a.address), offered(care_of_b.address)));
    node.attach(two(offered(care_of_b.address), offered(care_of_a.address, 2)));
    EXPECT_EQ(node.update_count(), 1U);
}
RULE(rfc6275_11_5_4, TellsTheHomeAgentOfAMoveWithAAndH,
     "a new primary care-of address is told with A and H, however it was chosen") {
    LaboratoryNode node;
    node.register_at();
    auto cheaper = offered(care_of_b.address, 2);
    auto dearer = offered(care_of_a.address);
    dearer.route_metric = 600;
    node.attach(two(dearer, cheaper));
    EXPECT_EQ(node.update().source(), care_of_b.address);
    EXPECT_EQ(node.update().path.interface.value, 2U);
    EXPECT_EQ(node.update().flags(), flag::a | flag::h);
}
RULE(rfc6275_11_5_4, StillHearsAtItsPreviousCareOfAddress,
     "what comes to the previous care-of address is taken as long as the node has it") {
    LaboratoryNode node;
    node.register_at();
    node.attach(two(offered(care_of_a.address), offered(care_of_b.address)));
    auto old = offered(care_of_a.address);
    old.deprecated = true;
    node.attach(two(old, offered(care_of_b.address)));
    ASSERT_EQ(node.update().source(), care_of_b.address);
    HeardPacket answer = node.answer_to(node.update());
    answer.destination = care_of_a.address;
    node.hear(answer);
    EXPECT_TRUE(node.is_registered());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
