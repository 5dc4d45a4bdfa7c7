#include "shared/runtime/dns_forms.hpp"

#include "shared/mobility/dns_configuration.hpp"
#include "shared/runtime/toml_forms.hpp"

namespace godwit::runtime {
namespace {

using mobility::DnsConfiguration;

Form<wire::Ipv6Address> dns_server() {
    return text_form<wire::Ipv6Address>(
        "write an address in quotes, such as \"2001:db8:f::53\" or \"10.19.0.1\"",
        [](const std::string& written) -> std::expected<wire::Ipv6Address, std::string> {
            const auto ipv4 = wire::Ipv4Address::parse(written);
            const auto address =
                ipv4 ? wire::Ipv6Address::mapped(*ipv4)
                     : wire::Ipv6Address::parse(written).value_or(wire::Ipv6Address{});
            const bool is_reachable =
                ipv4 ? ipv4->is_unicast_routable() : address.is_unicast_routable();
            if (!is_reachable) {
                return std::unexpected(in_quotes(written) + " is no address to be reached at");
            }
            return address;
        });
}

Form<wire::DomainName> search_domain() {
    return text_form<wire::DomainName>(
        "write a domain of the DNS in quotes, such as \"home.example\"",
        [](const std::string& written) -> std::expected<wire::DomainName, std::string> {
            auto name = wire::DomainName::parse(written);
            if (!name) {
                return std::unexpected(in_quotes(written) + " is no name of the DNS");
            }
            return *std::move(name);
        });
}

template <class T>
Form<std::vector<T>> at_most(std::size_t most, Form<std::vector<T>> some) {
    return {some.right + "; " + std::to_string(most) + " at most",
            [most, some](const toml::node& node) -> std::expected<std::vector<T>, std::string> {
                auto list = some.read(node);
                if (list && list->size() > most) {
                    return std::unexpected("has " + std::to_string(list->size()) + " of them");
                }
                return list;
            }};
}

}  // namespace

Form<std::vector<wire::Ipv6Address>> dns_servers() {
    return at_most(DnsConfiguration::max_servers, list_of(dns_server()));
}

Form<std::vector<wire::DomainName>> search_domains() {
    const auto some = at_most(DnsConfiguration::max_search_domains, list_of(search_domain()));
    return {
        some.right,
        [some](
            const toml::node& node) -> std::expected<std::vector<wire::DomainName>, std::string> {
            auto list = some.read(node);
            if (list && mobility::octets_of(*list) > DnsConfiguration::max_domain_octets) {
                return std::unexpected("is too long: with two octets for each, all together have " +
                                       std::to_string(mobility::octets_of(*list)) +
                                       " octets, and room is for " +
                                       std::to_string(DnsConfiguration::max_domain_octets));
            }
            return list;
        }};
}

}  // namespace godwit::runtime
