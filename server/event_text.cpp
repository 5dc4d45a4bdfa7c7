#include "server/event_text.hpp"

#include <iomanip>
#include <sstream>
#include <vector>

#include "shared/runtime/printable.hpp"

namespace godwit::server {

using runtime::Json;

namespace {

std::string text(const Json& event, const char* key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t count(const Json& event, const char* key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// " (address-lost, 18 ms gap, 12 sent again)"
std::string about_move(const Json& event) {
    std::vector<std::string> parts;
    if (const std::string cause = text(event, "cause"); !cause.empty()) {
        parts.push_back(cause);
    }
    if (const auto gap = event.find("gap_ms"); gap != event.end() && gap->is_number()) {
        std::ostringstream milliseconds;
        milliseconds << std::fixed << std::setprecision(1) << gap->get<double>() << " ms gap";
        parts.push_back(milliseconds.str());
    }
    if (const std::uint64_t resent = count(event, "resent"); resent != 0) {
        parts.push_back(std::to_string(resent) + " sent again");
    }
    if (const std::uint64_t lost = count(event, "lost"); lost != 0) {
        parts.push_back(std::to_string(lost) + " lost");
    }
    std::string all;
    for (const std::string& part : parts) {
        all += (all.empty() ? " (" : ", ") + part;
    }
    return all.empty() ? "" : all + ")";
}

std::string what_happened(const Json& event) {
    const std::string type = text(event, "type");
    if (type == "registered") {
        return "registered from " + text(event, "care_of_address");
    }
    if (type == "moved") {
        return "moved from " + text(event, "from") + " to " + text(event, "to") + about_move(event);
    }
    if (type == "endpoint-changed") {
        return "endpoint changed from " + text(event, "from") + " to " + text(event, "to");
    }
    if (type == "unproved") {
        return "does not answer at " + text(event, "care_of_address");
    }
    if (type == "refused") {
        return "refused: " + text(event, "reason");
    }
    if (type == "network-bound") {
        std::string prefixes;
        for (const Json& prefix : event.value("prefixes", Json::array())) {
            prefixes += ' ' + prefix.get<std::string>();
        }
        return prefixes.empty() ? "nothing is behind it any more" : "behind it:" + prefixes;
    }
    if (type == "address-disputed") {
        return "home address claimed by " + text(event, "link_layer_address") + " on the home link";
    }
    if (type == "client-changed") {
        return "changed: " + text(event, "change");
    }
    if (type == "missed") {
        return "some events after " + event.value("since", Json()).dump() + " are gone";
    }
    if (type == "health") {
        const std::string added = text(event, "added");
        return added.empty() ? "health: no longer: " + text(event, "removed") : "health: " + added;
    }
    return type;
}

}  // namespace

std::string event_text(const Json& event) {
    const std::string name = text(event, "name");
    return runtime::printable(text(event, "time") + " " +
                              (name.empty() ? text(event, "home_address") : name) +
                              (event.contains("home_address") ? " " : "") + what_happened(event));
}

}  // namespace godwit::server
