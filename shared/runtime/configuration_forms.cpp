#include "shared/runtime/configuration_forms.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "shared/mobility/network_prefixes.hpp"
#include "shared/runtime/toml_forms.hpp"

namespace godwit::runtime {

namespace {

constexpr std::size_t max_interface_name = 15;  // IFNAMSIZ, with its final zero, is 16
constexpr std::size_t max_node_name = 63;
constexpr std::size_t max_dns_name = 253;  // RFC 1035 §2.3.4, as text
constexpr std::string_view dns_name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

template <class T>
Choices<T> by_name(std::initializer_list<T> values) {
    Choices<T> choices;
    for (const T value : values) {
        choices.emplace_back(name(value), value);
    }
    return choices;
}

}  // namespace

Form<wire::Ipv6Address> routable_address() {
    return text_form<wire::Ipv6Address>(
        "write an IPv6 unicast address in quotes, such as \"2001:db8:f::9\"",
        [](const std::string& written) -> std::expected<wire::Ipv6Address, std::string> {
            const auto address = wire::Ipv6Address::parse(written);
            if (!address) {
                return std::unexpected(in_quotes(written) + " is no IPv6 address");
            }
            if (!address->is_unicast_routable()) {
                return std::unexpected(in_quotes(written) + " is no address to be reached at");
            }
            return *address;
        });
}

Form<wire::Prefix> prefix() {
    return text_form<wire::Prefix>(
        "write an IPv6 prefix in quotes, with no bit set beyond its length, such as "
        "\"2001:db8:f::/64\"",
        [](const std::string& written) -> std::expected<wire::Prefix, std::string> {
            const auto prefix = wire::Prefix::parse(written);
            if (!prefix) {
                return std::unexpected(in_quotes(written) + " is no IPv6 prefix");
            }
            return *prefix;
        });
}

Form<wire::Prefix> prefix_of_either_family() {
    return text_form<wire::Prefix>(
        "write an IPv6 or IPv4 prefix in quotes, with no bit set beyond its length, such as "
        "\"2001:db8:f::/64\" or \"10.0.0.0/8\"",
        [](const std::string& written) -> std::expected<wire::Prefix, std::string> {
            const bool is_ipv6 = written.contains(':');
            const auto prefix =
                is_ipv6 ? wire::Prefix::parse(written) : wire::Prefix::parse_ipv4(written);
            if (!prefix) {
                return std::unexpected(in_quotes(written) +
                                       (is_ipv6 ? " is no IPv6 prefix" : " is no IPv4 prefix"));
            }
            if (is_ipv6 && prefix->is_ipv4()) {
                return std::unexpected(in_quotes(written) + " is IPv4 in the writing of IPv6");
            }
            return *prefix;
        });
}

Form<std::vector<wire::Prefix>> network_prefixes() {
    const auto some = list_of(text_form<wire::Prefix>(
        "write an IPv6 prefix of /32 or longer in quotes, with no bit set beyond its length, such "
        "as \"2001:db8:1:100::/64\"",
        [](const std::string& written) -> std::expected<wire::Prefix, std::string> {
            const auto prefix = wire::Prefix::parse(written);
            if (!prefix || !mobility::is_network_prefix(*prefix)) {
                return std::unexpected(in_quotes(written) + " is no such prefix");
            }
            return *prefix;
        }));
    return {
        some.right,
        [some](const toml::node& node) -> std::expected<std::vector<wire::Prefix>, std::string> {
            auto prefixes = some.read(node);
            if (prefixes && prefixes->size() > mobility::max_network_prefixes) {
                return std::unexpected("has " + std::to_string(prefixes->size()) +
                                       " of them, more than " +
                                       std::to_string(mobility::max_network_prefixes));
            }
            return prefixes;
        }};
}

Form<wire::Prefix> home_prefix() {
    Form<wire::Prefix> any = prefix();
    return {
        any.right, [any](const toml::node& node) -> std::expected<wire::Prefix, std::string> {
            const auto prefix = any.read(node);
            if (prefix && prefix->length == 0) {
                return std::unexpected(in_quotes(prefix->text()) + " is every address there is");
            }
            return prefix;
        }};
}

Form<wire::Lifetime> lifetime(std::chrono::seconds least) {
    const std::int64_t low = least.count();
    constexpr std::int64_t high = std::chrono::seconds(wire::max_lifetime).count();
    const std::string right = "write a whole number of seconds from " + std::to_string(low) +
                              " to " + std::to_string(high) +
                              ", a multiple of 4 since the protocol counts in units of 4 s";
    return {right, [low](const toml::node& node) -> std::expected<wire::Lifetime, std::string> {
                const auto written = node.value_exact<std::int64_t>();
                if (!written) {
                    return std::unexpected("is " + kind_of(node) + ", not a whole number");
                }
                if (*written < low || *written > high) {
                    return std::unexpected(std::to_string(*written) + " is too " +
                                           (*written < low ? "small" : "large"));
                }
                if (*written % 4 != 0) {
                    return std::unexpected(std::to_string(*written) + " is no multiple of 4");
                }
                return wire::Lifetime(static_cast<std::uint32_t>(*written / 4));
            }};
}

Form<std::string> interface_name() {
    return short_name(max_interface_name);
}
Form<std::string> node_name() {
    return short_name(max_node_name);
}

Form<security::PublicKey> public_key() {
    return text_form<security::PublicKey>(
        "write the 44 characters that keygen printed for the other node, in quotes",
        [](const std::string& written) -> std::expected<security::PublicKey, std::string> {
            const auto key = security::PublicKey::parse(written);
            if (!key) {
                // Not shown: somebody may have pasted the private key here.
                return std::unexpected("is not base64 of 32 octets");
            }
            return *key;
        });
}

Form<mobility::Protection> protection() {
    using mobility::Protection;
    return one_of(by_name({Protection::sealed, Protection::plain, Protection::none}));
}

Form<LogLevel> log_level() {
    return one_of<LogLevel>({{"debug", LogLevel::debug},
                             {"info", LogLevel::info},
                             {"warning", LogLevel::warning},
                             {"error", LogLevel::error}});
}

Form<OffloadUse> offload_use() {
    return one_of<OffloadUse>({{"auto", OffloadUse::automatic}, {"off", OffloadUse::off}});
}

Form<std::uint16_t> udp_port() {
    constexpr std::int64_t highest = 65535;
    return {"write a port, a whole number from 1 to 65535",
            [](const toml::node& node) -> std::expected<std::uint16_t, std::string> {
                const auto written = node.value_exact<std::int64_t>();
                if (!written) {
                    return std::unexpected("is " + kind_of(node) + ", not a whole number");
                }
                if (*written < 1 || *written > highest) {
                    return std::unexpected(std::to_string(*written) + " is no port");
                }
                return static_cast<std::uint16_t>(*written);
            }};
}

Form<std::string> host() {
    return text_form<std::string>(
        "write an address or a name of the DNS in quotes, such as \"203.0.113.2\", "
        "\"2001:db8:e::2\" or \"vps.example.org\"",
        [](const std::string& written) -> std::expected<std::string, std::string> {
            if (const auto address = wire::Ipv6Address::parse(written)) {
                return address->is_unicast_routable()
                           ? std::expected<std::string, std::string>(written)
                           : std::unexpected(in_quotes(written) +
                                             " is no address to be reached at");
            }
            const bool is_sound =
                !written.empty() && written.size() <= max_dns_name &&
                written.find_first_not_of(dns_name_characters) == std::string::npos &&
                written.front() != '-' && written.front() != '.';
            return is_sound ? std::expected<std::string, std::string>(written)
                            : std::unexpected(in_quotes(written) + " is neither");
        });
}

Form<std::vector<mobility::Encapsulation>> encapsulations() {
    using mobility::Encapsulation;
    const auto one =
        one_of<std::vector<Encapsulation>>({{"auto", {Encapsulation::ip6, Encapsulation::udp}},
                                            {"ip6", {Encapsulation::ip6}},
                                            {"udp", {Encapsulation::udp}}});
    const auto several = list_of(one_of(by_name({Encapsulation::ip6, Encapsulation::udp})));
    return {one.right + ", or a list of the latter two in the order in which they are tried",
            [one, several](const toml::node& node) {
                return node.is_array() ? several.read(node) : one.read(node);
            }};
}

Form<bool> is_auto() {
    return {"", [](const toml::node& node) -> std::expected<bool, std::string> {
                return node.value<std::string>() == "auto";
            }};
}

Form<std::size_t> memory() {
    constexpr std::int64_t most = 65536;
    const auto number = whole_number(0, most, "MiB");
    return {number.right,
            [number](const toml::node& node) -> std::expected<std::size_t, std::string> {
                const auto mebibytes = number.read(node);
                if (!mebibytes) {
                    return std::unexpected(mebibytes.error());
                }
                return static_cast<std::size_t>(*mebibytes) << 20U;
            }};
}

Form<security::SuiteSet> suites() {
    using security::Suite;
    const auto list = list_of(one_of(by_name({Suite::aes_256_gcm, Suite::chacha20_poly1305})));
    return {list.right,
            [list](const toml::node& node) -> std::expected<security::SuiteSet, std::string> {
                const auto names = list.read(node);
                if (!names) {
                    return std::unexpected(names.error());
                }
                security::SuiteSet set;
                for (const security::Suite suite : *names) {
                    set = set.with(suite);
                }
                return set;
            }};
}

}  // namespace godwit::runtime
