#pragma once
// godwit-ha doctor: what is well with this home agent, what is wrong, and the remedy.

#include <functional>

#include "shared/runtime/exit_code.hpp"

namespace CLI {
class App;
}

namespace godwit::server {

// Adds the subcommand; what is returned runs it with what the command line said.
std::function<runtime::ExitCode()> add_doctor(CLI::App& app);

}  // namespace godwit::server
