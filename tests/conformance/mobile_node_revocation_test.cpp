// A binding that the home agent ends: RFC 5846 §6, §10; and heartbeats: RFC 5847 §3.

#include "tests/conformance/mobile_node_sealed.hpp"

namespace godwit::conformance::mobile_node {
namespace {

using wire::BindingRevocationIndication;
using wire::RevocationTrigger;

struct RevokedNode : SealedNode {
    explicit RevokedNode(
        const client::MobileNodeSettings& settings = settings_of(mobility::Protection::sealed))
        : SealedNode(settings) {
        register_at();
        run_for(10s);
    }
    void be_revoked(std::uint8_t trigger = 5, std::uint16_t sequence = 7) {
        be_told(BindingRevocationIndication{.trigger = RevocationTrigger{trigger},
                                            .sequence = wire::SequenceNumber(sequence)});
    }
    // The last acknowledgement of a revocation; throws if there is none.
    [[nodiscard]] Sent answer() const {
        const auto all = sent_of(message::revocation);
        return all.at(all.size() - 1);
    }
    [[nodiscard]] unsigned status() const { return answer().octet(7); }
    [[nodiscard]] std::size_t answers() const { return sent_of(message::revocation).size(); }
};

RULE(rfc5846_6_1_2, AcknowledgesARevocation,
     "the answer has Binding Revocation Type 2 and the indication's sequence number") {
    RevokedNode node;
    node.be_revoked(5, 0xabcd);
    EXPECT_EQ(node.answer().octet(6), 2);
    EXPECT_EQ(node.answer().number(8), 0xabcd);
    EXPECT_EQ(node.status(), 0U);
}
RULE(rfc5846_6_1_2, AnswersTheHomeAgentFromItsCareOfAddress,
     "the answer goes where the indication came from, and names the home address") {
    RevokedNode node;
    node.be_revoked();
    EXPECT_EQ(node.answer().source(), care_of_a.address);
    EXPECT_EQ(node.answer().destination(), home_agent);
    EXPECT_EQ(node.answer().home_address_option(), home);
    EXPECT_TRUE(node.answer().has_right_checksum());
}
RULE(rfc5846_10, LosesItsBinding, "a revocation that is accepted ends binding and tunnel") {
    RevokedNode node;
    node.be_revoked();
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_FALSE(node.tunnel);
    EXPECT_EQ(node.told<mobility::BindingRevoked>().size(), 1U);
}
RULE(rfc5846_6_2_1, AnswersEachTimeItIsAsked,
     "the same indication again is answered again, since the answer may be lost") {
    RevokedNode node;
    node.be_revoked();
    node.run_for(1s);
    node.be_revoked();
    EXPECT_EQ(node.answers(), 2U);
    EXPECT_EQ(node.status(), 0U);
}
RULE(rfc5846_10, IsSilentWithoutABinding,
     "where no entry is left an indication is silently discarded") {
    RevokedNode node;
    node.be_revoked(5, 7);
    node.be_revoked(5, 8);
    EXPECT_EQ(node.answers(), 1U);
}
RULE(rfc5846_6_2, BelievesNoRevocationWithoutProof,
     "an indication that is not authenticated ends nothing and is not answered") {
    RevokedNode node;
    node.hear({.source = home_agent,
               .destination = care_of_a.address,
               .routed_to = home,
               .type = message::revocation,
               .data = {1, 5, 0, 7, 0, 0}});
    EXPECT_EQ(node.answers(), 0U);
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc5846_10, IsNotEndedTwiceByOneRevocation,
     "an indication that comes again after a new registration does not end that") {
    RevokedNode node;
    const Bytes indication = node.words(BindingRevocationIndication{
        .trigger = RevocationTrigger{1}, .sequence = wire::SequenceNumber(7)});
    node.hear(indication);
    ASSERT_EQ(node.binding(), nullptr);
    node.be_granted();
    node.hear(indication);
    EXPECT_TRUE(node.is_registered());
    EXPECT_TRUE(node.carries());
    EXPECT_EQ(node.told<mobility::BindingRevoked>().size(), 1U);
}

struct Trigger {
    const char* name;
    const char* rule;
    std::uint8_t trigger;
    bool asks_at_once;
};
constexpr auto triggers = std::to_array<Trigger>({
    {"RegistersAgainAfterTrigger0", "0, unspecified: it may register again", 0, true},
    {"RegistersAgainAfterTrigger1", "1, administrative reason: it may register again", 1, true},
    {"RegistersAgainAfterTrigger6", "6, access network: it may register again", 6, true},
    {"RegistersAgainAfterTrigger7", "7, out of sync: it registers again, which repairs it", 7,
     true},
    {"WaitsAfterTrigger5", "5, ended by the user: it does not come back at once", 5, false},
});
RULE_TABLE(rfc5846_10, triggers) {
    RevokedNode node;
    node.be_revoked(row.trigger);
    EXPECT_EQ(node.status(), 0U);
    node.run_for(1s);
    EXPECT_EQ(node.update_count(), row.asks_at_once ? 2U : 1U);
    EXPECT_EQ(node.binding(), nullptr);
}

struct Refused {
    const char* name;
    const char* rule;
    unsigned status;
    BindingRevocationIndication (*indication)();
};
const auto refused = std::to_array<Refused>({
    {"KnowsNoProxies", "P set: 135", 135,
     [] { return BindingRevocationIndication{.proxy_binding = true}; }},
    {"KnowsNoGlobalRevocation", "G set, which speaks of many nodes: 134", 134,
     [] { return BindingRevocationIndication{.global = true}; }},
    {"KnowsNoHandoverOfProxies", "trigger 2, between access gateways: 133", 133,
     [] { return BindingRevocationIndication{.trigger = RevocationTrigger{2}}; }},
    {"KnowsNoGlobalTrigger", "trigger 128, of a whole peer: 133", 133,
     [] { return BindingRevocationIndication{.trigger = RevocationTrigger{128}}; }},
    {"NeedsTheIpv4AddressThatIsMeant", "V set without an IPv4 Home Address option: 129", 129,
     [] { return BindingRevocationIndication{.ipv4_home_address_only = true}; }},
    {"HasNotThisIpv4Address", "V set with another IPv4 home address: 128", 128,
     [] {
         return BindingRevocationIndication{
             .ipv4_home_address_only = true,
             .options = {wire::Ipv4HomeAddress{.home = {{10, 0, 0, 9}}}}};
     }},
    {"HasNotThisBinding", "an identifier that it has not registered: 128", 128,
     [] {
         return BindingRevocationIndication{
             .options = {wire::BindingIdentifier{.id = 99, .care_of = {}}}};
     }},
});
RULE_TABLE(rfc5846_6_2_1, refused) {
    RevokedNode node;
    node.be_told(row.indication());
    EXPECT_EQ(node.status(), row.status);
    EXPECT_TRUE(node.is_registered());
    EXPECT_TRUE(node.carries());
    const auto said = row.indication();
    const unsigned flags = (said.proxy_binding ? 0x8000U : 0U) |
                           (said.ipv4_home_address_only ? 0x4000U : 0U) |
                           (said.global ? 0x2000U : 0U);
    EXPECT_EQ(node.answer().number(10), flags) << "P, V and G are the indication's";
}
RULE(rfc5846_10, ReleasesItsIpv4HomeAddressAlone,
     "V with its own IPv4 home address ends that, and the IPv6 binding stays") {
    auto settings = settings_of(mobility::Protection::sealed);
    settings.registration.wants_ipv4 = true;
    SealedNode node(settings);
    const wire::Ipv4Address granted{{10, 19, 0, 2}};
    node.attach(at(care_of_a));
    node.be_granted(node.update(), {wire::Ipv4AddressAcknowledgement{.home = granted}});
    ASSERT_EQ(node.ipv4_home, granted);
    node.be_told(BindingRevocationIndication{.ipv4_home_address_only = true,
                                             .options = {wire::Ipv4HomeAddress{.home = granted}}});
    EXPECT_EQ(node.sent_of(message::revocation).at(0).octet(7), 0);
    EXPECT_FALSE(node.ipv4_home);
    EXPECT_TRUE(node.is_registered());
    EXPECT_TRUE(node.carries());
}
RULE(rfc5846_10, LosesTheBindingThatIsNamed,
     "an identifier in the indication ends that binding, and the other carries on") {
    auto settings = settings_of(mobility::Protection::sealed);
    settings.registration.wants_other_bindings = true;
    SealedNode node(settings);
    node.answers_after = 20ms;
    node.attach(
        {.candidates = {offered(care_of_a.address, 1), offered(care_of_b.address, 2)}, .home = {}});
    node.run_for(10s);
    ASSERT_TRUE(node.core.warm_path());
    node.be_told(
        BindingRevocationIndication{.options = {wire::BindingIdentifier{.id = 2, .care_of = {}}}});
    EXPECT_EQ(node.sent_of(message::revocation).at(0).octet(7), 0);
    node.run_for(100ms);
    EXPECT_FALSE(node.core.warm_path());
    EXPECT_TRUE(node.is_registered());
    EXPECT_EQ(node.tunnel->local, care_of_a.address);
}
RULE(rfc5846_10, LosesAllWhereNoneIsNamed, "an indication without identifiers ends all bindings") {
    auto settings = settings_of(mobility::Protection::sealed);
    settings.registration.wants_other_bindings = true;
    SealedNode node(settings);
    node.answers_after = 20ms;
    node.attach(
        {.candidates = {offered(care_of_a.address, 1), offered(care_of_b.address, 2)}, .home = {}});
    node.run_for(10s);
    node.answers_after.reset();
    node.be_told(BindingRevocationIndication{.trigger = RevocationTrigger{5}});
    EXPECT_FALSE(node.tunnel);
    EXPECT_EQ(node.binding(), nullptr);
    node.run_for(5s);
    EXPECT_FALSE(node.core.warm_path());
}

// RFC 5847

RULE(rfc5847_3_1, AnswersAHeartbeat, "a response has R set and the request's sequence number") {
    RevokedNode node;
    node.be_asked_through_tunnel({.sequence = 0x01020304}, *node.tunnel);
    const auto answers = node.sent_of(message::heartbeat);
    ASSERT_FALSE(answers.empty());
    EXPECT_EQ(answers.back().number(6), 1) << "U clear, R set";
    EXPECT_EQ(answers.back().number(8), 0x0102);
    EXPECT_EQ(answers.back().number(10), 0x0304);
}
RULE(rfc5847_3_1, AnswersAlongThePathThatIsMeant,
     "a request is answered along the path that it came by") {
    RevokedNode node;
    Path other = *node.tunnel;
    other.local = care_of_b.address;
    other.interface = {2};
    node.be_asked_through_tunnel({.sequence = 1}, other);
    EXPECT_EQ(node.sent.back().path, other);
}
RULE(rfc5847_3_1, AnswersNoResponse, "a response is not answered") {
    RevokedNode node;
    const std::size_t sent = node.sent.size();
    node.be_asked_through_tunnel({.response = true, .sequence = 77}, *node.tunnel);
    EXPECT_EQ(node.sent.size(), sent);
}

struct Restarting : SealedNode {
    Restarting() {
        answers_after = 20ms;
        restart_counter = 5;
        attach(at(care_of_a));
        run_for(10s);
    }
};
RULE(rfc5847_3_2, RegistersAnewAfterARestart,
     "another Restart Counter means that the other end has lost its state: it is told anew") {
    Restarting node;
    ASSERT_EQ(node.update_count(), 1U);
    node.be_asked_through_tunnel({.response = true, .options = {wire::RestartCounter{6}}},
                                 *node.tunnel);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc5847_3_2, GoesOnWhereNothingHasRestarted, "the same Restart Counter changes nothing") {
    Restarting node;
    node.be_asked_through_tunnel({.response = true, .options = {wire::RestartCounter{5}}},
                                 *node.tunnel);
    node.run_for(10s);
    EXPECT_EQ(node.update_count(), 1U);
}
RULE(rfc5847_3_2, HearsARestartUnasked,
     "an unsolicited response with another counter counts, whatever its sequence number") {
    Restarting node;
    node.be_asked_through_tunnel({.unsolicited = true,
                                  .response = true,
                                  .sequence = 0,
                                  .options = {wire::RestartCounter{6}}},
                                 *node.tunnel);
    EXPECT_EQ(node.update_count(), 2U);
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
