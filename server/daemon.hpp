#pragma once
// The home agent as a program: the core, the two planes and the system, put together.

#include "server/configuration.hpp"

namespace godwit::server {

// Runs until SIGTERM or SIGINT. Throws std::system_error, naming the attempt, if it cannot start.
void run_daemon(const Configuration& configuration);

}  // namespace godwit::server
