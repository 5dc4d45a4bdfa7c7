// Which packets a mobile node looks into at all: RFC 6275 §6.1, §6.4, §9.2, §9.5.4, §11.2, §11.3.3.
// Each row spoils an acknowledgement that is taken otherwise.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

struct Spoiled {
    const char* name;
    const char* rule;
    void (*spoil)(HeardPacket&);
};

void expect_not_taken(const Spoiled& row) {
    EXPECT_TRUE(LaboratoryNode::takes([](HeardPacket&) {}));
    EXPECT_FALSE(LaboratoryNode::takes(row.spoil));
}

const auto headers = std::to_array<Spoiled>({
    {"DropsAWrongChecksum", "a wrong checksum: dropped",
     [](HeardPacket& packet) { packet.checksum_error = 1; }},
    {"DropsAChecksumOverTheCareOfAddress",
     "the checksum is that over the home address of the routing header",
     [](HeardPacket& packet) {
         const Ipv6Address routed_to = *std::exchange(packet.routed_to, std::nullopt);
         const Bytes header = packet.header();
         packet.routed_to = routed_to;
         const Bytes right = packet.header();
         packet.checksum_error =
             static_cast<std::uint16_t>((header[4] ^ right[4]) << 8U | (header[5] ^ right[5]));
     }},
    {"DropsAnUnknownType", "an unknown MH Type: dropped",
     [](HeardPacket& packet) { packet.type = 99; }},
    {"DropsAPayload", "Payload Proto other than 59: dropped",
     [](HeardPacket& packet) { packet.payload_protocol = 58; }},
    {"DropsAHeaderLongerThanThePacket", "Header Len beyond the packet's end: dropped",
     [](HeardPacket& packet) { packet.header_length = 9; }},
    {"DropsWhatIsCutShort", "an acknowledgement without its Lifetime: dropped",
     [](HeardPacket& packet) { packet.data.resize(2); }},
});
RULE_TABLE(rfc6275_9_2, headers) {
    expect_not_taken(row);
}

const auto routing_headers = std::to_array<Spoiled>({
    {"DropsARoutingHeaderWithNoSegmentLeft", "Segments Left 0 on the wire: dropped",
     [](HeardPacket& packet) { packet.segments_left = 0; }},
    {"DropsARoutingHeaderWithTwoSegmentsLeft", "Segments Left 2 on the wire: dropped",
     [](HeardPacket& packet) { packet.segments_left = 2; }},
    {"DropsARoutingHeaderOfAnotherLength", "Hdr Ext Len other than 2: dropped",
     [](HeardPacket& packet) { packet.routing_length = 4; }},
    {"DropsARoutingHeaderToAnother", "a home address that is not one of the node's: dropped",
     [](HeardPacket& packet) { packet.routed_to = ip("2001:db8:f::a"); }},
    {"DropsARoutingHeaderToTheCareOfAddress", "a care-of address as home address: dropped",
     [](HeardPacket& packet) { packet.routed_to = care_of_a.address; }},
    {"DropsARoutingHeaderToAGroup", "a multicast home address: dropped",
     [](HeardPacket& packet) { packet.routed_to = ip("ff02::1"); }},
    {"DropsARoutingHeaderToTheLink", "a link-local home address: dropped",
     [](HeardPacket& packet) { packet.routed_to = ip("fe80::9"); }},
    {"DropsARoutingHeaderToNobody", "an unspecified home address: dropped",
     [](HeardPacket& packet) { packet.routed_to = ip("::"); }},
    {"DropsARoutingHeaderToItself", "the loopback address as home address: dropped",
     [](HeardPacket& packet) { packet.routed_to = ip("::1"); }},
    {"DropsASecondRoutingHeader", "two type 2 routing headers: dropped",
     [](HeardPacket& packet) {
         packet.extension = {0, 2, 2, 1, 0, 0, 0, 0};
         packet.extension.insert(packet.extension.end(), home.octets.begin(), home.octets.end());
         packet.extension_type = routing_header;
     }},
    {"DropsAnotherRoutingType", "routing type 0 with a segment left: dropped",
     [](HeardPacket& packet) { packet.routing_type = 0; }},
});
RULE_TABLE(rfc6275_11_3_3, routing_headers) {
    expect_not_taken(row);
}

const auto places = std::to_array<Spoiled>({
    {"DropsAnAnswerOfAnother", "an answer from whom nothing was asked: dropped",
     [](HeardPacket& packet) { packet.source = stranger; }},
    {"DropsAnAnswerToTheCareOfAddressAlone", "an answer that names no home address: dropped",
     [](HeardPacket& packet) { packet.routed_to.reset(); }},
    {"DropsAnAnswerToAnotherHost", "a packet for an address that it does not have: dropped",
     [](HeardPacket& packet) { packet.destination = care_of_b.address; }},
    {"DropsFragments", "a fragment is no message",
     [](HeardPacket& packet) {
         packet.extension = {0, 0, 0, 1, 0, 0, 0, 7};
         packet.extension_type = 44;
     }},
});
RULE_TABLE(rfc6275_11_7_3, places) {
    expect_not_taken(row);
}

RULE(rfc6275_6_1, TakesNoHomeAddressOptionInAnAnswer,
     "only a binding update has a Home Address option") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    HeardPacket answer = node.answer_to(node.update(), {.lifetime = 0});
    HeardPacket spoiled = answer;
    spoiled.extension = {0, 2, 1, 2, 0, 0, 0xc9, 16};
    spoiled.extension.insert(spoiled.extension.end(), home_agent.octets.begin(),
                             home_agent.octets.end());
    spoiled.extension_type = destination_options;
    node.hear(spoiled);
    EXPECT_FALSE(node.is_home());
    node.hear(answer);
    EXPECT_TRUE(node.is_home());
}
RULE(rfc6275_9_5_4, TakesNoRoutingHeaderWithAnythingElse,
     "of these messages only an acknowledgement has a routing header") {
    LaboratoryNode node;
    node.register_at();
    HeardPacket request = node.refresh_request();
    request.routed_to = home;
    node.hear(request);
    EXPECT_EQ(node.update_count(), 1U);
    request.routed_to.reset();
    node.hear(request);
    EXPECT_EQ(node.update_count(), 2U);
}

struct Message {
    const char* name;
    const char* rule;
    std::uint8_t type;
};
constexpr auto others = std::to_array<Message>({
    {"IsNoCorrespondentForHomeTests", "a Home Test that it did not ask for: dropped", 3},
    {"IsNoCorrespondentForCareOfTests", "a Care-of Test that it did not ask for: dropped", 4},
    {"IsNoHomeAgent", "a binding update to a mobile node: dropped", 5},
    {"DoesNotKnowFastHandovers", "a Fast Binding Acknowledgement: dropped", 9},
    {"BelievesNoHomeAgentSwitchUnproven", "an unproven Home Agent Switch: dropped", 12},
    {"BelievesNoRevocationUnproven", "an unproven Binding Revocation Indication: dropped", 16},
    {"DoesNotKnowTheLastType", "MH Type 255: dropped", 255},
});
RULE_TABLE(rfc6275_11_2, others) {
    LaboratoryNode node;
    node.register_at();
    HeardPacket packet = node.answer_to(node.update());
    packet.type = row.type;
    packet.data = Bytes(26, 0);
    packet.data[0] = 1;
    packet.routed_to.reset();
    packet.destination = home;
    const std::size_t sent = node.sent.size();
    node.hear(packet);
    EXPECT_EQ(node.sent.size(), sent);
    EXPECT_TRUE(node.is_registered());
    EXPECT_TRUE(node.carries());
    EXPECT_TRUE(node.told<mobility::HomeAgentSwitchAsked>().empty());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
