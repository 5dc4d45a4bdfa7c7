#include "shared/mobility/dns_configuration.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

constexpr std::uint8_t kind = 8;
constexpr std::uint8_t version = 1;

bool is_of_kind(const wire::ExperimentalOption& option) {
    return !option.data.empty() && option.data.front() == kind;
}

bool is_server(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->is_unicast_routable() : address.is_unicast_routable();
}

// Twice the same tells that the option is not what we mean.
template <class T>
bool add_once(std::vector<T>& list, T item) {
    if (std::ranges::find(list, item) != list.end()) {
        return false;
    }
    list.push_back(std::move(item));
    return true;
}

std::optional<DnsConfiguration> to_dns_configuration(const wire::ExperimentalOption& option) {
    wire::Reader in(option.data);
    in.skip(1);
    const auto its_version = in.integer<std::uint8_t>();
    const std::size_t servers = in.integer<std::uint8_t>();
    const std::size_t domains = in.integer<std::uint8_t>();
    if (in.truncated() || its_version != version || servers > DnsConfiguration::max_servers ||
        domains > DnsConfiguration::max_search_domains) {
        return std::nullopt;
    }
    DnsConfiguration configuration;
    while (configuration.servers.size() < servers) {
        const auto server = wire::Ipv6Address::read(in);
        if (in.truncated() || !is_server(server) || !add_once(configuration.servers, server)) {
            return std::nullopt;
        }
    }
    while (configuration.search_domains.size() < domains) {
        auto domain = wire::DomainName::read(in);
        if (!domain || !add_once(configuration.search_domains, *std::move(domain))) {
            return std::nullopt;
        }
    }
    return in.remaining() == 0 ? std::optional(std::move(configuration)) : std::nullopt;
}

}  // namespace

std::size_t octets_of(const std::vector<wire::DomainName>& domains) {
    std::size_t octets = 0;
    for (const wire::DomainName& domain : domains) {
        octets += domain.wire_length();
    }
    return octets;
}

wire::ExperimentalOption to_option(const DnsConfiguration& configuration) {
    wire::ExperimentalOption option;
    wire::Writer out(option.data);
    out.integer(kind);
    out.integer(version);
    out.integer(static_cast<std::uint8_t>(configuration.servers.size()));
    out.integer(static_cast<std::uint8_t>(configuration.search_domains.size()));
    for (const wire::Ipv6Address& server : configuration.servers) {
        out.bytes(server.octets);
    }
    for (const wire::DomainName& domain : configuration.search_domains) {
        domain.serialize(out);
    }
    return option;
}

std::optional<DnsConfiguration> dns_configuration(const wire::MobilityOptions& options) {
    for (const wire::MobilityOption& option : options) {
        const auto* experimental = std::get_if<wire::ExperimentalOption>(&option);
        if (experimental != nullptr && is_of_kind(*experimental)) {
            return to_dns_configuration(*experimental);
        }
    }
    return std::nullopt;
}

}  // namespace godwit::mobility
