#include "client/status_text.hpp"

#include <iomanip>
#include <sstream>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "shared/runtime/offload_document.hpp"
#include "shared/runtime/status_text.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

std::string text_or(const Json& value, const std::string& absent) {
    return value.is_null() ? absent : value.get<std::string>();
}

std::string path_text(const Json& path) {
    if (path.is_null()) {
        return "none";
    }
    const Json& port = path.at("remote_port");
    return text_or(path.at("encapsulation"), "") + " over " + text_or(path.at("interface"), "") +
           ", " + text_or(path.at("local"), "") + " to " + text_or(path.at("remote"), "") +
           (port.is_null() ? "" : " port " + port.dump()) +
           (path.at("nat").get<bool>() ? ", behind a NAT" : "");
}

std::string binding_text(const Json& binding) {
    if (binding.is_null()) {
        return "none";
    }
    return binding.at("remaining_s").dump() + " s of " + binding.at("lifetime_s").dump() +
           " s left, sequence number " + binding.at("sequence").dump();
}

std::string tunnel_text(const Json& tunnel) {
    const Json& suite = tunnel.at("suite");
    return text_or(tunnel.at("protection"), "") +
           (suite.is_null() ? "" : " with " + suite.get<std::string>()) + ", MTU " +
           tunnel.at("mtu").dump();
}

std::string milliseconds_text(const Json& milliseconds) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << milliseconds.get<double>() << " ms";
    return text.str();
}

std::string handovers_text(const Json& handovers) {
    const Json& last = handovers.at("last");
    std::ostringstream text;
    text << handovers.at("count").dump();
    if (!last.is_null()) {
        text << ", the last from " << text_or(last.at("from"), "nowhere") << " to "
             << text_or(last.at("to"), "nowhere") << ", " << text_or(last.at("cause"), "")
             << ", in " << milliseconds_text(last.at("gap_ms"));
    }
    text << "; resent " << handovers.at("resent").dump() << " packets, lost "
         << handovers.at("lost").dump();
    return text.str();
}

std::string dns_text(const Json& dns) {
    std::string text = dns.at("backend").get<std::string>() + ":";
    for (const char* list : {"servers", "domains"}) {
        for (const Json& item : dns.at(list)) {
            text += ' ' + item.get<std::string>();
        }
    }
    return text;
}

std::string lockdown_text(const Json& lockdown) {
    if (lockdown.at("in_force").get<bool>()) {
        return "in force: nothing leaves outside the tunnel";
    }
    return "wanted, not in force";
}

// What the network says of itself is nobody's word.
std::string portal_text(const Json& portal) {
    return "this network leads to " + text_or(portal.at("url"), "") + " (" +
           text_or(portal.at("source"), "") + "); to log in: godwit portal";
}

std::string network_text(const Json& network) {
    std::string text;
    for (const Json& prefix : network.at("prefixes")) {
        text += (text.empty() ? "" : " ") + prefix.get<std::string>();
    }
    const Json& refusal = network.at("refusal");
    if (!refusal.is_null()) {
        return text + ", refused: " + refusal.get<std::string>();
    }
    return text + (network.at("carried").get<bool>() ? "" : ", not in the tunnel");
}

// For the status of a daemon that is older, too.
Json value_of(const Json& status, const char* key) {
    const auto found = status.find(key);
    return found != status.end() ? *found : Json();
}

}  // namespace

std::string status_text(const Json& status) {
    std::vector<std::vector<std::string>> rows{
        {"state", text_or(status.at("state"), "")},
        {"home address", text_or(status.at("home_address"), "none")},
        {"home agent", text_or(status.at("home_agent"), "none")},
        {"care-of address", text_or(status.at("care_of_address"), "none")},
        {"path", path_text(status.at("path"))},
        {"binding", binding_text(status.at("binding"))},
    };
    if (const auto trip = status.find("round_trip_ms"); trip != status.end() && !trip->is_null()) {
        rows.insert(rows.end() - 1, {"round trip", milliseconds_text(*trip)});
    }
    if (const Json& warm = status.at("warm_path"); !warm.is_null()) {
        rows.insert(rows.end() - 1, {"second path", path_text(warm)});
    }
    if (const Json& ipv4 = status.at("ipv4_home_address"); !ipv4.is_null()) {
        rows.insert(rows.begin() + 2, {"IPv4 home address", ipv4.get<std::string>()});
    }
    if (const auto profile = status.find("profile");
        profile != status.end() && !profile->is_null()) {
        rows.insert(rows.begin() + 1, {"profile", profile->get<std::string>()});
    }
    const Json& tunnel = status.at("tunnel");
    if (tunnel.is_null()) {
        rows.push_back({"tunnel", "none"});
    } else {
        rows.push_back({"tunnel", tunnel_text(tunnel)});
        rows.push_back({"sent", runtime::traffic(tunnel, "tx")});
        rows.push_back({"received", runtime::traffic(tunnel, "rx")});
    }
    if (const Json& dns = status.at("dns"); !dns.at("backend").is_null()) {
        rows.push_back({"DNS", dns_text(dns)});
    }
    // A daemon of an earlier version does not tell.
    if (const auto lockdown = status.find("lockdown");
        lockdown != status.end() &&
        (lockdown->at("wanted").get<bool>() || lockdown->at("in_force").get<bool>())) {
        rows.push_back({"lockdown", lockdown_text(*lockdown)});
    }
    if (const Json network = value_of(status, "network"); network.is_object()) {
        rows.push_back({"network prefixes", network_text(network)});
    }
    if (const Json portal = value_of(status, "portal"); portal.is_object()) {
        rows.insert(rows.begin() + 1, {"captive portal", portal_text(portal)});
    }
    if (const Json until = value_of(status, "portal_open_until"); until.is_string()) {
        rows.insert(rows.begin() + 1,
                    {"browser outside", "until " + until.get<std::string>() + " at the latest"});
    }
    if (const auto off = runtime::offloads_text(value_of(status, "offloads")); !off.empty()) {
        rows.push_back({"offloads", off});
    }
    rows.push_back({"handovers", handovers_text(status.at("handovers"))});
    rows.push_back({"drops", runtime::counts(status.at("drops"))});
    runtime::append_health(rows, status.at("health"));
    return runtime::aligned(rows);
}

std::string state_in(const Json& status) {
    const auto state = status.find("state");
    return state != status.end() && state->is_string() ? state->get<std::string>() : "";
}

bool is_served(const Json& status) {
    const std::string state = state_in(status);
    return state == name(State::registered) || state == name(State::home);
}

}  // namespace godwit::client
