// godwit events.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/event_text.hpp"
#include "shared/runtime/api_follower.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

using runtime::ExitCode;
using runtime::Json;

namespace {

struct EventsOptions : DaemonOptions {
    std::optional<std::uint64_t> since;
    bool once = false;
    bool json = false;
};

void print(const EventsOptions& options, std::string_view line) {
    const auto event = Json::parse(line, nullptr, false);
    if (options.json || !event.is_object()) {
        std::cout << runtime::printable_json(line)
                  << std::endl;  // flushed: whoever reads wants it now
    } else {
        std::cout << event_text(event) << std::endl;
    }
}

ExitCode follow(const EventsOptions& options) {
    std::string target = "/v1/events";
    target += options.once ? "?follow=false" : "?follow=true";
    target += options.since ? "&since=" + std::to_string(*options.since) : "";
    const auto ended = runtime::follow_api(options.socket, target,
                                           [&](std::string_view line) { print(options, line); });
    return ended ? ExitCode::ok : fail(exit_code_of(ended.error()), ended.error().text);
}

}  // namespace

Command add_events(CLI::App& app) {
    const auto options = std::make_shared<EventsOptions>();
    CLI::App* command = app.add_subcommand("events", "Show what happens, as it happens");
    command->add_flag("--json", options->json, "As JSON, a line each, for programs");
    command->add_option("--since", options->since, "Begin after the event of this number (id)");
    command->add_flag("--once", options->once, "End after what has happened already");
    add_socket_option(*command, *options);
    command->footer(
        "Begins with the last 1000 events. Ends with Ctrl-C, or with 4 when the daemon does.\n"
        "Example:\n"
        "  godwit events --json | jq -c 'select(.type == \"moved\") | [.to, .gap_ms]'");
    return [options] { return follow(*options); };
}

}  // namespace godwit::client
