#include "client/core/flow_routing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/core/path_offers.hpp"

namespace godwit::client {
namespace {

std::vector<wire::TrafficSelector> taken(const FlowWish& wish,
                                         const std::vector<RefusedFlow>& refused) {
    std::vector<wire::TrafficSelector> selectors;
    std::ranges::copy_if(
        wish.selectors, std::back_inserter(selectors), [&](const wire::TrafficSelector& selector) {
            return std::ranges::find(refused, selector, &RefusedFlow::selector) == refused.end();
        });
    return selectors;
}

}  // namespace

void FlowRouting::on_bound(const BoundPaths& bound, const std::vector<Away>& offers,
                           const std::vector<RefusedFlow>& refused, mobility::Actions& actions) {
    if (wishes_.empty()) {
        return;
    }
    std::vector<Away> places;
    std::vector<mobility::NumberedPath> paths;
    for (const mobility::Path& path : bound.all()) {
        if (const Away* offer = offer_along(offers, path)) {
            places.push_back(*offer);
            const auto overhead = mobility::TunnelOverhead::of(path, mobility::Protection::sealed);
            paths.push_back({.binding_id = binding_id(path),
                             .path = path,
                             .mtu = mobility::TunnelMtu::of(overhead.inner(offer->care_of.mtu))});
        }
    }
    std::vector<mobility::FlowRule> rules;
    options_.clear();
    if (paths.size() < 2) {
        paths.clear();  // all goes the only way there is
    }
    for (std::size_t number = 0; number < wishes_.size() && !paths.empty(); ++number) {
        const FlowWish& wish = wishes_[number];
        const auto ids = binding_ids(wish, places);
        if (mobility::FlowRule rule{.selectors = taken(wish, refused), .binding_ids = ids};
            !rule.selectors.empty()) {
            rules.push_back(std::move(rule));
        }
        for (const wire::TrafficSelector& selector : wish.selectors) {
            if (!ids.empty()) {
                options_.push_back({.id = static_cast<std::uint16_t>(options_.size() + 1),
                                    .priority = static_cast<std::uint16_t>(options_.size() + 1),
                                    .selector = selector,
                                    .binding_ids = ids,
                                    .malformed = {}});
            }
        }
    }
    if (rules.empty()) {
        paths.clear();
    }
    if (paths != paths_ || rules != rules_) {
        paths_ = std::move(paths);
        rules_ = std::move(rules);
        actions.emplace_back(mobility::RouteFlows{home_, paths_, rules_});
    }
}

bool FlowRouting::go_beside(const mobility::Path& in_use) const {
    return std::ranges::any_of(rules_, [&](const mobility::FlowRule& rule) {
        return std::ranges::any_of(rule.binding_ids,
                                   [&](std::uint16_t id) { return id != binding_id(in_use); });
    });
}

std::vector<std::uint16_t> FlowRouting::binding_ids(const FlowWish& wish,
                                                    const std::vector<Away>& places) const {
    std::vector<std::uint16_t> ids;
    for (const Away& place : places) {
        if (!wish.via || wish.via(place.care_of)) {
            ids.push_back(binding_id(place.path));
        }
    }
    return ids;
}

}  // namespace godwit::client
