#pragma once
// The mobile node's daemon: it answers on its API socket as long as it runs, and keeps this machine
// present at its home address as long as it shall be.

#include "client/configuration_source.hpp"

namespace godwit::client {

// By the configuration that is found there, until SIGTERM or SIGINT. Throws std::system_error,
// naming the attempt, if it cannot start, and runtime::InvalidConfiguration.
void run_daemon(ConfigurationSource source);

}  // namespace godwit::client
