#pragma once
// What the programs' exit codes say: docs/configuration.md and the man pages have the same table.

#include <array>
#include <string_view>

namespace godwit::runtime {

enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,           // of the command line or in the configuration
    not_registered = 3,  // the daemon runs, its home agent does not serve it
    not_reachable = 4,   // no daemon answers
    refused = 5,         // by the home agent, or by the daemon
    no_answer = 6,       // of a home agent, or of what was pinged
    timed_out = 7,
};

struct ExitCodeMeaning {
    ExitCode code;
    std::string_view meaning;
};
inline constexpr std::array<ExitCodeMeaning, 8> exit_codes{
    {{ExitCode::ok, "all is well"},
     {ExitCode::failed, "it failed; a line on standard error says what to do"},
     {ExitCode::usage, "the command line or the configuration is wrong"},
     {ExitCode::not_registered, "the daemon runs, but is neither registered nor at home"},
     {ExitCode::not_reachable, "no daemon answers on the socket"},
     {ExitCode::refused, "the home agent refuses, or this user may not do this"},
     {ExitCode::no_answer, "no home agent answers, or nothing that was pinged"},
     {ExitCode::timed_out, "it has not come to be within the time given"}}};

}  // namespace godwit::runtime
