// godwit doctor.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "client/checkup.hpp"
#include "client/checkup_survey.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/profile_options.hpp"
#include "client/configuration.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

struct DoctorOptions {
    ProfileOptions where;
    std::string socket;  // empty: that of the configuration
    bool json = false;
};

ExitCode run(const DoctorOptions& options) {
    SurveyOrder order{.configuration = configuration_of(options.where), .socket = std::nullopt};
    if (!options.socket.empty()) {
        order.socket = options.socket;
    }
    const std::vector<Finding> findings = check_up(survey(order));
    std::cout << (options.json ? runtime::to_json(findings).dump(2) + '\n'
                               : runtime::text_of(findings));
    return runtime::is_all_well(findings) ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Command add_doctor(CLI::App& app) {
    const auto options = std::make_shared<DoctorOptions>();
    CLI::App* command = app.add_subcommand("doctor", "Say what is wrong, and the remedy");
    add_profile_options(*command, options->where);
    command->add_option("--socket", options->socket,
                        "The daemon's status_socket, if not that of the configuration");
    command->add_flag("--json", options->json, "As JSON, for programs");
    command->footer(
        "Looks at the configuration, the keys, this machine and the daemon, and asks the home "
        "agent\n"
        "along every path, with or without the daemon; registers nothing and changes nothing. "
        "Takes\n"
        "up to 1.2 s for each path. Root sees more. Exits with 0 if nothing is wrong, else 1.\n"
        "Example:\n"
        "  sudo godwit doctor");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
