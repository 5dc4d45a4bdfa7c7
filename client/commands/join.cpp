// godwit join INVITE.

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/configuration.hpp"
#include "client/down_mark.hpp"
#include "client/join_attempt.hpp"
#include "client/joined_files.hpp"
#include "client/refusal_text.hpp"
#include "shared/platform/service.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/secret.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;
using security::Invite;

constexpr const char* unit = "godwit.service";

struct JoinOptions {
    std::string invite;  // "-": from standard input
    std::filesystem::path configuration = configuration_file;
    bool force = false;     // replace what is there
    bool no_start = false;  // leave the service alone
};

std::string error_text(security::InviteError error) {
    using enum security::InviteError;
    switch (error) {
        case not_an_invite:
            return "this is no invite; one begins with godwit:// and is what `godwit-ha invite "
                   "NAME` prints";
        case damaged:
            return "this invite is damaged: a part of it is missing or has been changed; copy the "
                   "whole line again, and put it in quotes";
        case newer_version:
            return "this invite is of a later version of Godwit; update this program";
    }
    return "this is no invite";
}

// "2026-11-25 02:05 UTC"
std::string utc(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::ostringstream text;
    text << std::setfill('0') << static_cast<int>(date.year()) << '-' << std::setw(2)
         << static_cast<unsigned>(date.month()) << '-' << std::setw(2)
         << static_cast<unsigned>(date.day()) << ' ' << std::setw(2) << clock.hours().count() << ':'
         << std::setw(2) << clock.minutes().count() << " UTC";
    return text.str();
}

std::string ports_text(const Invite& invite) {
    std::string text;
    for (const std::uint16_t port : invite.ports) {
        text += (text.empty() ? "" : ", ") + std::to_string(port);
    }
    return text;
}

// The line, with white space where a terminal has put it.
std::string read_line(const JoinOptions& options) {
    if (options.invite != "-") {
        return options.invite;
    }
    std::string line(std::istreambuf_iterator<char>(std::cin), {});
    return line.substr(0, 2 * Invite::max_text);
}

// What speaks against asking at all.
std::optional<ExitCode> refuse(const Invite& invite, const JoinedFiles& files, bool force) {
    const auto now = std::chrono::floor<std::chrono::seconds>(runtime::wall_now());
    if (now >= invite.expires) {
        return fail(ExitCode::refused, "this invite expired at " + utc(invite.expires) +
                                           ", and this machine's clock says " + utc(now) +
                                           "; ask for a new one, or set the clock if it is wrong");
    }
    if (const auto existing = files.existing(); !existing.empty() && !force) {
        return fail(ExitCode::usage, existing.front().string() +
                                         " exists already: this machine has a home agent; name "
                                         "another file with --config, or replace it with --force");
    }
    return std::nullopt;
}

ExitCode tell_no_answer(const Invite& invite, const JoinOutcome& outcome) {
    if (outcome.paths == 0 && !outcome.unresolved.empty()) {
        const auto& unresolved = outcome.unresolved.front();
        return fail(ExitCode::no_answer, "no address is known of " + unresolved.name + ": " +
                                             unresolved.reason +
                                             "; is this machine connected to the Internet?");
    }
    if (outcome.paths == 0) {
        return fail(ExitCode::no_answer, "no route leads to " + invite.endpoints.front() +
                                             "; is this machine connected to the Internet?");
    }
    return fail(
        ExitCode::no_answer,
        "no answer from " + invite.endpoints.front() + ", UDP ports " + ports_text(invite) +
            ": the home agent does not run, a firewall keeps UDP away from it, it has other "
            "keys than when it made this invite, or this machine's clock is off by years");
}

ExitCode tell_failure(const Invite& invite, const JoinOutcome& outcome) {
    if (outcome.refused == wire::BindingStatus::administratively_prohibited) {
        return fail(ExitCode::refused, refusal_text(mobility::JoinRefusal::client_disabled));
    }
    if (outcome.refused) {
        return fail(ExitCode::refused, "the home agent refuses, with status " +
                                           std::to_string(static_cast<unsigned>(*outcome.refused)) +
                                           " (" + std::string(wire::name(*outcome.refused)) + ")");
    }
    if (outcome.refusal) {
        return fail(ExitCode::refused, refusal_text(*outcome.refusal));
    }
    return tell_no_answer(invite, outcome);
}

// The service reads one file only.
bool is_of_service(const std::filesystem::path& configuration) {
    return configuration == JoinOptions().configuration && platform::can_start_service(unit);
}

ExitCode tell_success(const Invite& invite, const JoinedFiles& files, bool no_start) {
    const std::string path = files.configuration().string();
    std::cout << "joined as " << invite.client << ": the address of this machine is "
              << invite.home.text() << '\n'
              << "written: " << path << " and its keys\n";
    if (!is_of_service(files.configuration())) {
        std::cout << "next: sudo godwit daemon --config " << path << '\n';
        return ExitCode::ok;
    }
    if (no_start) {
        std::cout << "next: systemctl enable --now " << unit << '\n';
        return ExitCode::ok;
    }
    DownMark(Configuration().state_directory).clear();  // of an earlier life
    if (!platform::start_service(unit)) {
        return fail(ExitCode::failed, std::string("the service did not start; see why: journalctl "
                                                  "--unit ") +
                                          unit);
    }
    std::cout << "started: " << unit << "; look at it with: godwit status\n";
    return ExitCode::ok;
}

// Throws std::system_error where the files cannot be written.
ExitCode join(const JoinOptions& options) {
    std::string line = read_line(options);
    const auto invite = Invite::parse(line);
    security::wipe(line.data(), line.size());
    if (!invite) {
        return fail(ExitCode::usage, error_text(invite.error()));
    }
    JoinedFiles files(options.configuration);
    if (const auto refusal = refuse(*invite, files, options.force)) {
        return *refusal;
    }
    security::KeyPair own = security::KeyPair::generate();
    files.stage(*invite, own);
    const JoinOutcome outcome = attempt_to_join(*invite, std::move(own));
    if (!outcome.has_joined) {
        return tell_failure(*invite, outcome);
    }
    files.commit();
    return tell_success(*invite, files, options.no_start);
}

}  // namespace

Command add_join(CLI::App& app) {
    const auto options = std::make_shared<JoinOptions>();
    CLI::App* command =
        app.add_subcommand("join", "Become a client of a home agent, by its invite");
    command
        ->add_option("invite", options->invite,
                     "The line that godwit-ha invite printed; - reads it from standard input")
        ->required();
    command->add_option("--config", options->configuration, "The configuration file to write")
        ->capture_default_str();
    command->add_flag("--force", options->force,
                      "Replace the configuration and keys that are there");
    command->add_flag("--no-start", options->no_start, "Do not start the service");
    command->footer(
        "Makes a key, asks the home agent, and writes the configuration once it has agreed; else\n"
        "nothing is written. The line is a secret until it has been used. Exits with 5 if the "
        "home\n"
        "agent refuses, 6 if none answers. Example, as root:\n"
        "  godwit join 'godwit://vps.example.org/laptop#Ac6NOt...'");
    return [options] { return join(*options); };
}

}  // namespace godwit::client
