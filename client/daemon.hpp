#pragma once
// The mobile node as a program: the core, the two planes and the system, put together.

#include "client/configuration.hpp"

namespace godwit::client {

// Runs until SIGTERM or SIGINT. Throws std::system_error, naming the attempt, if it cannot start.
void run_daemon(const Configuration& configuration);

}  // namespace godwit::client
