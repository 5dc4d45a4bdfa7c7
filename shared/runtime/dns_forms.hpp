#pragma once
// Forms of what both daemons' configuration files say of name servers, within the limits of
// mobility::DnsConfiguration.

#include <vector>

#include "shared/runtime/toml_reader.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/domain_name.hpp"

namespace godwit::runtime {

// Addresses of either family; IPv4 as ::ffff:0:0/96.
Form<std::vector<wire::Ipv6Address>> dns_servers();
Form<std::vector<wire::DomainName>> search_domains();

}  // namespace godwit::runtime
