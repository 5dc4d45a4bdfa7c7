// godwit-ha list and show: who the clients are.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <vector>

#include "server/commands/client_commands.hpp"
#include "server/commands/daemon_call.hpp"
#include "shared/mobility/bit_rate.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/status_text.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

struct ReportOptions {
    DaemonOptions daemon;
    std::string name;
};

std::string or_dash(const Json& text) {
    return text.is_null() ? "-" : text.get<std::string>();
}

// "internet, clients, 192.0.2.0/24".
std::string policy_text(const Json& policy) {
    std::string text;
    const auto add = [&text](const std::string& word) {
        text += (text.empty() ? "" : ", ") + word;
    };
    if (policy.at("internet").get<bool>()) {
        add("internet");
    }
    if (policy.at("clients").get<bool>()) {
        add("clients");
    }
    for (const Json& prefix : policy.at("prefixes")) {
        add(prefix.get<std::string>());
    }
    return text.empty() ? "nowhere" : text;
}

// What may be behind it; of a daemon of an earlier version nothing may.
std::string networks_text(const Json& policy) {
    std::string text;
    for (const Json& prefix : policy.value("network_prefixes", Json::array())) {
        text += (text.empty() ? "" : ", ") + prefix.get<std::string>();
    }
    return text.empty() ? "-" : text;
}

std::string rate_text(const Json& rate) {
    return rate.is_null() ? "default" : mobility::BitRate{rate.get<std::uint64_t>()}.text();
}

std::string state_text(const Json& client) {
    const auto state = client.at("state").get<std::string>();
    if (client.at("configured").get<bool>()) {
        return state + ", configured";
    }
    const bool is_late = state == "invited" && client.at("invite_expires").is_null();
    return is_late ? "invite expired" : state;
}

ExitCode list(const ReportOptions& options) {
    const auto answer = ask_daemon(options.daemon, {.target = "/v1/clients"});
    if (!answer) {
        return answer.error();
    }
    if (options.daemon.json) {
        std::cout << runtime::printable_json(answer->dump(2)) << '\n';
        return ExitCode::ok;
    }
    std::vector<std::vector<std::string>> rows{
        {"CLIENT", "STATE", "HOME ADDRESS", "IPV4", "MAY REACH"}};
    for (const Json& client : answer->at("clients")) {
        rows.push_back({client.at("name").get<std::string>(), state_text(client),
                        client.at("home_address").get<std::string>(),
                        or_dash(client.at("ipv4_home_address")), policy_text(client.at("policy"))});
    }
    std::cout << (rows.size() == 1 ? "no clients; godwit-ha invite NAME makes one\n"
                                   : runtime::aligned(rows));
    return ExitCode::ok;
}

ExitCode show(const ReportOptions& options) {
    const auto client = ask_daemon(options.daemon, {.target = client_target(options.name)});
    if (!client) {
        return client.error();
    }
    if (options.daemon.json) {
        std::cout << runtime::printable_json(client->dump(2)) << '\n';
        return ExitCode::ok;
    }
    const Json& policy = client->at("policy");
    std::cout << runtime::aligned(
        {{"client", client->at("name").get<std::string>()},
         {"state", state_text(*client)},
         {"home address", client->at("home_address").get<std::string>()},
         {"ipv4", or_dash(client->at("ipv4_home_address"))},
         {"may reach", policy_text(policy)},
         {"rate limit", "up " + rate_text(policy.at("rate_limit_up")) + ", down " +
                            rate_text(policy.at("rate_limit_down"))},
         {"network prefixes", networks_text(policy)},
         {"public key", or_dash(client->at("public_key"))},
         {"created", or_dash(client->at("created"))},
         {"joined", or_dash(client->at("joined"))},
         {"invite until", or_dash(client->at("invite_expires"))}});
    return ExitCode::ok;
}

}  // namespace

void add_client_reports(CLI::App& app, Commands& commands) {
    auto options = std::make_shared<ReportOptions>();
    CLI::App* all = app.add_subcommand("list", "Show all clients, here or not");
    add_json_option(*all, options->daemon);
    add_socket_option(*all, options->daemon);
    all->footer(
        "Those of the configuration file too. Example:\n"
        "  godwit-ha list --json | jq -r '.clients[].name'");
    commands["list"] = [options] { return list(*options); };

    CLI::App* one = app.add_subcommand("show", "Show one client");
    one->add_option("name", options->name, "The client")->required();
    add_json_option(*one, options->daemon);
    add_socket_option(*one, options->daemon);
    one->footer("Example:\n  godwit-ha show laptop");
    commands["show"] = [options] { return show(*options); };
}

}  // namespace godwit::server
