#pragma once
// godwit-ha status: who is registered, and from where.

#include <functional>

#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::server {

// Adds the subcommand; what is returned runs it with what the command line said.
std::function<runtime::ExitCode()> add_status(CLI::App& app);

}  // namespace godwit::server
