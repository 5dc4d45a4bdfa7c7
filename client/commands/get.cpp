// godwit get.

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

struct GetOptions {
    std::string key;
    ProfileOptions where;
};

ExitCode list(const std::filesystem::path& file) {
    const auto values = runtime::list_toml(read_text(file));
    if (!values) {
        return fail(ExitCode::usage, file.string() + ": " + values.error());
    }
    for (const auto& [key, value] : *values) {
        std::cout << key << " = " << value << '\n';
    }
    return ExitCode::ok;
}

ExitCode get(const GetOptions& options) {
    const std::filesystem::path file = configuration_of(options.where);
    if (options.key.empty()) {
        return list(file);
    }
    const auto key = runtime::TomlKey::parse(options.key);
    if (!key) {
        return fail(ExitCode::usage,
                    options.key + " is no key such as lifetime or home_agent.ports");
    }
    const auto value = runtime::find_in_toml(read_text(file), *key);
    if (!value) {
        return fail(ExitCode::usage, file.string() + ": " + value.error());
    }
    if (!*value) {
        return fail(ExitCode::failed, options.key + " is not in " + file.string() +
                                          "; its default holds: man godwit-mn.toml");
    }
    std::cout << **value << '\n';
    return ExitCode::ok;
}

}  // namespace

Command add_get(CLI::App& app) {
    const auto options = std::make_shared<GetOptions>();
    CLI::App* command = app.add_subcommand("get", "Print what the configuration says");
    command->add_option("key", options->key, "One key, such as home_agent.ports; without it all");
    add_profile_options(*command, options->where);
    command->footer("As it is written there. Example:\n  godwit get home_agent.endpoints");
    return [options] { return get(*options); };
}

}  // namespace godwit::client
