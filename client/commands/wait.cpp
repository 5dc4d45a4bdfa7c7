// godwit wait.

#include <CLI/CLI.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/status_text.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

using runtime::ExitCode;
using namespace std::chrono_literals;

namespace {

constexpr auto looking_interval = 50ms;
constexpr double most_seconds = 366.0 * 24 * 3600;

struct WaitOptions : DaemonOptions {
    std::optional<double> timeout;  // seconds
};

ExitCode tell_timeout(const std::expected<runtime::Json, std::string>& status) {
    return fail(ExitCode::timed_out,
                "not registered in time: " +
                    (status ? "the state is " + state_in(*status) : status.error()));
}

ExitCode wait(const WaitOptions& options) {
    const auto begin = runtime::boot_now();
    while (true) {
        const auto status = runtime::read_status(options.socket);
        if (status && is_served(*status)) {
            return ExitCode::ok;
        }
        if (status && state_in(*status) == "down") {
            return fail(ExitCode::not_registered,
                        "this machine was told to be down; to bring it up again: godwit up");
        }
        const std::chrono::duration<double> waited = runtime::boot_now() - begin;
        if (options.timeout && waited.count() >= *options.timeout) {
            return tell_timeout(status);
        }
        std::this_thread::sleep_for(looking_interval);
    }
}

}  // namespace

Command add_wait(CLI::App& app) {
    const auto options = std::make_shared<WaitOptions>();
    CLI::App* command =
        app.add_subcommand("wait", "Wait until this machine is reached at its home address");
    command->add_option("--timeout", options->timeout, "Seconds; without it there is no limit")
        ->check(CLI::Range(0.0, most_seconds));
    add_socket_option(*command, *options);
    command->footer(
        "Ends with 0 once the home agent serves this machine, 7 when the time is over, 3 at once "
        "if\n"
        "it was told to be down. Example:\n"
        "  godwit wait --timeout 30 && ssh home.example.org");
    return [options] { return wait(*options); };
}

}  // namespace godwit::client
