// godwit portal.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <expected>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/browser.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/core/portal_rules.hpp"
#include "client/core/portal_url.hpp"
#include "client/status_text.hpp"
#include "shared/platform/command.hpp"
#include "shared/platform/confined_program.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

using runtime::ExitCode;
using runtime::Json;
using namespace std::chrono_literals;

namespace {

constexpr auto looking_interval = 500ms;
// After the browser has been closed, for the registration that the login has made possible.
constexpr auto patience_afterwards = 5s;
constexpr unsigned first_error = 400;  // of HTTP

struct PortalOptions : DaemonOptions {
    std::string url;
    std::string browser;
    bool print = false;
};

struct Refusal {
    ExitCode code{};
    std::string text;
};

// Where to go.
std::expected<std::string, Refusal> page_of(const PortalOptions& options, const Json& status) {
    if (!options.url.empty()) {
        if (const auto url = portal_url(options.url)) {
            return *url;
        }
        return std::unexpected(
            Refusal{ExitCode::usage, "--url takes http://HOST/... or https://HOST/..."});
    }
    const auto portal = status.find("portal");
    const Json url =
        portal != status.end() && portal->is_object() ? portal->value("url", Json()) : Json();
    if (const auto sound = portal_url(url.is_string() ? url.get<std::string>() : "")) {
        return *sound;
    }
    return std::unexpected(Refusal{
        ExitCode::failed,
        is_served(status)
            ? "no captive portal: the home agent serves this machine"
            : "no captive portal is known here; where one is all the same: godwit portal --url "
              "http://example.org/"});
}

std::expected<std::vector<std::string>, Refusal> browser_of(const PortalOptions& options,
                                                            const std::string& url,
                                                            const std::filesystem::path& profile) {
    const auto is_set = [](const char* variable) {
        const char* value = std::getenv(variable);
        return value != nullptr && *value != '\0';
    };
    const auto words =
        options.browser.empty()
            ? browser_for(url, profile, is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
                          [](const auto& name) { return platform::find_command(name).has_value(); })
            : browser_for(url, options.browser);
    if (!words) {
        return std::unexpected(Refusal{ExitCode::failed,
                                       "no browser is known here; name one: godwit portal "
                                       "--browser 'COMMAND', which gets " +
                                           url});
    }
    if (!platform::find_command(words->front()) && !words->front().contains('/')) {
        return std::unexpected(Refusal{ExitCode::usage, "there is no program " + words->front()});
    }
    return *words;
}

// The time until which it is open for this cgroup; of none it is only asked whether it would be.
std::expected<std::string, Refusal> open(const PortalOptions& options, const std::string& cgroup) {
    const auto answer = runtime::call_api(
        options.socket, {.method = "POST",
                         .target = "/v1/portal",
                         .body = cgroup.empty() ? "" : Json{{"cgroup", cgroup}}.dump()});
    if (!answer) {
        return std::unexpected(Refusal{ExitCode::not_reachable, answer.error()});
    }
    if (answer->status >= first_error) {
        return std::unexpected(Refusal{exit_code_of(*answer), runtime::error_message(*answer)});
    }
    const Json said = Json::parse(answer->body, nullptr, false);
    const Json until = said.is_object() ? said.value("until", Json()) : Json();
    return until.is_string() ? until.get<std::string>() : "";
}

void close(const PortalOptions& options) {
    // A daemon that is gone has closed it.
    [[maybe_unused]] const auto answer =
        runtime::call_api(options.socket, {.method = "POST", .target = "/v1/portal/close"});
}

// What the status has said in the meantime.
struct Outcome {
    bool is_reached = true;  // the daemon
    bool is_served = false;
    bool is_closed = false;
};

void look(const PortalOptions& options, Outcome& outcome) {
    const auto status = runtime::read_status(options.socket);
    outcome.is_reached = status.has_value();
    outcome.is_served = status && is_served(*status);
    outcome.is_closed = !status || status->value("portal_open_until", Json()).is_null();
}

const char* why_closed(const Outcome& outcome) {
    if (outcome.is_served) {
        return "closed: the home agent serves this machine; the browser is in the tunnel now";
    }
    return outcome.is_reached ? "closed: nothing of the browser gets out any more"
                              : "closed: the daemon is gone";
}

ExitCode verdict(const Outcome& outcome, bool was_closed_before) {
    if (outcome.is_served) {
        std::cout << "the home agent serves this machine" << std::endl;
        return ExitCode::ok;
    }
    if (!outcome.is_reached) {
        return fail(ExitCode::not_reachable, "the daemon does not answer any more");
    }
    return was_closed_before
               ? fail(ExitCode::timed_out, "the login took too long; again: godwit portal")
               : fail(ExitCode::not_registered,
                      "the home agent does not serve this machine yet; godwit doctor says why");
}

ExitCode follow(const PortalOptions& options, platform::ConfinedProgram& program) {
    constexpr int could_not_begin = 127;
    Outcome outcome;
    bool was_closed = false;
    std::optional<int> ended;
    while (!ended) {
        ended = program.wait(looking_interval);
        look(options, outcome);
        if (!ended && outcome.is_closed && !std::exchange(was_closed, true)) {
            std::cout << why_closed(outcome) << std::endl;
        }
    }
    close(options);
    if (*ended == could_not_begin) {
        return fail(ExitCode::failed, "the browser could not be started");
    }
    const auto end = runtime::boot_now() + patience_afterwards;
    while (outcome.is_reached && !outcome.is_served && !was_closed && runtime::boot_now() < end) {
        std::this_thread::sleep_for(looking_interval);
        look(options, outcome);
    }
    return verdict(outcome, was_closed);
}

ExitCode let_out(const PortalOptions& options, const std::string& url) {
    if (const auto allowed = open(options, ""); !allowed) {
        return fail(allowed.error().code, allowed.error().text);
    }
    const FreshProfile profile;
    const auto words = browser_of(options, url, profile.path());
    if (!words) {
        return fail(words.error().code, words.error().text);
    }
    furnish(profile.path());
    const std::string name = profile.path().filename().string();
    platform::ConfinedProgram program(
        {.words = *words, .cgroup = name, .overlays = outside_names(profile.path())});
    const auto until = open(options, program.cgroup());
    if (!until) {
        return fail(until.error().code, until.error().text);
    }
    std::cout << "open until " << runtime::printable(*until) << " at the latest, for "
              << words->front() << " alone: " << runtime::printable(url) << std::endl;
    program.let_go();
    return follow(options, program);
}

ExitCode portal(const PortalOptions& options) {
    const auto status = runtime::read_status(options.socket);
    if (!status) {
        return fail(ExitCode::not_reachable, status.error());
    }
    const auto url = page_of(options, *status);
    if (!url) {
        return fail(url.error().code, url.error().text);
    }
    if (options.print) {
        std::cout << runtime::printable(*url) << '\n';
        return ExitCode::ok;
    }
    return let_out(options, *url);
}

}  // namespace

Command add_portal(CLI::App& app) {
    const auto options = std::make_shared<PortalOptions>();
    CLI::App* command = app.add_subcommand("portal", "Log in to this network, by one browser");
    command->add_option("--url", options->url,
                        "This page, in place of the portal that the network tells of");
    command->add_option("--browser", options->browser,
                        "This command, with the page as its last word, in place of a known one");
    command->add_flag("--print", options->print, "Only say where the portal is");
    add_socket_option(*command, *options);
    command->footer(
        "A browser with a profile of its own goes past the tunnel and the lockdown, for ten "
        "minutes at\n"
        "most; nothing else does. Closed as soon as the home agent answers, or the browser ends. "
        "Run it\n"
        "in your own session, as a member of the socket's group. Example:\n"
        "  godwit portal");
    return [options] { return portal(*options); };
}

}  // namespace godwit::client
