#include "shared/runtime/offload_document.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace godwit::runtime {

Json to_json(const std::optional<OffloadStates>& states) {
    if (!states) {
        return {};
    }
    Json object = Json::object();
    Json reasons = Json::object();
    for (const Offload offload : all_offloads) {
        object[std::string(name(offload))] = states->is_on(offload);
        if (!states->is_on(offload)) {
            reasons[std::string(name(offload))] = reason((*states)[offload]);
        }
    }
    object["reasons"] = std::move(reasons);
    return object;
}

std::string offloads_text(const Json& offloads) {
    if (!offloads.is_object()) {
        return "";
    }
    const Json& reasons = offloads.at("reasons");
    const auto everywhere = [&](std::string_view why) {
        return reasons.size() == all_offloads.size() &&
               std::ranges::all_of(reasons, [&](const Json& each) { return each == why; });
    };
    if (const auto unwanted = reason(OffloadState::not_wanted); everywhere(unwanted)) {
        return "all " + std::string(unwanted);
    }
    std::string text;
    for (const auto& [offload, why] : reasons.items()) {
        text += (text.empty() ? "without " : "; ") + offload + ": " + why.get<std::string>();
    }
    return text;
}

}  // namespace godwit::runtime
