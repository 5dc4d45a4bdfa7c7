#pragma once
// What the programs' exit codes say, docs/configuration.md.

namespace godwit::runtime {

enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,           // of the command line or in the configuration
    not_registered = 3,  // the daemon runs, its home agent does not serve it
    not_reachable = 4,   // no daemon answers
    refused = 5,         // by the home agent, of who wants to join
    no_answer = 6,       // no home agent answers who wants to join
};

}  // namespace godwit::runtime
