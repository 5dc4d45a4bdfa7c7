#pragma once
// The line that a client joins by.

#include <string>

#include "server/clients/enrolled_clients.hpp"
#include "server/configuration.hpp"

namespace godwit::server {

// Without configured endpoints it names the home agent's own address.
std::string invite_line(const Configuration& configuration, const InviteWords& words);

}  // namespace godwit::server
