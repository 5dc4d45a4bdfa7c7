#pragma once
// The rows of clients: one of each in client, and where there are such, in invite and in
// ipv4_home_address. All throw std::system_error.

#include <vector>

#include "server/store/sqlite.hpp"
#include "server/store/store.hpp"

namespace godwit::server {

std::vector<StoredClient> read_clients(Database& database);
// Whether the client with this home address has a key, or an invite, that this one has not: writing
// it deletes a secret.
bool replaces_secret(Database& database, const StoredClient& client);
void write_client(Database& database, const StoredClient& client);
void erase_client(Database& database, const wire::HomeAddress& home);

Ipv4Assignments read_ipv4_home_addresses(Database& database);
void write_ipv4_home_addresses(Database& database, const Ipv4Assignments& addresses);

}  // namespace godwit::server
