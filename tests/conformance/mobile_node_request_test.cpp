// Binding errors and refresh requests at a mobile node: RFC 6275 §11.3.6, §11.7.4.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

// How many updates a packet makes of a node that has been registered for a while.
std::size_t updates_for(const HeardPacket& packet) {
    LaboratoryNode node;
    node.register_at();
    node.run_for(10s);
    node.hear(packet);
    node.run_for(500ms);
    return node.update_count() - 1;
}
HeardPacket from(const Ipv6Address& source, HeardPacket packet) {
    packet.source = source;
    return packet;
}

RULE(rfc6275_11_3_6, RegistersWhereTheHomeAgentDoesNotKnowIt,
     "a Binding Error, status 1, from the home agent: an update is sent to it") {
    EXPECT_EQ(updates_for(LaboratoryNode::error(1)), 1U);
}
RULE(rfc6275_11_3_6, ReregistersAsItWas, "that update is a home registration with a new number") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(10s);
    node.hear(node.error(1));
    EXPECT_EQ(node.update().sequence(), 102);
    EXPECT_EQ(node.update().flags(), flag::a | flag::h);
    EXPECT_EQ(node.update().lifetime(), 150U);
    EXPECT_EQ(node.update().source(), care_of_a.address);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_3_6, GoesOnWhileItReregisters,
     "an error proves nothing: the tunnel stays until the home agent has said something") {
    LaboratoryNode node;
    node.register_at();
    node.hear(node.error(1));
    EXPECT_TRUE(node.carries());
    EXPECT_NE(node.binding(), nullptr);
}
RULE(rfc6275_11_3_6, IgnoresErrorsOfOthers,
     "without a Binding Update List entry for its source a Binding Error is ignored") {
    EXPECT_EQ(updates_for(from(stranger, LaboratoryNode::error(1))), 0U);
}
RULE(rfc6275_11_3_6, IgnoresErrorsBeforeItIsRegistered,
     "who has asked nobody for anything ignores Binding Errors") {
    LaboratoryNode node;
    auto waiting = at(care_of_a);
    waiting.candidates.front().tentative = true;
    node.attach(waiting);
    node.hear(node.error(1));
    node.run_for(10s);
    EXPECT_EQ(node.update_count(), 0U);
}
RULE(rfc6275_11_3_6, IgnoresErrorsAtHome, "at home there is no entry that an error could mean") {
    LaboratoryNode node;
    node.register_at();
    node.go_home();
    HeardPacket error = node.error(1);
    error.destination = home;
    node.hear(error);
    node.run_for(60s);
    EXPECT_EQ(node.update_count(), 2U);
    EXPECT_TRUE(node.is_home());
}
RULE(rfc6275_11_3_6, IgnoresErrorsAboutAnother,
     "an error that names another home address is not about this node") {
    EXPECT_EQ(updates_for(LaboratoryNode::error(1, ip("2001:db8:f::a"))), 0U);
}
RULE(rfc6275_11_3_6, IgnoresUnrecognizedTypesWhileItExpectsNothing,
     "status 2 is ignored where no answer is expected") {
    EXPECT_EQ(updates_for(LaboratoryNode::error(2, ip("::"))), 0U);
}
RULE(
    rfc6275_11_3_6, KeepsAskingDespiteAnUnrecognizedType,
    "status 2 while an answer is expected: the plain home registration uses no extension to stop") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.hear(node.error(2, ip("::")));
    node.run_for(1500ms);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(1500ms));
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_3_6, IgnoresAnUnknownErrorStatus, "a status that no RFC defines is ignored") {
    EXPECT_EQ(updates_for(LaboratoryNode::error(0)), 0U);
    EXPECT_EQ(updates_for(LaboratoryNode::error(255)), 0U);
}
RULE(rfc6275_11_3_6, BoundsWhatErrorsCost, "forged errors cost an update a second at most") {
    LaboratoryNode node;
    node.register_at();
    for (int error = 0; error < 1000; ++error) {
        node.hear(node.error(1));
        node.run_for(10ms);
        node.be_answered();
    }
    EXPECT_LE(node.update_count(), 12U);
    EXPECT_GE(node.update_count(), 10U);
}
RULE(rfc6275_11_3_6, DropsAShortError, "a Binding Error without its address is malformed") {
    HeardPacket error = LaboratoryNode::error(1);
    error.data.resize(2);
    EXPECT_EQ(updates_for(error), 0U);
}

RULE(rfc6275_11_7_4, AnswersARefreshRequest,
     "a Binding Refresh Request of the home agent, where there is a binding: an update is sent") {
    EXPECT_EQ(updates_for(LaboratoryNode::refresh_request()), 1U);
}
RULE(rfc6275_11_7_4, AnswersARefreshRequestToItsHomeAddress,
     "a request to the home address, as it comes out of a tunnel that is not sealed, counts too") {
    HeardPacket request = LaboratoryNode::refresh_request();
    request.destination = home;
    EXPECT_EQ(updates_for(request), 1U);
}
RULE(rfc6275_11_7_4, ExtendsItsLifetime, "that update asks for a whole lifetime from then on") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(100s);
    node.hear(node.refresh_request());
    node.be_answered();
    EXPECT_EQ(node.binding()->expires, noon + 700s);
}
RULE(rfc6275_11_7_4, DoesNotAnswerOthers,
     "a request from whom it has no entry for is not answered") {
    EXPECT_EQ(updates_for(from(stranger, LaboratoryNode::refresh_request())), 0U);
}
RULE(rfc6275_11_7_4, DoesNotAnswerWithoutABinding,
     "without an entry, as at home, no request is answered") {
    LaboratoryNode node;
    node.register_at();
    node.go_home();
    HeardPacket request = node.refresh_request();
    request.destination = home;
    ASSERT_EQ(node.binding(), nullptr);
    node.hear(request);
    node.run_for(60s);
    EXPECT_EQ(node.update_count(), 2U);
    EXPECT_TRUE(node.is_home());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
