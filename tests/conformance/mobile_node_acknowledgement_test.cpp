// Which binding acknowledgements a mobile node takes, and what it takes of them: RFC 6275 §6.2,
// §11.7.3.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

// Sequence numbers

struct Other {
    const char* name;
    const char* rule;
    int off;
};
constexpr auto other_numbers = std::to_array<Other>({
    {"IgnoresTheNumberBefore", "an answer to the number before is ignored", -1},
    {"IgnoresTheNumberBehind", "an answer to the number behind is ignored", 1},
    {"IgnoresANumberFarAhead", "an answer to a number far ahead is ignored", 30000},
    {"IgnoresANumberWithAnotherHighOctet", "all 16 bits of the number count", 256},
});
RULE_TABLE(rfc6275_11_7_3, other_numbers) {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const int sequence = node.update().sequence() + row.off;
    node.be_answered({.sequence = static_cast<std::uint16_t>(sequence)});
    EXPECT_FALSE(node.is_registered());
    node.run_for(1500ms);
    EXPECT_EQ(node.update_count(), 2U) << "it goes on asking";
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_7_3, IgnoresARefusalOfAnotherNumber,
     "a refusal of a number that is not outstanding is ignored, too") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.be_answered({.status = 134, .sequence = 77});
    EXPECT_TRUE(node.told<mobility::BindingRefused>().empty());
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_7_3, TakesEachAnswerOnce, "what has been answered is no longer outstanding") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(100s);
    node.be_answered({.lifetime = 1});
    EXPECT_EQ(node.binding()->expires, noon + 600s);
    node.be_answered({.status = 134});
    EXPECT_TRUE(node.told<mobility::BindingRefused>().empty());
}
RULE(rfc6275_11_7_3, IgnoresAnAnswerWithoutAQuestion, "without an update nothing is taken") {
    LaboratoryNode asked;
    asked.attach(at(care_of_a));
    LaboratoryNode node;
    node.hear(node.answer_to(asked.update()).octets(), asked.update().path);
    EXPECT_EQ(node.told<mobility::MessageDropped>().size(), 1U);
    EXPECT_EQ(node.state(), State::unattached);
    EXPECT_EQ(node.binding(), nullptr);
}
RULE(rfc6275_11_7_3, IgnoresTheAnswerOfThePlaceBefore,
     "an answer of the care-of address that was left does not stand for the present one") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const Sent before = node.update();
    node.attach(at(care_of_b));
    node.hear(node.answer_to(before).octets(), before.path);
    EXPECT_EQ(node.told<mobility::MessageDropped>().size(), 1U);
    EXPECT_FALSE(node.is_registered());
    node.be_answered();
    EXPECT_EQ(node.binding()->path.local, care_of_b.address);
}

// Lifetimes

struct Time {
    const char* name;
    const char* rule;
    unsigned granted;  // units of 4 s, of the 150 that were asked for
    std::chrono::seconds lives;
};
constexpr auto times = std::to_array<Time>({
    {"CountsWhatIsGranted", "the lifetime is the one that is granted, from when it was asked", 10,
     40s},
    {"CountsTheLeastThatCanBeGranted", "one unit is four seconds", 1, 4s},
    {"CountsWhatItAskedFor", "the lifetime may be the one that was asked for", 150, 600s},
    {"BelievesNoMoreThanItAskedFor", "more than was asked for does not lengthen it", 65535, 600s},
});
RULE_TABLE(rfc6275_11_7_3, times) {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const Sent first = node.update();
    node.run_for(2s);
    node.be_answered(first, {.lifetime = row.granted});
    ASSERT_NE(node.binding(), nullptr);
    EXPECT_EQ(node.binding()->expires, noon + row.lives);
}
RULE(rfc6275_11_7_3, HasNoBindingOfNoTime,
     "what is left of a lifetime is never below zero: a grant of nothing is no binding") {
    LaboratoryNode node;
    node.register_at(care_of_a, {.lifetime = 0});
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_FALSE(node.carries());
}
RULE(rfc6275_11_7_3, HasNoBindingOfATimeThatIsOver,
     "a grant that comes after it has run out is no binding") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const Sent first = node.update();
    node.run_for(5s);
    node.be_answered(first, {.lifetime = 1});
    EXPECT_EQ(node.binding(), nullptr);
    EXPECT_NE(node.state(), State::registered);
}
RULE(rfc6275_11_7_3, LetsTheBindingGoAtItsEnd,
     "when the lifetime is over there is no binding and no tunnel") {
    LaboratoryNode node;
    node.register_at();
    node.run_until(noon + 600s - 1ns);
    EXPECT_TRUE(node.carries());
    node.run_until(noon + 600s);
    EXPECT_FALSE(node.carries());
    EXPECT_EQ(node.told<mobility::BindingExpired>().size(), 1U);
}

// Binding Refresh Advice

struct Advice {
    const char* name;
    const char* rule;
    std::uint8_t units;  // of a lifetime of 150
    std::chrono::seconds refresh;
};
constexpr auto advices = std::to_array<Advice>({
    {"RefreshesWhenItIsAdvised", "an interval shorter than its own is followed", 25, 100s},
    {"ReadsAdviceInUnitsOfFourSeconds", "Refresh Interval counts 4 s, in network order", 1, 4s},
    {"RefreshesNoLaterThanIsSafe", "a longer interval than its own is not waited for", 145, 480s},
    {"IgnoresAdviceOfTheWholeLifetime", "Refresh Interval must be less than Lifetime", 150, 480s},
    {"IgnoresAdviceOfNoTime", "Refresh Interval 0 is no advice", 0, 480s},
});
RULE_TABLE(rfc6275_6_2_4, advices) {
    LaboratoryNode node;
    node.register_at(care_of_a,
                     {.options = option_of(option::refresh_advice, Bytes{0, row.units})});
    node.run_until(noon + row.refresh - 1ns);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_until(noon + row.refresh);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc6275_6_2_4, KeepsTheLifetimeWhateverIsAdvised,
     "advice to refresh does not shorten the binding") {
    LaboratoryNode node;
    node.register_at(care_of_a, {.options = option_of(option::refresh_advice, Bytes{0, 25})});
    EXPECT_EQ(node.binding()->expires, noon + 600s);
}

// Flags and options

struct Variant {
    const char* name;
    const char* rule;
    std::uint8_t flags;
    bool is_taken;
    Bytes (*options)();
};
const auto variants = std::to_array<Variant>({
    {"IgnoresTheKeyManagementFlag", "K set: nothing moves with the care-of address here", 0x80,
     true, [] { return Bytes{}; }},
    {"IgnoresReservedFlags", "reserved bits of the acknowledgement are ignored", 0x3f, true,
     [] { return Bytes{}; }},
    {"SkipsUnknownOptions", "an option of an unknown type is skipped", 0, true,
     [] { return option_of(200, Bytes(6, 1)); }},
    {"SkipsPadding", "Pad1 and PadN may stand anywhere", 0, true,
     [] { return Bytes{0, 1, 3, 0, 0, 0, 0, 1, 0}; }},
    {"RefusesAnOptionThatOverruns", "an option longer than its message is malformed", 0, false,
     [] { return Bytes{200, 99, 1, 1}; }},
    {"RefusesAnOptionOfAWrongLength", "Binding Refresh Advice has two octets", 0, false,
     [] { return option_of(option::refresh_advice, Bytes(4, 1)); }},
    {"RefusesPaddingBehindAuthorizationData", "Binding Authorization Data has no padding behind it",
     0, false,
     [] {
         return option_of(option::authorization_data, Bytes(12, 7), 2);  // 4 octets short of 8n
     }},
    {"TakesAuthorizationDataAtTheEnd", "Binding Authorization Data that ends the message is right",
     0, true, [] { return option_of(option::authorization_data, Bytes(12, 7), 6); }},
    {"RefusesAnOptionBehindAuthorizationData", "Binding Authorization Data is the last option", 0,
     false,
     [] {
         Bytes options = option_of(option::authorization_data, Bytes(12, 7), 6);
         const Bytes advice = option_of(option::refresh_advice, Bytes{0, 9});
         options.insert(options.end(), advice.begin(), advice.end());
         return options;
     }},
});
RULE_TABLE(rfc6275_11_7_3, variants) {
    LaboratoryNode node;
    node.register_at(care_of_a, {.flags = row.flags, .options = row.options()});
    EXPECT_EQ(node.is_registered(), row.is_taken);
    node.be_answered();
    EXPECT_TRUE(node.is_registered()) << "and a right one is taken still";
}

// Unanswered, then answered

RULE(rfc6275_11_7_3, SendsNothingIntoTheTunnelBeforeItIsBound,
     "without an acknowledgement there is no tunnel") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(10s);
    EXPECT_FALSE(node.carries());
    node.be_answered();
    EXPECT_TRUE(node.carries());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node
