#pragma once
// godwit-ha init: from a fresh package to the first invite.

#include <functional>

#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::server {

// Adds the subcommand; what is returned runs it with what the command line said.
std::function<runtime::ExitCode()> add_init(CLI::App& app);

}  // namespace godwit::server
