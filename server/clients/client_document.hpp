#pragma once
// Clients, and orders about them, in the JSON of the API (docs/api/): what the daemon answers and
// takes. Keys are always there; what is absent is null. No secret but an invite's line, and that
// only to who has ordered it.

#include <expected>

#include "server/clients/clients.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::server {

// {name, home_address, ipv4_home_address, state, configured, public_key, policy, created, joined,
// invite_expires}; times as RFC 3339 has them.
runtime::Json to_json(const Client& client);
// {internet, clients, prefixes, rate_limit_up, rate_limit_down, network_prefixes}; rates in bits
// each second: 0 is without a limit, and null is what the configuration file says of all.
runtime::Json to_json(const ClientPolicy& policy);
// {name, home_address, invite, expires}
runtime::Json to_json(const IssuedInvite& invite);

// Each refuses what is not of its form with Refusal::bad_order, and says which key is wrong.

// {name, home_address?, expires_s?, policy?}; an absent key may be null as well.
std::expected<InviteOrder, Refused> invite_order(const runtime::Json& document);
// {internet?, clients?, prefixes?, rate_limit_up?, rate_limit_down?, network_prefixes?}, what is
// not said is as `present` has it; of the rates null is said.
std::expected<ClientPolicy, Refused> client_policy(const runtime::Json& document,
                                                   const ClientPolicy& present = {});
// The number of seconds under a key of an object; `otherwise` if it is not there.
std::expected<std::chrono::seconds, Refused> seconds_in(const runtime::Json& document,
                                                        const std::string& key,
                                                        std::chrono::seconds otherwise);
// What is neither an object nor has other keys than these.
std::expected<void, Refused> require_keys(const runtime::Json& document,
                                          std::initializer_list<std::string_view> keys);

}  // namespace godwit::server
