// godwit leave.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/configuration.hpp"
#include "client/lockdown.hpp"
#include "shared/platform/service.hpp"
#include "shared/runtime/configuration_error.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

namespace fs = std::filesystem;

constexpr const char* unit = "godwit.service";
constexpr unsigned first_error = 400;  // of HTTP

struct LeaveOptions : DaemonOptions {
    fs::path configuration = configuration_file;
    bool yes = false;
};

// What joining has put on the disk, and what the daemon has added; what is there of it. A
// configuration that is wrong tells of no more than itself.
std::vector<fs::path> files_of(const fs::path& file) {
    std::vector<fs::path> files{file};
    try {
        const Configuration configuration = read_configuration(file);
        for (const auto& key :
             {configuration.private_key_file, configuration.home_agent.preshared_key_file}) {
            if (key) {
                files.push_back(*key);
            }
        }
        files.push_back(configuration.state_directory / "home-agent-key");
        files.push_back(configuration.state_directory / "down");
        files.push_back(configuration.state_directory / "lockdown.nft");
    } catch (const runtime::InvalidConfiguration&) {
        files.push_back(fs::path(file).replace_extension(".key"));
        files.push_back(fs::path(file).replace_extension(".psk"));
    }
    return files;
}

fs::path state_directory_of(const fs::path& file) {
    try {
        return read_configuration(file).state_directory;
    } catch (const runtime::InvalidConfiguration&) {
        return Configuration().state_directory;
    }
}

bool is_agreed(const LeaveOptions& options, const std::vector<fs::path>& files) {
    if (options.yes) {
        return true;
    }
    std::cout << "This machine gives up its home address for good. These files go:\n";
    for (const fs::path& file : files) {
        std::error_code unknown;
        if (fs::exists(file, unknown)) {
            std::cout << "  " << file.string() << '\n';
        }
    }
    std::cout << "Another invite is needed to come back. Leave? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// Whether the machine is down, as far as anybody can tell.
ExitCode end_presence(const LeaveOptions& options) {
    const auto answer = runtime::call_api(options.socket, {.method = "POST", .target = "/v1/down"});
    if (!answer) {
        std::cout << "no daemon answers: the home agent is not told, and forgets this machine when "
                     "its binding expires\n";
        return ExitCode::ok;
    }
    if (answer->status >= first_error) {
        return fail(exit_code_of(*answer), runtime::error_message(*answer));
    }
    std::cout << "deregistered\n";
    return ExitCode::ok;
}

// Throws std::system_error before anything has been done.
void require_that_it_may_go(const fs::path& file) {
    const fs::path aside = file.string() + ".leaving";
    fs::rename(file, aside);
    fs::rename(aside, file);
}

void remove_all(const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
        if (fs::remove(file)) {
            std::cout << "removed: " << file.string() << '\n';
        }
    }
}

ExitCode leave(const LeaveOptions& options) {
    if (!fs::exists(options.configuration)) {
        return fail(ExitCode::usage, "there is no " + options.configuration.string() +
                                         ": this machine has not joined a home agent");
    }
    const std::vector<fs::path> files = files_of(options.configuration);
    if (!is_agreed(options, files)) {
        return fail(ExitCode::usage, "nothing was changed; --yes agrees without asking");
    }
    require_that_it_may_go(options.configuration);
    const ExitCode ended = end_presence(options);
    if (ended != ExitCode::ok) {
        return ended;
    }
    const bool is_of_service =
        options.configuration == fs::path(configuration_file) && platform::can_start_service(unit);
    if (is_of_service && !platform::stop_service(unit)) {
        return fail(ExitCode::failed,
                    std::string("the service did not stop; see why: systemctl status ") + unit);
    }
    lift_lockdown(state_directory_of(options.configuration));  // no daemon may have done so
    remove_all(files);
    return ExitCode::ok;
}

}  // namespace

Command add_leave(CLI::App& app) {
    const auto options = std::make_shared<LeaveOptions>();
    CLI::App* command = app.add_subcommand("leave", "Be a client of the home agent no more");
    command->add_flag("-y,--yes", options->yes, "Ask nothing");
    command->add_option("--config", options->configuration, "The configuration file")
        ->capture_default_str();
    add_socket_option(*command, *options);
    command->footer(
        "Deregisters, stops and disables the service, and removes the configuration and the keys.\n"
        "The home agent keeps the name and the address until godwit-ha remove. Example, as root:\n"
        "  godwit leave --yes");
    return [options] { return leave(*options); };
}

}  // namespace godwit::client
