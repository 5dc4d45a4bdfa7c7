#include "client/event_text.hpp"

#include <iomanip>
#include <sstream>
#include <vector>

#include "shared/runtime/printable.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

std::string text(const Json& event, const char* key, const char* absent = "") {
    const auto found = event.find(key);
    return found != event.end() && found->is_string() ? found->get<std::string>() : absent;
}

std::string count(const Json& event, const char* key) {
    const auto found = event.find(key);
    return found != event.end() && found->is_number_unsigned() && *found != 0U ? found->dump() : "";
}

std::string milliseconds(const Json& event, const char* key) {
    const auto found = event.find(key);
    if (found == event.end() || !found->is_number()) {
        return "";
    }
    std::ostringstream written;
    written << std::fixed << std::setprecision(1) << found->get<double>() << " ms";
    return written.str();
}

// "udp over wlan0 from 192.168.1.7"
std::string path(const Json& event) {
    const auto path = event.find("path");
    if (path == event.end() || !path->is_object()) {
        return "";
    }
    return text(*path, "encapsulation") + " over " + text(*path, "interface") + " from " +
           text(*path, "local");
}

std::string in_parentheses(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) {
        if (!part.empty()) {
            all += (all.empty() ? " (" : ", ") + part;
        }
    }
    return all.empty() ? "" : all + ")";
}

std::string if_any(const std::string& number, const char* what) {
    return number.empty() ? "" : number + what;
}

std::string moved(const Json& event) {
    return "moved from " + text(event, "from", "nowhere") + " to " + text(event, "to", "nowhere") +
           in_parentheses({text(event, "cause"), if_any(milliseconds(event, "gap_ms"), " gap"),
                           if_any(count(event, "resent"), " sent again"),
                           if_any(count(event, "lost"), " lost")});
}

std::string what_happened(const Json& event) {
    const std::string type = text(event, "type");
    if (type == "registered") {
        return "registered: " + path(event);
    }
    if (type == "home") {
        return "at home";
    }
    if (type == "unattached") {
        return "no link leads to the home agent";
    }
    if (type == "moved") {
        return moved(event);
    }
    if (type == "path-changed") {
        return "path: " + path(event) + in_parentheses({text(event, "cause")});
    }
    if (type == "path-silent") {
        return "nothing comes back: " + path(event);
    }
    if (type == "refused") {
        return "refused: " + text(event, "reason");
    }
    if (type == "network-bound") {
        return "prefixes behind this machine: in the tunnel";
    }
    if (type == "network-refused") {
        return "prefixes behind this machine: refused: " + text(event, "reason");
    }
    if (type == "portal-found") {
        return "captive portal: " + text(event, "url") + in_parentheses({text(event, "source")});
    }
    if (type == "portal-cleared") {
        return "no captive portal any more";
    }
    if (type == "portal-opened") {
        return "a browser is let out until " + text(event, "until");
    }
    if (type == "portal-closed") {
        return "no browser is let out any more";
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
    return runtime::printable(text(event, "time") + " " + what_happened(event));
}

}  // namespace godwit::client
