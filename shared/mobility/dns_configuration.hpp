#pragma once
// Which name servers and search domains the home agent has for its mobile nodes: what a router
// advertisement tells of a link (RFC 8106, RDNSS and DNSSL), told of the tunnel. In a binding
// acknowledgement that answers a handshake it travels in an Experimental mobility option (RFC 5096
// §4); it holds as long as no other one has come.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |    Length     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Kind = 8   |  Version = 1  |    Servers    |    Domains    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Address of a recursive name server, 16 octets                |  for each server; IPv4
//   :                                                               :  as ::ffff:a.b.c.d
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Domain name (wire/domain_name.hpp) ...                          for each search domain
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <optional>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/domain_name.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::mobility {

struct DnsConfiguration {
    static constexpr std::size_t max_servers = 4;
    static constexpr std::size_t max_search_domains = 8;
    // Of all search domains together, on the wire: what one option has room for beside 4 servers.
    static constexpr std::size_t max_domain_octets = 187;

    std::vector<wire::Ipv6Address> servers;  // IPv4 as ::ffff:0:0/96
    std::vector<wire::DomainName> search_domains;
    bool operator==(const DnsConfiguration&) const = default;

    [[nodiscard]] bool is_empty() const { return servers.empty() && search_domains.empty(); }
};

std::size_t octets_of(const std::vector<wire::DomainName>& domains);

// Of what is within the limits.
wire::ExperimentalOption to_option(const DnsConfiguration& configuration);
// The first; nothing if there is none, or a wrong one.
std::optional<DnsConfiguration> dns_configuration(const wire::MobilityOptions& options);

}  // namespace godwit::mobility
