#include "server/commands/status.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <expected>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "server/configuration.hpp"
#include "server/status_text.hpp"
#include "shared/platform/terminal.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

constexpr std::chrono::seconds watch_interval{1};

struct StatusOptions {
    std::filesystem::path socket = Configuration().status_socket;
    bool json = false;
    bool watch = false;
};

using Status = std::expected<Json, std::string>;

std::string shown(const StatusOptions& options, const Json& status) {
    return options.json ? runtime::printable_json(status.dump(2)) + '\n' : status_text(status);
}

ExitCode show(const StatusOptions& options) {
    const Status status = runtime::read_status(options.socket);
    if (!status) {
        runtime::print_error("godwit-ha", status.error());
        return ExitCode::not_reachable;
    }
    std::cout << shown(options, *status);
    return ExitCode::ok;
}

// Over what was shown before: cursor to the corner, clear the screen (ECMA-48 CUP and ED).
void redraw(const StatusOptions& options, const Status& status) {
    std::cout << "\x1b[H\x1b[2J"
              << (status ? shown(options, *status)
                         : "godwit-ha: " + runtime::printable(status.error()) + '\n')
              << std::flush;
}

void append_line(const StatusOptions& options, const Status& status) {
    if (!status) {
        runtime::print_error("godwit-ha", status.error());
    } else {
        std::cout << (options.json ? runtime::printable_json(status->dump()) : status_line(*status))
                  << std::endl;
    }
}

// Until somebody ends it. A daemon that is restarted in between is shown again.
[[noreturn]] void watch(const StatusOptions& options) {
    const bool is_terminal = platform::is_output_a_terminal();
    while (true) {
        const Status status = runtime::read_status(options.socket);
        if (is_terminal) {
            redraw(options, status);
        } else {
            append_line(options, status);
        }
        std::this_thread::sleep_for(watch_interval);
    }
}

ExitCode run(const StatusOptions& options) {
    if (options.watch && runtime::read_status(options.socket)) {
        watch(options);
    }
    return show(options);
}

}  // namespace

std::function<ExitCode()> add_status(CLI::App& app) {
    const auto options = std::make_shared<StatusOptions>();
    CLI::App* command = app.add_subcommand("status", "Show who is registered, and from where");
    command->add_flag("--json", options->json, "As JSON, for programs");
    command->add_flag("--watch", options->watch,
                      "Again each second: in place on a terminal, else a line each");
    command->add_option("--socket", options->socket, "The daemon's status_socket")
        ->capture_default_str();
    command->footer(
        "Exits with 4 if no daemon answers. Example:\n"
        "  godwit-ha status --json | jq -r '.bindings[] | .name, .care_of_address'");
    return [options] { return run(*options); };
}

}  // namespace godwit::server
