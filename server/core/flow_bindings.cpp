#include "server/core/flow_bindings.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "server/core/contains.hpp"
namespace godwit::server {
namespace {

using enum wire::FlowBindingStatus;

std::vector<wire::FlowIdentification> identifications(const wire::BindingUpdate& update) {
    std::vector<wire::FlowIdentification> found;
    for (const wire::MobilityOption& option : update.options) {
        if (const auto* flow = std::get_if<wire::FlowIdentification>(&option)) {
            found.push_back(*flow);
        }
    }
    return found;
}

// Without those that are there twice (§5.3.3).
std::vector<std::uint16_t> summarized(const wire::BindingUpdate& update) {
    std::vector<std::uint16_t> ids;
    for (const wire::MobilityOption& option : update.options) {
        if (const auto* summary = std::get_if<wire::FlowSummary>(&option)) {
            std::ranges::copy_if(summary->ids, std::back_inserter(ids),
                                 [&](std::uint16_t id) { return !contains(ids, id); });
        }
    }
    return ids;
}

// §5.3.5: they are copied. Of many only what says which, and what has become of it: with their
// selectors the acknowledgement of 32 would be longer than a packet may be everywhere. So none is
// longer than what it answers.
constexpr std::size_t most_whole_copies = 8;

void shorten(wire::MobilityOptions& answers) {
    for (wire::MobilityOption& answer : answers) {
        auto& copy = std::get<wire::FlowIdentification>(answer);
        copy.selector = {};
        copy.binding_ids.clear();
        copy.malformed.clear();
    }
}

bool is_any_twice(const std::vector<wire::FlowIdentification>& options) {
    std::vector<std::uint16_t> ids;
    std::ranges::transform(options, std::back_inserter(ids), &wire::FlowIdentification::id);
    std::ranges::sort(ids);
    return std::ranges::adjacent_find(ids) != ids.end();
}

}  // namespace

bool FlowBindings::are_named_in(const wire::BindingUpdate& update) {
    return wire::find<wire::FlowIdentification>(update.options) != nullptr ||
           wire::find<wire::FlowSummary>(update.options) != nullptr;
}

wire::MobilityOptions FlowBindings::on_update(const wire::HomeAddress& home,
                                              const wire::BindingUpdate& update,
                                              std::span<const std::uint16_t> known) {
    const auto options = identifications(update);
    const auto kept = summarized(update);
    const bool are_ambiguous = is_any_twice(options);  // §5.3.2: none of them is taken then
    const auto entry = entries_.find(home);
    Flows flows = entry != entries_.end() ? std::move(entry->second.flows) : Flows{};
    std::erase_if(flows, [&](const auto& flow) {
        return !contains(kept, flow.first) &&
               !contains(options, flow.first, &wire::FlowIdentification::id);
    });
    const auto is_missing = [&known_flows = std::as_const(flows)](std::uint16_t id) {
        return !known_flows.contains(id);
    };
    std::vector<std::uint16_t> missing;
    std::ranges::copy_if(kept, std::back_inserter(missing), is_missing);
    wire::MobilityOptions answers;
    for (wire::FlowIdentification option : options) {
        const auto before = flows.find(option.id);
        const Flow* old = before != flows.end() ? &before->second : nullptr;
        option.status = are_ambiguous ? reason_unspecified : status_of(option, old, known);
        if (wire::is_accepted(option.status) && old == nullptr && flows.size() >= max) {
            option.status = administratively_prohibited;
        }
        if (wire::is_accepted(option.status)) {
            flows.insert_or_assign(option.id, changed(option, old));
        }
        answers.emplace_back(std::move(option));
    }
    for (const std::uint16_t id : missing) {  // more than `max` there cannot have been
        if (answers.size() < max) {
            answers.emplace_back(wire::FlowIdentification{.id = id, .status = flow_not_found});
        }
    }
    if (answers.size() > most_whole_copies) {
        shorten(answers);
    }
    if (!flows.empty() || entry != entries_.end()) {
        entries_[home].flows = std::move(flows);
    }
    return answers;
}

wire::FlowBindingStatus FlowBindings::status_of(const wire::FlowIdentification& option,
                                                const Flow* before,
                                                std::span<const std::uint16_t> known) {
    const bool is_new = before == nullptr;
    if (!option.malformed.empty() || option.id == 0 || option.priority == 0) {
        return malformed;
    }
    if (std::holds_alternative<wire::UnknownTrafficSelector>(option.selector)) {
        return selector_format_not_supported;
    }
    if (is_new &&
        (std::holds_alternative<std::monostate>(option.selector) || option.binding_ids.empty())) {
        return malformed;
    }
    const bool are_known = std::ranges::all_of(
        option.binding_ids, [&](std::uint16_t id) { return contains(known, id); });
    return are_known ? accepted : binding_not_found;
}

// What is not there stays as it was (§5.3.2.2).
FlowBindings::Flow FlowBindings::changed(const wire::FlowIdentification& option,
                                         const Flow* before) {
    Flow flow = before != nullptr ? *before : Flow{};
    flow.priority = option.priority;
    if (const auto* selector = std::get_if<wire::TrafficSelector>(&option.selector)) {
        flow.selector = *selector;
    }
    if (!option.binding_ids.empty()) {
        flow.binding_ids = option.binding_ids;
        std::ranges::sort(flow.binding_ids);
        const auto twice = std::ranges::unique(flow.binding_ids);
        flow.binding_ids.erase(twice.begin(), twice.end());
    }
    return flow;
}

// Bindings that are gone have no effect; a flow without any other is inactive (§4.3, §5.3.6).
std::vector<mobility::FlowRule> FlowBindings::rules(const Flows& flows,
                                                    std::span<const std::uint16_t> known) {
    std::vector<std::reference_wrapper<const Flow>> ordered;
    for (const auto& [id, flow] : flows) {
        ordered.emplace_back(flow);
    }
    std::ranges::stable_sort(ordered, {}, [](const Flow& flow) { return flow.priority; });
    std::vector<mobility::FlowRule> rules;
    for (const Flow& flow : ordered) {
        mobility::FlowRule& rule = rules.emplace_back();
        rule.selectors = {flow.selector};
        std::ranges::copy_if(flow.binding_ids, std::back_inserter(rule.binding_ids),
                             [&](std::uint16_t id) { return contains(known, id); });
    }
    return rules;
}

std::optional<mobility::RouteFlows> FlowBindings::route(const wire::HomeAddress& home,
                                                        std::vector<mobility::NumberedPath> paths,
                                                        std::span<const std::uint16_t> known,
                                                        bool goes_by_path) {
    const bool are_taken = goes_by_path && paths.size() > 1;
    if (are_taken) {
        entries_.try_emplace(home);
    }
    const auto found = entries_.find(home);
    if (found == entries_.end()) {
        return std::nullopt;
    }
    Entry& entry = found->second;
    auto wanted = rules(entry.flows, known);
    if (wanted.empty() && !are_taken) {
        paths.clear();
    }
    const bool is_new = paths != entry.told_paths || wanted != entry.told_rules;
    entry.told_paths = paths;
    entry.told_rules = wanted;
    if (entry.flows.empty() && paths.empty()) {
        entries_.erase(found);
    }
    if (!is_new) {
        return std::nullopt;
    }
    return mobility::RouteFlows{
        .home = home, .paths = std::move(paths), .rules = std::move(wanted)};
}

}  // namespace godwit::server
