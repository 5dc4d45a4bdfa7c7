// Several care-of addresses of a mobile node: RFC 5648 §4, §5, §8.

#include "tests/conformance/mobile_node_sealed.hpp"

namespace godwit::conformance::mobile_node {
namespace {

client::MobileNodeSettings with_others() {
    auto settings = settings_of(mobility::Protection::sealed);
    settings.registration.wants_other_bindings = true;
    return settings;
}
const mobility::Attachments wire_and_radio{
    .candidates = {offered(care_of_a.address, 1), offered(care_of_b.address, 2)}, .home = {}};
const mobility::Attachments radio_alone{.candidates = {offered(care_of_b.address, 2)}, .home = {}};

// At both links; the home agent grants everything after 20 ms.
struct AtBoth : SealedNode {
    AtBoth() : SealedNode(with_others()) {
        answers_after = 20ms;
        attach(wire_and_radio);
    }
    // The update of the second binding, not answered yet.
    Sent ask_beside() {
        run_until(noon + 900ms);
        answers_after.reset();
        run_until(noon + 1500ms);
        return update();
    }
    // `option`: the status in the identifier of the answer; none: it has no identifier. What the
    // node says next is answered again.
    void be_answered_beside(wire::BindingStatus message, std::optional<std::uint8_t> option,
                            wire::Lifetime granted = wire::Lifetime(150)) {
        const Sent asked = ask_beside();
        answers_after = 20ms;
        wire::MobilityOptions options;
        if (option) {
            options.emplace_back(
                wire::BindingIdentifier{.id = id_of(asked), .status = *option, .care_of = {}});
        }
        be_answered(asked, {.status = message,
                            .sequence = wire::SequenceNumber(asked.sequence()),
                            .lifetime = granted,
                            .options = std::move(options)});
    }
    static std::uint16_t id_of(const Sent& sent) {
        const auto named = sent.option(option::binding_identifier).value();
        wire::Reader in(named.body);
        return in.integer<std::uint16_t>();
    }
    std::size_t updates_by(std::uint32_t interface) const {
        const auto all = updates();
        return static_cast<std::size_t>(std::ranges::count(
            all, interface, [](const Sent& one) { return one.path.interface.value; }));
    }
};
bool names_care_of_address_otherwise(const Sent& update) {
    return update.option(option::alternate_care_of) || update.option(option::ipv4_care_of);
}

RULE(rfc5648_4_3, NumbersABindingWithItsCareOfAddress,
     "the Binding Identifier option has 20 octets with an IPv6 care-of address, at 8n+2") {
    AtBoth node;
    const auto named = node.update().option(option::binding_identifier);
    ASSERT_TRUE(named);
    EXPECT_EQ(named->body.size(), 20U);
    EXPECT_EQ(named->offset % 8, 2U);
    EXPECT_EQ(named->address(4), care_of_a.address);
    EXPECT_NE(node.id_of(node.update()), 0);
}
RULE(rfc5648_4_3, SaysNothingInTheStatus, "Status is zero in a binding update, and H is clear") {
    AtBoth node;
    const auto named = node.update().option(option::binding_identifier);
    EXPECT_EQ(named->body.at(2), 0);
    EXPECT_EQ(named->body.at(3) & 0x80U, 0U);
}
RULE(rfc5648_8_1, NamesAnIpv4CareOfAddressInTheOption,
     "the option has 8 octets with an IPv4 care-of address") {
    SealedNode node(with_others());
    node.attach({.candidates = {offered(ip("::ffff:192.168.1.7"))},
                 .endpoints = {{ip("::ffff:203.0.113.2")}},
                 .home = {}});
    const auto named = node.update().option(option::binding_identifier);
    ASSERT_TRUE(named);
    EXPECT_EQ(named->body.size(), 8U);
    EXPECT_EQ(Bytes(named->body.begin() + 4, named->body.end()), (Bytes{192, 168, 1, 7}));
    EXPECT_FALSE(names_care_of_address_otherwise(node.update()));
}
RULE(rfc5648_5_2, NamesTheCareOfAddressOnce,
     "beside the Binding Identifier option there is no Alternate Care-of Address option") {
    AtBoth node;
    EXPECT_FALSE(names_care_of_address_otherwise(node.update()));
}
RULE(rfc5648_5_9, ReplacesWhatMayBeLeftAtFirst, "the first registration has the O flag") {
    AtBoth node;
    EXPECT_TRUE(node.update().flags() & flag::o);
}
RULE(rfc5648_5_2, AddsTheSecondBinding, "a binding that is added has no O flag") {
    AtBoth node;
    EXPECT_FALSE(node.ask_beside().flags() & flag::o);
}
RULE(rfc5648_5_1, NumbersEachCareOfAddressDifferently, "identifiers are unique") {
    AtBoth node;
    const std::uint16_t first = node.id_of(node.update());
    EXPECT_NE(node.id_of(node.ask_beside()), first);
}
RULE(rfc5648_5_2, SendsFromTheCareOfAddressThatItAdds,
     "the update of a binding leaves from its care-of address, by its interface") {
    AtBoth node;
    const Sent asked = node.ask_beside();
    EXPECT_EQ(asked.source(), care_of_b.address);
    EXPECT_EQ(asked.path.interface.value, 2U);
    EXPECT_EQ(asked.option(option::binding_identifier)->address(4), care_of_b.address);
}
RULE(rfc5648_4_1, HasOneSequenceForAllBindings, "one space of numbers serves all identifiers") {
    AtBoth node;
    const std::uint16_t first = node.update().sequence();
    EXPECT_EQ(node.ask_beside().sequence(), first + 1);
}
RULE(rfc5648_5_2, SendsDataAlongTheFirstStill, "a second binding moves no data") {
    AtBoth node;
    node.run_for(10s);
    EXPECT_TRUE(node.core.warm_path());
    EXPECT_EQ(node.tunnel->local, care_of_a.address);
}
RULE(rfc5648_5_2, RefreshesEachBinding, "each binding is refreshed before it ends") {
    AtBoth node;
    node.run_for(600s);
    EXPECT_GE(node.updates_by(1), 2U);
    EXPECT_GE(node.updates_by(2), 2U);
    EXPECT_TRUE(node.core.warm_path());
}
RULE(rfc5648_5_4, KeepsTheOtherWhenItChangesOver,
     "a move to a care-of address that is bound is an update of its identifier, without O") {
    AtBoth node;
    node.run_for(10s);
    const std::uint16_t beside = node.id_of(node.updates().at(1));
    mobility::Attachments radio_first = wire_and_radio;
    radio_first.candidates.front().route_metric = 100;
    const Instant changed = node.now;
    node.attach(radio_first);
    node.run_for(15s);
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
    const Sent move = node.updates_since(changed).at(0);
    EXPECT_EQ(node.id_of(move), beside);
    EXPECT_FALSE(move.flags() & flag::o);
}
RULE(rfc6275_11_5_4, GivesUpWhatIsBoundByALinkThatHasGone,
     "the care-of addresses of a link that has gone are given up, by O, with the next update") {
    AtBoth node;
    node.run_for(10s);
    const std::uint16_t beside = node.id_of(node.updates().at(1));
    node.broken = {1};
    node.attach(radio_alone);
    EXPECT_EQ(node.id_of(node.update()), beside);
    EXPECT_TRUE(node.update().flags() & flag::o);
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
}
RULE(rfc5648_5_5, EndsAllBindingsWithoutAnIdentifier,
     "a deregistration without the option ends all of them") {
    AtBoth node;
    node.run_for(10s);
    node.attach(at_home);
    EXPECT_EQ(node.update().lifetime(), 0U);
    EXPECT_FALSE(node.update().option(option::binding_identifier));
    EXPECT_FALSE(node.update().flags() & flag::o);
    node.run_for(1s);
    EXPECT_TRUE(node.is_home());
    EXPECT_FALSE(node.tunnel);
}
RULE(rfc5648_5_9, ReplacesAllAfterALossOfThem,
     "registering anew, with no binding left, has the O flag again") {
    AtBoth node;
    node.run_for(10s);
    node.attach(nothing);
    node.run_for(700s);
    node.attach(radio_alone);
    EXPECT_TRUE(node.update().flags() & flag::o);
}

RULE(rfc5648_5_1, HasNoneBesideWhenItsBindingHasRunOut,
     "with the binding in use those beside it are gone, though no link has changed") {
    AtBoth node;
    node.run_for(10s);
    ASSERT_TRUE(node.core.warm_path());
    node.answers_after.reset();
    node.run_for(700s);
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_FALSE(node.core.warm_path());
}

// Answers: §5.7

RULE(rfc5648_5_7, GivesUpWhereTheOptionIsNotKnown,
     "an answer without the option: no more identifiers to this home agent") {
    SealedNode node(with_others());
    node.attach(wire_and_radio);
    const Sent asked = node.update();
    node.be_answered(asked, {.sequence = wire::SequenceNumber(asked.sequence()),
                             .lifetime = wire::Lifetime(150),
                             .options = {}});
    EXPECT_TRUE(node.is_registered()) << "as any mobile node";
    node.run_for(470s);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_for(20s);
    EXPECT_FALSE(node.update().option(option::binding_identifier));
    EXPECT_EQ(node.update().option(option::alternate_care_of)->address(), care_of_a.address);
}
RULE(rfc5648_5_7, HasABindingBesideOnceItIsAccepted,
     "zero in the option and in the message: that binding is there") {
    AtBoth node;
    node.be_answered_beside(wire::BindingStatus::accepted, 0);
    node.run_for(200ms);
    EXPECT_TRUE(node.core.warm_path());
}
RULE(rfc5648_5_7, BelievesNoMoreThanItAskedForBeside,
     "a longer lifetime than was asked for does not put the refresh of that binding off") {
    AtBoth node;
    node.be_answered_beside(wire::BindingStatus::accepted, 0, wire::Lifetime(65535));
    const std::size_t asked = node.updates_by(2);
    node.run_for(300s);
    EXPECT_EQ(node.updates_by(2), asked + 1) << "at half of the 600 s";
}
RULE(rfc5648_5_7, StopsWhereItIsProhibited,
     "166, prohibited: no more bindings beside the one in use") {
    AtBoth node;
    node.be_answered_beside(wire::BindingStatus::accepted, 166);
    const std::size_t asked = node.updates_by(2);
    node.run_for(450s);
    EXPECT_EQ(node.updates_by(2), asked);
    EXPECT_TRUE(node.is_registered());
}

struct Refusal {
    const char* name;
    const char* rule;
    wire::BindingStatus message;
    std::uint8_t option;
};
constexpr auto refusals = std::to_array<Refusal>({
    {"Status128OfABindingIsARefusal", "128 in the option: that binding is not there",
     wire::BindingStatus::accepted, 128},
    {"Status164OfABindingIsARefusal", "164, malformed, in the option: that binding is not there",
     wire::BindingStatus::mcoa_not_complete, 164},
    {"Status165OfABindingIsARefusal", "165, one without identifier exists: it is not there",
     wire::BindingStatus::accepted, 165},
    {"Status167OfABindingIsARefusal", "167, unknown care-of address: that binding is not there",
     wire::BindingStatus::mcoa_not_complete, 167},
    {"Status168OfABindingIsARefusal", "168, no bulk registration: that binding is not there",
     wire::BindingStatus::accepted, 168},
    {"StatusOfTheMessageCountsForAZero", "zero in the option: the message's own status counts",
     wire::BindingStatus::insufficient_resources, 0},
});
RULE_TABLE(rfc5648_5_7, refusals) {
    AtBoth node;
    node.be_answered_beside(row.message, row.option);
    node.run_for(200ms);
    EXPECT_FALSE(node.core.warm_path());
    EXPECT_TRUE(node.is_registered()) << "the one in use is not concerned";
    EXPECT_EQ(node.tunnel->local, care_of_a.address);
}
struct Grant {
    const char* name;
    const char* rule;
    std::optional<std::uint8_t> option;
    wire::Lifetime lifetime;
};
constexpr auto no_grants = std::to_array<Grant>({
    {"AnAnswerWithoutTheOptionIsNoBindingBeside", "no option in the answer: it is not there",
     std::nullopt, wire::Lifetime(150)},
    {"AGrantOfNoTimeIsNoBindingBeside", "zero, and a lifetime of zero: that binding is not there",
     0, wire::Lifetime(0)},
});
RULE_TABLE(rfc5648_5_7, no_grants) {
    AtBoth node;
    node.be_answered_beside(wire::BindingStatus::accepted, row.option, row.lifetime);
    node.run_for(200ms);
    EXPECT_FALSE(node.core.warm_path());
    EXPECT_TRUE(node.is_registered()) << "the one in use is not concerned";
}
RULE_TABLE(rfc5648_4_4, refusals) {  // of the only binding
    SealedNode node(with_others());
    node.attach(at(care_of_a));
    const Sent asked = node.update();
    node.be_answered(asked,
                     {.status = row.message,
                      .sequence = wire::SequenceNumber(asked.sequence()),
                      .lifetime = wire::Lifetime(150),
                      .options = {wire::BindingIdentifier{
                          .id = AtBoth::id_of(asked), .status = row.option, .care_of = {}}}});
    EXPECT_FALSE(node.is_registered());
    EXPECT_EQ(node.binding(), nullptr);
}
RULE(rfc5648_5_7, ReplacesAllWhereOneWithoutIdentifierExists,
     "165: the next update has the O flag, so that all are replaced") {
    AtBoth node;
    node.be_answered_beside(wire::BindingStatus::accepted, 165);
    node.run_for(2s);
    const auto after = node.updates_since(noon + 1100ms);
    ASSERT_FALSE(after.empty());
    EXPECT_TRUE(after.front().flags() & flag::o);
    EXPECT_EQ(after.front().source(), care_of_a.address);
}
RULE(rfc5648_5_8, RefreshesWhereAnIdentifierIsNamed,
     "a Binding Refresh Request with an identifier is a request, too") {
    AtBoth node;
    node.run_for(10s);
    HeardPacket request{.source = home_agent,
                        .destination = care_of_a.address,
                        .type = message::refresh_request,
                        .data = {0, 0}};
    const Bytes identifier = option_of(option::binding_identifier, Bytes{0, 1, 0, 0});
    request.data.insert(request.data.end(), identifier.begin(), identifier.end());
    node.hear(request);
    const auto asked = node.updates_since(node.now);
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().source(), care_of_a.address);
    EXPECT_EQ(node.id_of(asked.front()), 1);
}
RULE(rfc5648_5_7, AsksForOneBindingWhereSeveralAreProhibited,
     "166 for the first binding: it is asked for without an identifier") {
    SealedNode node(with_others());
    node.attach(at(care_of_a));
    const Sent asked = node.update();
    node.be_answered(
        asked, {.status = wire::BindingStatus::mcoa_prohibited,
                .sequence = wire::SequenceNumber(asked.sequence()),
                .options = {wire::BindingIdentifier{.id = AtBoth::id_of(asked), .care_of = {}}}});
    ASSERT_EQ(node.update_count(), 2U);
    EXPECT_FALSE(node.update().option(option::binding_identifier));
    node.be_granted();
    EXPECT_TRUE(node.is_registered());
}

// RFC 3963: a host that serves no prefix

RULE(rfc3963_5_1, IsNoMobileRouter,
     "who has no mobile network prefix leaves R clear, and names none") {
    for (const bool has_others : {false, true}) {
        SealedNode node(has_others ? with_others() : settings_of(mobility::Protection::sealed));
        node.attach(at(care_of_a));
        EXPECT_FALSE(node.update().flags() & flag::r);
        EXPECT_FALSE(node.update().option(option::mobile_network_prefix));
    }
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
