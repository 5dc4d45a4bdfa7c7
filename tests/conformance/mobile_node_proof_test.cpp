// What has to prove itself before a mobile node believes it: RFC 6275 §5.1, §11.7.3, §15.3, with
// the keys of docs/protocol.md in the place of IPsec.

#include "tests/conformance/mobile_node_sealed.hpp"

namespace godwit::conformance::mobile_node {
namespace {

// An acknowledgement to this update without any proof.
Bytes bare_answer(const Sent& update, std::uint8_t status, std::uint16_t sequence) {
    HeardPacket packet{.source = home_agent,
                       .destination = update.source(),
                       .routed_to = update.home_address_option(),
                       .type = message::acknowledgement,
                       .data = {status, 0}};
    wire::Writer out(packet.data);
    out.integer(sequence);
    out.integer(std::uint16_t{150});
    return packet.octets();
}
wire::BindingAcknowledgement accepted(const Sent& update) {
    return {.sequence = wire::SequenceNumber(update.sequence()),
            .lifetime = wire::Lifetime(150),
            .options = {}};
}
// Where the Mobility Header of an acknowledgement with a routing header begins.
constexpr std::size_t behind_routing_header = ipv6_header + 24;

void correct_checksum(Bytes& packet, const Ipv6Address& destination = home) {
    const std::span<std::uint8_t> header = std::span(packet).subspan(behind_routing_header);
    wire::write_checksum(header, {.source = home_agent, .destination = destination});
}

struct Bare {
    const char* name;
    const char* rule;
    std::uint8_t status;
};
constexpr auto unproven = std::to_array<Bare>({
    {"IsNotBoundWithoutProof", "an unproven 0 does not bind", 0},
    {"IsNotRefusedWithoutProof", "an unproven 128 refuses nothing", 128},
    {"IsNotProhibitedWithoutProof", "an unproven 129 stops nothing", 129},
    {"IsNotGoneWithoutProof", "an unproven 133 ends nothing", 133},
    {"DoesNotGiveItsAddressUpWithoutProof", "an unproven 134 takes no home address away", 134},
});
RULE_TABLE(rfc6275_5_1, unproven) {
    SealedNode node;
    node.attach(at(care_of_a));
    const Sent update = node.update();
    node.hear(bare_answer(update, row.status, update.sequence()));
    EXPECT_FALSE(node.is_registered());
    EXPECT_EQ(node.update_count(), 1U);
    EXPECT_TRUE(node.told<mobility::BindingRefused>().empty());
    node.be_granted();
    EXPECT_TRUE(node.is_registered()) << "and what is proved is taken";
}
RULE(rfc6275_11_7_3, TakesNoNumberWithoutProof,
     "135 that does not pass authentication is silently ignored") {
    SealedNode node;
    node.attach(at(care_of_a));
    const Sent first = node.update();
    node.hear(bare_answer(first, 135, 9000));
    EXPECT_EQ(node.update_count(), 1U);
    node.run_for(1500ms);
    EXPECT_EQ(node.update().sequence(), first.sequence() + 1);
}
RULE(rfc6275_11_7_3, TakesTheNumberThatIsProved, "135 that passes authentication is believed") {
    SealedNode node;
    node.attach(at(care_of_a));
    node.be_answered(node.update(), {.status = wire::BindingStatus::sequence_number_out_of_window,
                                     .sequence = wire::SequenceNumber(9000),
                                     .options = {}});
    EXPECT_EQ(node.update().sequence(), 9000 + 16385);
}
RULE(rfc6275_5_1, BelievesNoAnswerThatWasChanged,
     "an answer of which any octet was changed on the way is ignored, though its checksum be "
     "right") {
    SealedNode node;
    node.attach(at(care_of_a));
    const Sent update = node.update();
    const Bytes right = node.answer_to(update, accepted(update));
    for (std::size_t at = behind_routing_header; at < right.size(); ++at) {
        if (at == behind_routing_header + 4 || at == behind_routing_header + 5) {
            continue;  // the checksum itself, which would be corrected
        }
        Bytes changed = right;
        changed[at] ^= 0x10U;
        correct_checksum(changed);
        node.hear(changed);
        ASSERT_FALSE(node.is_registered()) << "octet " << at;
    }
    node.hear(right);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_5_1, BelievesNoAnswerToAnotherHomeAddress,
     "an answer whose routing header names another home address proves nothing for this one") {
    SealedNode node;
    node.attach(at(care_of_a));
    Bytes answer = node.answer_to(node.update(), accepted(node.update()));
    const Bytes right = answer;
    Ipv6Address other = home;
    other.octets.back() ^= 3U;
    answer.at(behind_routing_header - 1) = other.octets.back();
    correct_checksum(answer, other);
    node.hear(answer);
    ASSERT_TRUE(node.rejection);
    EXPECT_FALSE(node.rejection->parse_error) << "nothing else is wrong with it";
    EXPECT_FALSE(node.is_registered());
    node.hear(right);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_5_1, BelievesNoAnswerToAnotherNode, "an answer for another's update proves nothing") {
    SealedNode other;
    other.attach(at(care_of_a));
    SealedNode node;
    node.attach(at(care_of_a));
    node.hear(other.answer_to(other.update(), accepted(other.update())));
    EXPECT_FALSE(node.is_registered());
}
RULE(rfc6275_15_3, BelievesNothingTwice, "an answer that is heard again changes nothing") {
    SealedNode node;
    node.attach(at(care_of_a));
    const Path path = node.update().path;
    const Bytes answer = node.answer_to(node.update(), accepted(node.update()));
    node.hear(answer, path);
    const Instant expires = node.binding()->expires;
    node.attach(at(care_of_b));
    node.hear(answer, path);
    EXPECT_FALSE(node.is_registered());
    node.be_granted();
    node.hear(answer, path);
    EXPECT_EQ(node.binding()->expires, expires);
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
}
RULE(rfc6275_5_1, BelievesNoAnswerForAnotherPlace,
     "under a session the care-of address is part of what is proved") {
    SealedNode node;
    auto both = at(care_of_a);
    both.candidates.push_back(offered(care_of_b.address));
    node.attach(both);
    node.be_granted();
    both.candidates.front().deprecated = true;
    node.attach(both);
    const Sent update = node.update();
    ASSERT_EQ(update.source(), care_of_b.address);
    Bytes answer = node.answer_to(update, accepted(update));
    const Bytes right = answer;
    std::ranges::copy(care_of_a.address.octets, answer.begin() + 24);
    node.hear(answer);
    EXPECT_FALSE(node.is_registered());
    node.hear(right);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_7_1, ProvesEachUpdate,
     "each binding update is authenticated, a first one, a move, a refresh, and the last") {
    SealedNode node;
    node.attach(at(care_of_a));
    EXPECT_NO_THROW(node.be_granted());
    node.attach(at(care_of_b));
    EXPECT_NO_THROW(node.be_granted());
    node.run_for(480s);
    ASSERT_EQ(node.update_count(), 3U);
    EXPECT_NO_THROW(node.be_granted());
    node.attach(at_home);
    EXPECT_NO_THROW(node.be_granted());
    EXPECT_TRUE(node.is_home());
}

// Hints

RULE(rfc6275_11_7_3, AsksAnewWhereItsProofIsSaidNotToBeTaken,
     "a proved 146 for an update under way: asked again by new keys at once") {
    SealedNode node;
    node.register_at();
    node.run_for(10s);
    node.attach(at(care_of_b));
    node.be_answered(node.update(), {.status = wire::BindingStatus::authentication_failed,
                                     .sequence = wire::SequenceNumber(node.update().sequence())});
    ASSERT_EQ(node.update_count(), 3U);
    EXPECT_EQ(node.update().source(), care_of_b.address);
    const auto before = node.binding()->session;
    node.be_granted();
    EXPECT_NE(node.binding()->session, before);
}
RULE(rfc6275_11_7_3, AsksAnewWhereItsProofIsNotKnown,
     "an unproved 146 for an update under way: asked again by new keys, once a second at most") {
    SealedNode node;
    node.register_at();
    node.run_for(10s);
    node.attach(at(care_of_b));
    node.hear(bare_answer(node.update(), 146, node.update().sequence()));
    EXPECT_EQ(node.update_count(), 3U);
    node.hear(bare_answer(node.update(), 146, node.update().sequence()));
    EXPECT_EQ(node.update_count(), 3U);
    node.be_granted();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_7_4, TakesARefreshRequestForAHint,
     "an unproven refresh request makes it ask, and changes nothing else") {
    SealedNode node;
    node.register_at();
    node.run_for(10s);
    node.hear({.source = home_agent,
               .destination = home,
               .type = message::refresh_request,
               .data = {0, 0}});
    EXPECT_EQ(node.update_count(), 2U);
    EXPECT_TRUE(node.carries());
    EXPECT_NE(node.binding(), nullptr);
}
RULE(rfc6275_11_3_6, TakesABindingErrorForAHint,
     "an unproven Binding Error makes it ask, and ends nothing") {
    SealedNode node;
    node.register_at();
    node.run_for(10s);
    HeardPacket error{.source = home_agent,
                      .destination = care_of_a.address,
                      .type = message::error,
                      .data = {1, 0}};
    error.data.insert(error.data.end(), home.octets.begin(), home.octets.end());
    node.hear(error);
    EXPECT_EQ(node.update_count(), 2U);
    EXPECT_TRUE(node.carries());
}
RULE(rfc5142_6_1, BelievesNoSwitchWithoutProof,
     "a Home Agent Switch that is not authenticated is dropped") {
    SealedNode node;
    node.register_at();
    HeardPacket packet{.source = home_agent,
                       .destination = care_of_a.address,
                       .routed_to = home,
                       .type = message::home_agent_switch,
                       .data = {1, 0}};
    packet.data.insert(packet.data.end(), stranger.octets.begin(), stranger.octets.end());
    const std::size_t sent = node.sent.size();
    node.hear(packet);
    EXPECT_EQ(node.sent.size(), sent);
    EXPECT_TRUE(node.is_registered());
    EXPECT_TRUE(node.told<mobility::HomeAgentSwitchAsked>().empty());
    node.be_told(wire::HomeAgentSwitch{.home_agents = {{stranger}}, .options = {}});
    EXPECT_EQ(node.told<mobility::HomeAgentSwitchAsked>().size(), 1U) << "and a proved one is told";
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
