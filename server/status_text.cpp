#include "server/status_text.hpp"

#include <vector>

#include "shared/runtime/offload_document.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/status_text.hpp"

namespace godwit::server {

using runtime::Json;

namespace {

// "ip6", "udp to 198.51.100.5:61234, NAT".
std::string path_text(const Json& binding) {
    std::string text = binding.at("encapsulation").get<std::string>();
    if (!binding.at("remote_port").is_null()) {
        const auto address = binding.at("remote_address").get<std::string>();
        const bool is_ipv6 = address.contains(':');
        text += " to " + (is_ipv6 ? '[' + address + ']' : address) + ':' +
                binding.at("remote_port").dump();
    }
    text += binding.at("nat").get<bool>() ? ", NAT" : "";
    return text + (binding.at("proven").get<bool>() ? "" : ", unproven");
}

// A row below that of the binding in use.
std::vector<std::string> other_row(const Json& other) {
    return {"", "", "", other.at("care_of_address").get<std::string>(),
            "binding " + other.at("binding_id").dump() + ", priority " +
                other.at("priority").dump() + (other.at("proven").get<bool>() ? "" : ", unproven")};
}

std::string or_dash(const Json& text) {
    return text.is_null() ? "-" : text.get<std::string>();
}

std::string bindings_text(const Json& bindings) {
    if (bindings.empty()) {
        return "no bindings\n";
    }
    std::vector<std::vector<std::string>> rows{{"MOBILE NODE", "HOME ADDRESS", "IPV4",
                                                "CARE-OF ADDRESS", "PATH", "MTU", "TIME LEFT",
                                                "SENT", "RECEIVED"}};
    for (const Json& binding : bindings) {
        rows.push_back(
            {binding.at("name").get<std::string>(), binding.at("home_address").get<std::string>(),
             or_dash(binding.at("ipv4_home_address")),
             binding.at("care_of_address").get<std::string>(), path_text(binding),
             binding.at("mtu").dump(),
             binding.at("remaining_s").dump() + " of " + binding.at("lifetime_s").dump() + " s",
             runtime::octets(binding.at("tx_bytes").get<std::uint64_t>()),
             runtime::octets(binding.at("rx_bytes").get<std::uint64_t>())});
        for (const Json& prefix : binding.value("network_prefixes", Json::array())) {
            rows.push_back({"", prefix.get<std::string>()});
        }
        for (const Json& other : binding.at("others")) {
            rows.push_back(other_row(other));
        }
    }
    return runtime::aligned(rows);
}

// "binding-update 12" where messages have no status, else "binding-acknowledgement: accepted 12".
std::string messages_text(const Json& messages) {
    std::string text;
    for (const auto& [type, by_status] : messages.items()) {
        text += (text.empty() ? "" : "; ") + type;
        const bool has_status = by_status.size() != 1 || !by_status.contains("none");
        text += has_status ? ": " + runtime::counts(by_status) : " " + by_status.at("none").dump();
    }
    return text.empty() ? "none" : text;
}

}  // namespace

std::string status_text(const Json& status) {
    const Json& signalling = status.at("signalling");
    std::vector<std::vector<std::string>> rows{
        {"signalling in", messages_text(signalling.at("in"))},
        {"signalling out", messages_text(signalling.at("out"))},
        {"endpoint moves", status.at("endpoint_moves").dump()},
        {"drops", runtime::counts(status.at("drops"))},
    };
    if (const auto off = runtime::offloads_text(status.value("offloads", Json())); !off.empty()) {
        rows.push_back({"offloads", off});
    }
    if (status.contains("workers") && status.at("workers").size() > 1) {
        rows.push_back({"workers", std::to_string(status.at("workers").size()) + " pairs"});
    }
    runtime::append_health(rows, status.at("health"));
    return bindings_text(status.at("bindings")) + "\n" + runtime::aligned(rows);
}

std::string status_line(const Json& status) {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    const Json& bindings = status.at("bindings");
    for (const Json& binding : bindings) {
        sent += binding.at("tx_bytes").get<std::uint64_t>();
        received += binding.at("rx_bytes").get<std::uint64_t>();
    }
    std::string health;
    for (const Json& problem : status.at("health")) {
        health += (health.empty() ? "" : "; ") + problem.get<std::string>();
    }
    return std::to_string(bindings.size()) + (bindings.size() == 1 ? " binding" : " bindings") +
           ", sent " + runtime::octets(sent) + ", received " + runtime::octets(received) +
           ", health " + (health.empty() ? "good" : runtime::printable(health));
}

}  // namespace godwit::server
