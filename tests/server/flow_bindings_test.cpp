// Which flow bindings are taken, and what is answered: RFC 6089 §5.3.

#include "server/core/flow_bindings.hpp"

#include <gmock/gmock.h>

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using enum wire::FlowBindingStatus;
using testing::ElementsAre;
using testing::IsEmpty;

wire::TrafficSelector to_port(std::uint16_t port) {
    return {.destination_port = wire::Range<std::uint16_t>{port, port}};
}
wire::FlowIdentification flow(std::uint16_t id, std::uint16_t priority,
                              std::vector<std::uint16_t> binding_ids, std::uint16_t port = 5060) {
    return {.id = id,
            .priority = priority,
            .selector = to_port(port),
            .binding_ids = std::move(binding_ids)};
}

class FlowBindingsTest : public testing::Test {
  protected:
    std::vector<wire::FlowIdentification> say(const wire::MobilityOptions& options) {
        wire::BindingUpdate update;
        update.options = options;
        std::vector<wire::FlowIdentification> answers;
        for (const wire::MobilityOption& answer : flows_.on_update(test::home, update, known_)) {
            answers.push_back(std::get<wire::FlowIdentification>(answer));
        }
        return answers;
    }
    std::vector<wire::FlowBindingStatus> statuses(const wire::MobilityOptions& options) {
        std::vector<wire::FlowBindingStatus> statuses;
        for (const wire::FlowIdentification& answer : say(options)) {
            statuses.push_back(answer.status);
        }
        return statuses;
    }
    std::vector<mobility::FlowRule> rules() {
        if (auto order = flows_.route(test::home, {}, known_)) {
            rules_ = order->rules;
        }
        return rules_;
    }

    FlowBindings flows_;
    std::vector<std::uint16_t> known_{1, 2};
    std::vector<mobility::FlowRule> rules_;
};

TEST_F(FlowBindingsTest, AreAddedAndAnsweredByACopyWithItsStatus) {  // §5.3.2.1, §5.3.5
    const auto answers = say({flow(7, 10, {1, 2})});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers.at(0), flow(7, 10, {1, 2}));
    EXPECT_EQ(answers.at(0).status, accepted);
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {1, 2}}));
}

TEST_F(FlowBindingsTest, AreInTheOrderOfTheirPriority) {  // §4.3
    (void)say({flow(1, 30, {1}, 1), flow(2, 10, {1}, 2), flow(3, 20, {1}, 3)});
    const auto ordered = rules();
    ASSERT_EQ(ordered.size(), 3U);
    EXPECT_EQ(ordered.at(0).selectors.at(0), to_port(2));
    EXPECT_EQ(ordered.at(1).selectors.at(0), to_port(3));
    EXPECT_EQ(ordered.at(2).selectors.at(0), to_port(1));
}

TEST_F(FlowBindingsTest, AreAllRejectedWhereAnIdentifierIsThereTwice) {  // §5.3.2
    EXPECT_THAT(statuses({flow(1, 1, {1}), flow(2, 2, {1}), flow(1, 3, {2})}),
                ElementsAre(reason_unspecified, reason_unspecified, reason_unspecified));
    EXPECT_THAT(rules(), IsEmpty());
}

TEST_F(FlowBindingsTest, NeedASelectorAndAReferenceWhenTheyAreNew) {  // §5.3.2.1: malformed
    wire::FlowIdentification without_selector = flow(1, 1, {1});
    without_selector.selector = {};
    EXPECT_THAT(statuses({without_selector, flow(2, 2, {})}), ElementsAre(malformed, malformed));
}

TEST_F(FlowBindingsTest, AreMalformedWhereTheirOptionIs) {  // §4.2
    wire::FlowIdentification broken = flow(1, 1, {});
    broken.selector = {};
    broken.malformed = {3, 1};
    EXPECT_THAT(statuses({broken, flow(0, 2, {1}), flow(3, 0, {1})}),
                ElementsAre(malformed, malformed, malformed))
        << "FID 0 and FID-PRI 0 are reserved";
}

TEST_F(FlowBindingsTest, NeedASelectorOfAKnownFormat) {  // §5.3.2.1
    wire::FlowIdentification unknown = flow(1, 1, {1});
    unknown.selector = wire::UnknownTrafficSelector{.format = 9, .data = {1, 2}};
    EXPECT_THAT(statuses({unknown}), ElementsAre(selector_format_not_supported));
}

TEST_F(FlowBindingsTest, NeedBindingsThatAreThere) {  // §5.3.2.1
    EXPECT_THAT(statuses({flow(1, 1, {3}), flow(2, 2, {1, 3})}),
                ElementsAre(binding_not_found, binding_not_found));
    EXPECT_THAT(rules(), IsEmpty());
}

TEST_F(FlowBindingsTest, KeepWhatAnUpdateOfThemDoesNotSay) {  // §5.3.2.2
    (void)say({flow(1, 10, {1}, 5060)});
    wire::FlowIdentification without_selector = flow(1, 20, {2});
    without_selector.selector = {};
    EXPECT_THAT(statuses({without_selector}), ElementsAre(accepted));
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {2}}));
    EXPECT_THAT(statuses({flow(1, 20, {}, 22)}), ElementsAre(accepted));
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(22)}, {2}}));
}

TEST_F(FlowBindingsTest, StayAsTheyWereWhereAnUpdateOfThemIsRejected) {
    (void)say({flow(1, 10, {1})});
    EXPECT_THAT(statuses({flow(1, 10, {9})}), ElementsAre(binding_not_found));
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {1}}));
}

TEST_F(FlowBindingsTest, AreRemovedByNotBeingNamed) {  // §5.3.4
    (void)say({flow(1, 1, {1}, 1), flow(2, 2, {1}, 2)});
    EXPECT_EQ(rules().size(), 2U);
    (void)say({flow(2, 2, {1}, 2)});
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(2)}, {1}}));
    (void)say({});
    EXPECT_THAT(rules(), IsEmpty());
    EXPECT_FALSE(flows_.has(test::home)) << "and cost nothing then";
}

TEST_F(FlowBindingsTest, StayWhereASummaryNamesThem) {  // §5.3.3
    (void)say({flow(1, 1, {1}, 1), flow(2, 2, {1}, 2)});
    EXPECT_THAT(say({wire::FlowSummary{{2, 1}}, wire::FlowSummary{{2}}}), IsEmpty())
        << "to a summary nothing is answered";
    EXPECT_EQ(rules().size(), 2U);
}

TEST_F(FlowBindingsTest, AreNotFoundWhereASummaryNamesNone) {  // §5.3.3
    (void)say({flow(1, 1, {1})});
    const auto answers = say({wire::FlowSummary{{1, 5, 6, 5}}});
    ASSERT_EQ(answers.size(), 2U) << "once for each that is not found";
    EXPECT_EQ(answers.at(0).id, 5);
    EXPECT_EQ(answers.at(0).status, flow_not_found);
    EXPECT_EQ(answers.at(1).id, 6);
    EXPECT_EQ(rules().size(), 1U);
}

TEST_F(FlowBindingsTest, Are32AtMost) {  // §5.3.5: administratively prohibited
    wire::MobilityOptions options;
    for (std::uint16_t id = 1; id <= 33; ++id) {
        options.emplace_back(flow(id, id, {1}));
    }
    const auto answered = statuses(options);
    EXPECT_EQ(answered.at(31), accepted);
    EXPECT_EQ(answered.at(32), administratively_prohibited);
    EXPECT_EQ(rules().size(), FlowBindings::max);
    options.erase(options.begin());
    EXPECT_EQ(statuses(options).at(31), accepted) << "one has made room";
}

TEST_F(FlowBindingsTest, AnswerNoMoreThan32UnknownOfASummary) {
    wire::FlowSummary summary;
    for (std::uint16_t id = 1; id <= wire::FlowSummary::max_ids; ++id) {
        summary.ids.push_back(id);
    }
    EXPECT_EQ(say({summary}).size(), FlowBindings::max);
}

TEST_F(FlowBindingsTest, AreAnsweredInFewOctetsWhereManyAreRefused) {
    wire::MobilityOptions options;
    wire::FlowSummary unknown;
    for (std::uint16_t id = 1; id <= 40; ++id) {
        wire::FlowIdentification broken = flow(id, id, {1});
        broken.selector = wire::UnknownTrafficSelector{.format = 9, .data = wire::Bytes(200)};
        options.emplace_back(broken);
        unknown.ids.push_back(static_cast<std::uint16_t>(100 + id));
    }
    options.emplace_back(unknown);
    const auto answers = say(options);
    ASSERT_EQ(answers.size(), 40U) << "those of the options themselves";
    for (const wire::FlowIdentification& answer : answers) {
        EXPECT_EQ(answer, (wire::FlowIdentification{.id = answer.id,
                                                    .priority = answer.id,
                                                    .status = selector_format_not_supported}));
    }
}

TEST_F(FlowBindingsTest, AreInactiveWithoutAnyOfTheirBindings) {  // §4.3
    (void)say({flow(1, 1, {1, 2})});
    known_ = {1};
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {1}}))
        << "those that are gone are ignored";
    known_ = {3};
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {}}));
    known_ = {2, 3};
    EXPECT_THAT(rules(), ElementsAre(mobility::FlowRule{{to_port(5060)}, {2}}))
        << "and active again, §5.3.1";
}

TEST_F(FlowBindingsTest, AreToldOnlyWhenTheyHaveChanged) {
    EXPECT_FALSE(flows_.route(test::home, {{.binding_id = 1}}, known_));
    (void)say({flow(1, 1, {1})});
    EXPECT_TRUE(flows_.route(test::home, {{.binding_id = 1}}, known_));
    EXPECT_FALSE(flows_.route(test::home, {{.binding_id = 1}}, known_));
    EXPECT_TRUE(flows_.route(test::home, {{.binding_id = 1}, {.binding_id = 2}}, known_));
    (void)say({});
    const auto last = flows_.route(test::home, {{.binding_id = 1}}, known_);
    ASSERT_TRUE(last);
    EXPECT_THAT(last->paths, IsEmpty());
    EXPECT_THAT(last->rules, IsEmpty());
    EXPECT_FALSE(flows_.route(test::home, {{.binding_id = 1}}, known_));
}

}  // namespace
}  // namespace godwit::server
