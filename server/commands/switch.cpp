// godwit-ha switch: asks clients to go to another home agent.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/commands/client_commands.hpp"
#include "server/commands/daemon_call.hpp"
#include "server/commands/duration_option.hpp"
#include "shared/runtime/printable.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

struct SwitchOptions {
    DaemonOptions daemon;
    std::vector<std::string> to;
    std::vector<std::string> clients;
    bool anywhere = false;
    std::optional<std::int64_t> grace;  // seconds
};

ExitCode ask_to_switch(const SwitchOptions& options) {
    Json order{{"to", options.to}};
    if (!options.clients.empty()) {
        order["clients"] = options.clients;
    }
    if (options.grace) {
        order["grace_s"] = *options.grace;
    }
    const auto answer = ask_daemon(
        options.daemon, {.method = "POST", .target = "/v1/switch", .body = body_of(order)});
    if (!answer) {
        return answer.error();
    }
    if (options.daemon.json) {
        std::cout << runtime::printable_json(answer->dump(2)) << '\n';
        return ExitCode::ok;
    }
    const auto asked = answer->value("asked", std::uint64_t{0});
    std::cout << "asked, one a second: " << asked << (asked == 1 ? " client" : " clients")
              << "\nto see them go: godwit-ha status --watch\n";
    return ExitCode::ok;
}

}  // namespace

void add_switch(CLI::App& app, Commands& commands) {
    auto options = std::make_shared<SwitchOptions>();
    CLI::App* command = app.add_subcommand("switch", "Ask clients to go to another home agent");
    command->add_option("name", options->clients, "These clients; without any, all");
    CLI::Option_group* where = command->add_option_group("where to", "One of the two");
    where
        ->add_option("--to", options->to,
                     "The address of another home agent, and again for the next best")
        ->allow_extra_args(false);  // what follows is a name
    where->add_flag("--anywhere", options->anywhere, "To any that they find themselves");
    where->require_option(1);
    add_duration(*command, "--grace", options->grace,
                 "How long they are served here yet, whatever they do: 8s to 262140s (3 days)",
                 "as granted");
    add_json_option(*command, options->daemon);
    add_socket_option(*command, options->daemon);
    command->footer(
        "A client goes to the first that it has a key for, and stays if there is none. Until then\n"
        "it is served, for no longer than it has been granted. Example:\n"
        "  sudo godwit-ha switch --to 2001:db8:99::1 laptop");
    commands["switch"] = [options] { return ask_to_switch(*options); };
}

}  // namespace godwit::server
