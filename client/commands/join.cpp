// godwit join INVITE.

#include <CLI/CLI.hpp>
#include <chrono>
#include <expected>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "client/commands/added_profile.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/join_attempt.hpp"
#include "client/joined_files.hpp"
#include "client/profiles.hpp"
#include "client/refusal_text.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/secret.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;
using security::Invite;

struct JoinOptions : DaemonOptions {
    std::string invite;     // "-": from standard input
    ProfileOptions where;   // neither: a profile that is free
    bool force = false;     // replace what is there
    bool use = false;       // make it the active profile
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
    if (files.exists() && !force) {
        return fail(ExitCode::usage, files.configuration().string() +
                                         " exists already; name another with --config or "
                                         "--profile, or replace it with --force");
    }
    return std::nullopt;
}

// Where it is to be written. One home agent has one profile, unless another was named.
std::expected<std::filesystem::path, ExitCode> place_for(const JoinOptions& options,
                                                         const Invite& invite,
                                                         const Profiles& profiles) {
    if (!options.where.configuration.empty()) {
        return options.where.configuration;
    }
    if (!options.where.profile.empty()) {
        return is_profile_name(options.where.profile)
                   ? std::expected<std::filesystem::path, ExitCode>(
                         profiles.file(options.where.profile))
                   : std::unexpected(
                         fail(ExitCode::usage, wrong_profile_name(options.where.profile)));
    }
    const auto there = profiles.at(invite.home_agent_key, invite.home_agent);
    if (there.empty()) {
        return profiles.file(profiles.names().empty()
                                 ? first_profile
                                 : profiles.free_name(invite.endpoints.front(), invite.client));
    }
    if (options.force && there.size() == 1) {
        return profiles.file(there.front());
    }
    return std::unexpected(fail(
        ExitCode::usage, "the profile " + there.front() +
                             " is at this home agent already; replace it with --force --profile " +
                             there.front() + ", or name a further one with --profile NAME"));
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

ExitCode tell_overtaken(const JoinedFiles& files) {
    return fail(ExitCode::failed,
                "the home agent has taken this machine, but another join has written " +
                    files.configuration().string() +
                    " meanwhile, and that stays; join once more with the same invite, which still "
                    "holds for this key: with --profile NAME, or with --force to replace it");
}

void tell_success(const Invite& invite, const JoinedFiles& files) {
    std::cout << "joined as " << invite.client << ": the address of this machine is "
              << invite.home.text() << '\n'
              << "written: " << files.configuration().string() << " and its keys\n";
}

// Throws std::system_error where the files cannot be written.
ExitCode join(const JoinOptions& options, const Invite& invite) {
    const Profiles profiles;
    const auto place = place_for(options, invite, profiles);
    if (!place) {
        return place.error();
    }
    JoinedFiles files(*place);
    if (const auto refusal = refuse(invite, files, options.force)) {
        return *refusal;
    }
    const auto name = profiles.name_of(*place);
    const bool is_first = name && profiles.names().empty();
    const bool is_active = name && active_profile(profiles, options.socket) == name;
    if (name) {
        profiles.settle_choice();
    }
    const auto choice = is_first ? profiles.choose(*name) : nullptr;
    auto left_behind = files.key_left_behind(invite);
    security::KeyPair own = left_behind ? *std::move(left_behind) : security::KeyPair::generate();
    files.stage(invite, own);
    const JoinOutcome outcome = attempt_to_join(invite, std::move(own));
    if (!outcome.has_joined) {
        if (outcome.refused) {  // authentically; by anything else the invite may be spent
            files.give_up();
        }
        return tell_failure(invite, outcome);
    }
    if (!files.commit(options.force ? Existing::replaced : Existing::kept)) {
        return tell_overtaken(files);
    }
    if (choice) {
        choice->commit();
    }
    tell_success(invite, files);
    // The daemon of the profile that is active already has to read it anew.
    return options.use && name && !is_first && !is_active
               ? use_profile(profiles, *name, options.socket)
               : finish(profiles, *place,
                        {.socket = options.socket, .is_wanted = !options.no_start});
}

ExitCode run(const JoinOptions& options) {
    std::string line = read_line(options);
    const auto invite = Invite::parse(line);
    security::wipe(line.data(), line.size());
    return invite ? join(options, *invite) : fail(ExitCode::usage, error_text(invite.error()));
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
    command
        ->add_option("--profile", options->where.profile, "The profile to write; else a free name")
        ->excludes(command->add_option("--config", options->where.configuration,
                                       "The configuration file to write, of no profile"));
    command->add_flag("--force", options->force,
                      "Replace the configuration and keys that are there");
    command->add_flag("--use", options->use, "Make it the active profile at once");
    add_socket_option(*command, *options);
    command->add_flag("--no-start", options->no_start, "Do not start the service");
    command->footer(
        "Makes a key, asks the home agent, and writes the configuration once it has agreed; else\n"
        "nothing is written, except that the key waits for another try with the same invite.\n"
        "A machine's first home agent is active; each further one is a profile that waits for\n"
        "godwit profile use. The line is a secret until it has been used. Exits with 5 if the\n"
        "home agent refuses, 6 if none answers. Example, as root:\n"
        "  godwit join 'godwit://vps.example.org/laptop#Ac6NOt...'");
    return [options] { return run(*options); };
}

}  // namespace godwit::client
