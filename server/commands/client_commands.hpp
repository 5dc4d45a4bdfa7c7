#pragma once
// The subcommands about clients: each asks the daemon, by the API on its socket.

#include <functional>
#include <map>
#include <string>

#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::server {

// By the name of the subcommand, what runs it with what the command line said.
using Commands = std::map<std::string, std::function<runtime::ExitCode()>, std::less<>>;

void add_invite(CLI::App& app, Commands& commands);
// list, show
void add_client_reports(CLI::App& app, Commands& commands);
// rename, disable, enable, remove, revoke, kick, policy
void add_client_changes(CLI::App& app, Commands& commands);
// switch
void add_switch(CLI::App& app, Commands& commands);
// rotate-key, backup, restore
void add_store_commands(CLI::App& app, Commands& commands);

}  // namespace godwit::server
