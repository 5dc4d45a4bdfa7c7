// godwit profile.

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "client/commands/added_profile.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/profiles.hpp"
#include "shared/runtime/status_text.hpp"

namespace godwit::client {

using runtime::ExitCode;
using runtime::Json;

namespace {

struct ProfileCommandOptions : DaemonOptions {
    bool json = false;
    std::string name;
    std::string next;
};

std::string text_of(const Json& profiles) {
    std::vector<std::vector<std::string>> rows;
    for (const Json& profile : profiles.at("profiles")) {
        const bool is_active = profile.at("name") == profiles.at("active");
        const std::string name = (is_active ? "* " : "  ") + profile.at("name").get<std::string>();
        if (!profile.at("trouble").is_null()) {
            rows.push_back({name, "wrong: " + profile.at("trouble").get<std::string>()});
            continue;
        }
        rows.push_back({name, profile.at("home_address").get<std::string>(),
                        "at " + profile.at("endpoints").front().get<std::string>()});
    }
    return rows.empty() ? "no profiles; godwit join makes one\n" : runtime::aligned(rows);
}

ExitCode list(const ProfileCommandOptions& options) {
    const Profiles profiles;
    const Json document = to_json(profiles, active_profile(profiles, options.socket));
    std::cout << (options.json ? document.dump(2) + '\n' : text_of(document));
    return ExitCode::ok;
}

ExitCode rename(const ProfileCommandOptions& options) {
    const Profiles profiles;
    require_profile(profiles, options.name);
    if (!is_profile_name(options.next)) {
        return fail(ExitCode::usage, wrong_profile_name(options.next));
    }
    if (profiles.has(options.next)) {
        return fail(ExitCode::usage, "there is a profile " + options.next + " already");
    }
    profiles.rename(options.name, options.next);
    std::cout << options.name << " is " << options.next << " now\n";
    return ExitCode::ok;
}

}  // namespace

Command add_profile(CLI::App& app) {
    const auto options = std::make_shared<ProfileCommandOptions>();
    CLI::App* command =
        app.add_subcommand("profile", "List the home agents of this machine, or use another");
    command->add_flag("--json", options->json, "As JSON, for programs");
    add_socket_option(*command, *options);
    command->require_subcommand(0, 1);
    const CLI::App* use = command->add_subcommand("use", "Go over to another profile");
    const CLI::App* renaming = command->add_subcommand("rename", "Give a profile another name");
    for (CLI::App* verb : command->get_subcommands([](CLI::App*) { return true; })) {
        verb->add_option("name", options->name, "The profile")->required();
        add_socket_option(*verb, *options);
    }
    command->get_subcommand("rename")
        ->add_option("next", options->next, "Its name from now on")
        ->required();
    command->footer(
        "Each further join makes a profile; one is active, with * in the list. Another one: its\n"
        "binding ends, and so do connections over its home address. Example, as root or in the "
        "group\n"
        "of the socket:\n"
        "  godwit profile use work && godwit wait --timeout 10");
    return [options, use, renaming] {
        return use->parsed()        ? use_profile(Profiles(), options->name, options->socket)
               : renaming->parsed() ? rename(*options)
                                    : list(*options);
    };
}

}  // namespace godwit::client
