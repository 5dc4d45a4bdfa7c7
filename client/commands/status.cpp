// godwit status.

#include <CLI/CLI.hpp>
#include <chrono>
#include <expected>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/status_text.hpp"
#include "client/status_watch.hpp"
#include "shared/platform/terminal.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

using runtime::ExitCode;
using runtime::Json;

namespace {

constexpr std::chrono::seconds watch_interval{1};

struct StatusOptions : DaemonOptions {
    bool json = false;
    bool watch = false;
};

using Status = std::expected<Json, std::string>;

ExitCode show(const StatusOptions& options) {
    const Status status = runtime::read_status(options.socket);
    if (!status) {
        return fail(ExitCode::not_reachable, status.error());
    }
    std::cout << (options.json ? runtime::printable_json(status->dump(2)) + '\n'
                               : status_text(*status));
    return is_served(*status) ? ExitCode::ok : ExitCode::not_registered;
}

void append_line(const StatusOptions& options, const Status& status, StatusWatch& watch) {
    if (!status) {
        runtime::print_error("godwit", status.error());
    } else {
        const std::string line = watch.line(*status, runtime::boot_now());
        std::cout << (options.json ? runtime::printable_json(status->dump()) : line) << std::endl;
    }
}

// Over what was shown before: cursor to the corner, clear the screen (ECMA-48 CUP and ED).
void redraw(const StatusOptions& options, const Status& status, StatusWatch& watch) {
    std::cout << "\x1b[H\x1b[2J";
    if (!status) {
        std::cout << "godwit: " << runtime::printable(status.error()) << '\n' << std::flush;
    } else {
        const std::string view = watch.view(*status, runtime::boot_now());
        std::cout << (options.json ? runtime::printable_json(status->dump(2)) + '\n' : view)
                  << std::flush;
    }
}

// Until somebody ends it. A daemon that is restarted in between is shown again.
[[noreturn]] void watch(const StatusOptions& options) {
    const bool is_terminal = platform::is_output_a_terminal();
    StatusWatch watch;
    while (true) {
        const Status status = runtime::read_status(options.socket);
        if (is_terminal) {
            redraw(options, status, watch);
        } else {
            append_line(options, status, watch);
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

Command add_status(CLI::App& app) {
    const auto options = std::make_shared<StatusOptions>();
    CLI::App* command = app.add_subcommand("status", "Show where this machine is registered");
    command->add_flag("--json", options->json, "As JSON, for programs");
    command->add_flag("--watch", options->watch,
                      "Again each second: in place on a terminal, else a line each");
    add_socket_option(*command, *options);
    command->footer(
        "Exits with 0 if the home agent serves this machine, 3 if not yet, 4 if no daemon "
        "answers.\nExample:\n"
        "  godwit status --json | jq -r .care_of_address");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
