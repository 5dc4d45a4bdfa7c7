#pragma once
// The subcommands of godwit, one file each.

#include <functional>

#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::client {

// Runs the subcommand with what the command line said.
using Command = std::function<runtime::ExitCode()>;

Command add_join(CLI::App& app);
Command add_leave(CLI::App& app);
Command add_profile(CLI::App& app);
Command add_export(CLI::App& app);
Command add_import(CLI::App& app);
Command add_up(CLI::App& app);
Command add_down(CLI::App& app);
Command add_restart(CLI::App& app);
Command add_status(CLI::App& app);
Command add_wait(CLI::App& app);
Command add_events(CLI::App& app);
Command add_ping(CLI::App& app);
Command add_portal(CLI::App& app);
Command add_get(CLI::App& app);
Command add_set(CLI::App& app);
Command add_doctor(CLI::App& app);
Command add_daemon(CLI::App& app);
Command add_keygen(CLI::App& app);
Command add_resolver(CLI::App& app);
Command add_lockdown(CLI::App& app);
Command add_version(CLI::App& app);

}  // namespace godwit::client
