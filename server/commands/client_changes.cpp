// godwit-ha rename, disable, enable, remove, revoke, kick and policy.

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "server/commands/client_commands.hpp"
#include "server/commands/daemon_call.hpp"
#include "shared/mobility/bit_rate.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

struct ChangeOptions {
    DaemonOptions daemon;
    std::string name;
    std::string new_name;
    std::string internet;
    std::string clients;
    std::vector<std::string> allowed;
    std::string rate;
    std::string rate_up;
    std::string rate_down;
    std::vector<std::string> networks;
};
using Options = std::shared_ptr<ChangeOptions>;

ExitCode patch(const ChangeOptions& options, const Json& change) {
    return tell_daemon(
        options.daemon,
        {.method = "PATCH", .target = client_target(options.name), .body = body_of(change)});
}

ExitCode post(const ChangeOptions& options, const std::string& order) {
    return tell_daemon(options.daemon,
                       {.method = "POST", .target = client_target(options.name) + '/' + order});
}

// A rate as the API has it; what has been checked is one.
Json rate_value(const std::string& rate) {
    const auto parsed = mobility::BitRate::parse(rate);
    return parsed ? Json(parsed->each_second) : Json();
}

void add_rates(Json& policy, const ChangeOptions& options) {
    const std::string& up = options.rate_up.empty() ? options.rate : options.rate_up;
    const std::string& down = options.rate_down.empty() ? options.rate : options.rate_down;
    if (!up.empty()) {
        policy["rate_limit_up"] = rate_value(up);
    }
    if (!down.empty()) {
        policy["rate_limit_down"] = rate_value(down);
    }
}

// "none" alone is none of them.
void add_list(Json& policy, const char* key, const std::vector<std::string>& prefixes) {
    if (prefixes == std::vector<std::string>{"none"}) {
        policy[key] = Json::array();
    } else if (!prefixes.empty()) {
        policy[key] = prefixes;
    }
}

ExitCode change_policy(const ChangeOptions& options) {
    Json policy = Json::object();
    if (!options.internet.empty()) {
        policy["internet"] = options.internet == "yes";
    }
    if (!options.clients.empty()) {
        policy["clients"] = options.clients == "yes";
    }
    add_list(policy, "prefixes", options.allowed);
    add_list(policy, "network_prefixes", options.networks);
    add_rates(policy, options);
    return patch(options, {{"policy", policy}});
}

CLI::App* add(CLI::App& app, const Options& options, const std::string& name,
              const std::string& meaning, const std::string& footer) {
    CLI::App* command = app.add_subcommand(name, meaning);
    command->add_option("name", options->name, "The client")->required();
    add_socket_option(*command, options->daemon);
    command->footer(footer);
    return command;
}

std::string fault_of_rate(const std::string& rate) {
    return rate == "default" || mobility::BitRate::parse(rate)
               ? ""
               : "write bits each second from 8k to 100G, none or default";
}

void add_rate_options(CLI::Option_group& changes, const Options& options) {
    const auto add_rate = [&](const char* name, std::string& rate, const char* meaning) {
        changes.add_option(name, rate, meaning)->check(fault_of_rate)->type_name("RATE");
    };
    add_rate("--rate-limit", options->rate, "How fast its packets may go: 20M, 1G; none; default");
    add_rate("--rate-limit-up", options->rate_up, "How fast, of those from it");
    add_rate("--rate-limit-down", options->rate_down, "How fast, of those to it");
}

void add_policy(CLI::App& app, Commands& commands, const Options& options) {
    CLI::App* command =
        add(app, options, "policy",
            "Say where a client's packets may go, how fast, and what may be behind it",
            "What is not named stays as it is; --allow none and --network-prefix none take all "
            "prefixes away, and a rate of default is that of the configuration. Example:\n"
            "  sudo godwit-ha policy laptop --internet no --allow 2001:db8:1::/48\n"
            "  sudo godwit-ha policy laptop --network-prefix 2001:db8:1:100::/64\n"
            "  sudo godwit-ha policy laptop --rate-limit-up 20M --rate-limit-down 100M");
    CLI::Option_group* changes = command->add_option_group("changes", "One at least");
    changes->add_option("--internet", options->internet, "Everywhere but to other clients")
        ->check(CLI::IsMember({"yes", "no"}));
    changes->add_option("--clients", options->clients, "To other clients")
        ->check(CLI::IsMember({"yes", "no"}));
    changes->add_option("--allow", options->allowed,
                        "A prefix that it may reach in any case, and again for each");
    changes->add_option("--network-prefix", options->networks,
                        "A prefix that may be behind it, and again for each");
    add_rate_options(*changes, options);
    constexpr std::size_t any_number = 0;
    changes->require_option(1, any_number);
    commands["policy"] = [options] { return change_policy(*options); };
}

}  // namespace

void add_client_changes(CLI::App& app, Commands& commands) {
    const auto options = std::make_shared<ChangeOptions>();
    add(app, options, "rename", "Give a client another name",
        "Example:\n  sudo godwit-ha rename laptop old-laptop")
        ->add_option("new-name", options->new_name, "What it is called from now on")
        ->required();
    commands["rename"] = [options] { return patch(*options, {{"name", options->new_name}}); };
    add(app, options, "disable", "Keep a client out until it is enabled again",
        "Its binding ends at once. Example:\n  sudo godwit-ha disable laptop");
    commands["disable"] = [options] { return patch(*options, {{"enabled", false}}); };
    add(app, options, "enable", "Let a client in again",
        "Example:\n  sudo godwit-ha enable laptop");
    commands["enable"] = [options] { return patch(*options, {{"enabled", true}}); };
    add(app, options, "kick", "End a client's binding; it may register again",
        "Example:\n  sudo godwit-ha kick laptop");
    commands["kick"] = [options] { return post(*options, "kick"); };
    add(app, options, "revoke", "Take a client's key away, as when it is lost or stolen",
        "Its binding ends at once. It keeps its name and its addresses, and needs another invite:\n"
        "  sudo godwit-ha revoke laptop && sudo godwit-ha invite laptop --again");
    commands["revoke"] = [options] { return post(*options, "revoke"); };
    add(app, options, "remove", "Forget a client",
        "As revoke, and its name and addresses are free. Example:\n"
        "  sudo godwit-ha remove laptop");
    commands["remove"] = [options] {
        return tell_daemon(options->daemon,
                           {.method = "DELETE", .target = client_target(options->name)});
    };
    add_policy(app, commands, options);
}

}  // namespace godwit::server
