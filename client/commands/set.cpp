// godwit set.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/configuration_file.hpp"
#include "shared/runtime/toml_edit.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

struct SetOptions : DaemonOptions {
    std::string key;
    std::string value;
    ProfileOptions where;
    bool restart = false;
};

ExitCode set(const SetOptions& options) {
    const auto key = runtime::TomlKey::parse(options.key);
    if (!key) {
        return fail(ExitCode::usage,
                    options.key + " is no key such as lifetime or home_agent.ports");
    }
    const std::string value = runtime::toml_value(options.value);
    const std::filesystem::path file = configuration_of(options.where, options.socket);
    const auto changed = runtime::change_toml(read_text(file), *key, value);
    if (!changed) {
        return fail(ExitCode::usage, file.string() + ": " + changed.error());
    }
    replace_configuration(file, *changed);
    std::cout << options.key << " = " << value << '\n';
    if (const auto other = other_than_active(options.where, options.socket)) {
        std::cout << "next: godwit profile use " << *other << ", which takes it up\n";
        return ExitCode::ok;
    }
    if (options.restart) {
        return order_daemon(options, "/v1/restart");
    }
    std::cout << (runtime::fetch_status(options.socket)
                      ? "next: godwit restart, which takes it up\n"
                      : "no daemon runs; the next one takes it up\n");
    return ExitCode::ok;
}

}  // namespace

Command add_set(CLI::App& app) {
    const auto options = std::make_shared<SetOptions>();
    CLI::App* command = app.add_subcommand("set", "Change one value of the configuration");
    command->add_option("key", options->key, "Such as lifetime or home_agent.ports")->required();
    command->add_option("value", options->value, "As TOML has it; what is none is a text")
        ->required();
    add_profile_options(*command, options->where);
    command->add_flag("--restart", options->restart, "Have the daemon take it up at once");
    add_socket_option(*command, *options);
    command->footer(
        "Comments and order stay. Nothing is written unless the whole file is correct then. "
        "Example,\n"
        "as root:\n"
        "  godwit set home_agent.ports '[4191, 443]' --restart");
    return [options] { return set(*options); };
}

}  // namespace godwit::client
