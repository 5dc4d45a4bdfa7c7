#include "server/configuration.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "server/api_configuration.hpp"
#include "server/clients/ipv4_pool.hpp"
#include "server/discovery_configuration.hpp"
#include "server/home_configuration.hpp"
#include "server/network_configuration.hpp"
#include "server/rate_configuration.hpp"
#include "shared/mobility/shard.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/runtime/configuration_forms.hpp"
#include "shared/runtime/dns_forms.hpp"
#include "shared/runtime/toml_forms.hpp"
#include "shared/runtime/toml_reader.hpp"
#include "shared/security/invite.hpp"

namespace godwit::server {

using namespace std::chrono_literals;
using namespace godwit::runtime;

namespace {

// Below this a mobile node's refresh and its retransmissions leave no time in between.
constexpr auto least_lifetime = 40s;
constexpr std::size_t max_udp_ports = 6;       // runtime::PathSockets
constexpr std::int64_t least_keepalive = 5;    // seconds
constexpr std::int64_t most_keepalive = 3600;  // seconds
constexpr std::int64_t most_path_mtu = 9216;   // octets: no link of today has more
constexpr std::chrono::nanoseconds least_probe_interval = 5s;
constexpr std::chrono::nanoseconds most_probe_interval = 24h;
constexpr std::int64_t most_workers = mobility::Shards::most;
constexpr unsigned shortest_pool = 8;  // bits
constexpr unsigned longest_pool = 30;  // bits: one address to give, beside the home agent's own

Form<std::vector<std::uint16_t>> udp_ports() {
    const auto some = list_of(udp_port());
    return {
        "write a list of at most " + std::to_string(max_udp_ports) +
            " ports in square brackets, each a whole number from 1 to 65535 and there once, "
            "such as [4191, 443], or [] for no UDP",
        [some](const toml::node& node) -> std::expected<std::vector<std::uint16_t>, std::string> {
            if (node.is_array() && node.as_array()->empty()) {
                return std::vector<std::uint16_t>();
            }
            auto ports = some.read(node);
            if (ports && ports->size() > max_udp_ports) {
                return std::unexpected("has " + std::to_string(ports->size()) + " ports");
            }
            return ports;
        }};
}

Form<std::optional<std::size_t>> workers() {
    const auto number = whole_number(1, most_workers, "pairs of workers");
    return {
        number.right + ", or \"auto\"",
        [number](const toml::node& node) -> std::expected<std::optional<std::size_t>, std::string> {
            if (node.value_exact<std::string>() == "auto") {
                return std::nullopt;
            }
            const auto written = number.read(node);
            if (!written) {
                return std::unexpected(written.error());
            }
            return static_cast<std::size_t>(*written);
        }};
}

Form<std::vector<std::string>> endpoints() {
    const auto some = list_of(host());
    return {"write a list of 1 to " + std::to_string(security::Invite::max_endpoints) +
                " names or addresses in square brackets, such as [\"home.example.org\"]",
            [some](const toml::node& node) -> std::expected<std::vector<std::string>, std::string> {
                auto hosts = some.read(node);
                if (hosts && hosts->size() > security::Invite::max_endpoints) {
                    return std::unexpected("has " + std::to_string(hosts->size()) + " of them");
                }
                return hosts;
            }};
}

Form<wire::Prefix> ipv4_pool() {
    return text_form<wire::Prefix>(
        "write an IPv4 prefix of 8 to 30 bits in quotes, with no bit set beyond its length, such "
        "as \"10.19.0.0/24\"",
        [](const std::string& written) -> std::expected<wire::Prefix, std::string> {
            const auto prefix = wire::Prefix::parse_ipv4(written);
            if (!prefix) {
                return std::unexpected(in_quotes(written) + " is no IPv4 prefix");
            }
            const unsigned bits = prefix->length - 96U;
            if (bits < shortest_pool || bits > longest_pool) {
                return std::unexpected("a pool of " + std::to_string(bits) + " bits is too " +
                                       (bits < shortest_pool ? "large" : "small"));
            }
            return *prefix;
        });
}

Form<wire::Ipv4Address> ipv4_address() {
    return text_form<wire::Ipv4Address>(
        "write an IPv4 address of the pool in quotes, such as \"10.19.0.2\"",
        [](const std::string& written) -> std::expected<wire::Ipv4Address, std::string> {
            const auto address = wire::Ipv4Address::parse(written);
            if (!address) {
                return std::unexpected(in_quotes(written) + " is no IPv4 address");
            }
            return *address;
        });
}

void read_address(TomlTable& table, MobileNodeEntry& node, const Configuration& configuration) {
    if (!table.require("home_address", routable_address(), node.home_address.address)) {
        return;
    }
    const wire::Prefix& prefix = configuration.home_prefix;
    const bool has_prefix = prefix != wire::Prefix{};
    if (has_prefix && !prefix.contains(node.home_address.address)) {
        table.reject("home_address",
                     node.home_address.text() + " is outside home_prefix " + prefix.text(),
                     "write an address of that prefix");
    }
    if (node.home_address.address == configuration.address.address) {
        table.reject("home_address", "is the home agent's own address",
                     "write another address of the home prefix");
    }
}

void read_ipv4_address(TomlTable& table, MobileNodeEntry& node,
                       const Configuration& configuration) {
    constexpr const char* key = "ipv4_home_address";
    if (!table.read(key, ipv4_address(), node.ipv4_home_address)) {
        return;
    }
    const auto& pool = configuration.ipv4_pool;
    if (!pool) {
        table.reject(key, "there is no ipv4_pool that it could be of",
                     "write ipv4_pool at the top of the file, or leave this key out");
    } else if (!pool->contains(wire::Ipv6Address::mapped(*node.ipv4_home_address))) {
        table.reject(key, node.ipv4_home_address->text() + " is outside ipv4_pool " + pool->text(),
                     "write an address of that prefix");
    } else if (!is_assignable(*pool, *node.ipv4_home_address)) {
        table.reject(key,
                     node.ipv4_home_address->text() +
                         " is the network's, the home agent's or the broadcast address",
                     "write another address of the pool");
    }
}

void read_keys(TomlTable& table, MobileNodeEntry& node, const std::filesystem::path& directory,
               const Configuration& configuration) {
    table.read("protection", protection(), node.protection);
    table.read("preshared_key_file", path_from(directory), node.preshared_key_file);
    if (node.protection != mobility::Protection::none) {
        table.require("public_key", public_key(), node.public_key);
        return;
    }
    table.read("public_key", public_key(), node.public_key);
    if (!configuration.allow_unprotected) {
        table.reject("protection",
                     "\"none\" lets everybody who can send packets to this home agent take over "
                     "the home address",
                     "write \"sealed\" or, in a laboratory, allow_unprotected = true at the top of "
                     "the file");
    }
}

template <class Member>
void reject_repetition(TomlTable& table, const char* key, const MobileNodeEntry& node,
                       const std::vector<MobileNodeEntry>& others,
                       Member MobileNodeEntry::* member) {
    if (node.*member == Member{}) {
        return;  // missing or wrong, which has been reported, or not needed
    }
    const auto other = std::ranges::find(others, node.*member, member);
    if (other != others.end()) {
        table.reject(key, "is that of the mobile node \"" + other->name + "\" as well",
                     "write one that no other mobile node has");
    }
}

void read_mobile_node(TomlTable& table, const std::filesystem::path& directory,
                      Configuration& configuration) {
    MobileNodeEntry node;
    table.require("name", node_name(), node.name);
    read_address(table, node, configuration);
    read_ipv4_address(table, node, configuration);
    read_policy(table, node);
    read_rates(table, node.policy.rates);
    read_networks(table, node, configuration);
    read_keys(table, node, directory, configuration);
    const std::vector<MobileNodeEntry>& others = configuration.mobile_nodes;
    reject_repetition(table, "name", node, others, &MobileNodeEntry::name);
    reject_repetition(table, "home_address", node, others, &MobileNodeEntry::home_address);
    reject_repetition(table, "public_key", node, others, &MobileNodeEntry::public_key);
    reject_repetition(table, "ipv4_home_address", node, others,
                      &MobileNodeEntry::ipv4_home_address);
    configuration.mobile_nodes.push_back(std::move(node));
}

void read_paths(TomlTable& root, Configuration& configuration) {
    std::int64_t keepalive = configuration.nat_keepalive.count();
    std::int64_t path_mtu = configuration.path_mtu;
    root.read("udp_ports", udp_ports(), configuration.udp_ports);
    root.read("ipv4_pool", ipv4_pool(), configuration.ipv4_pool);
    root.read("masquerade", yes_or_no(), configuration.masquerade);
    root.read("nat_keepalive", whole_number(least_keepalive, most_keepalive, "seconds"), keepalive);
    root.read("path_mtu", whole_number(mobility::min_ipv6_mtu, most_path_mtu, "octets"), path_mtu);
    root.read("mtu_probe_interval", duration(least_probe_interval, most_probe_interval),
              configuration.mtu_probe_interval);
    configuration.nat_keepalive = std::chrono::seconds(keepalive);
    configuration.path_mtu = static_cast<std::uint32_t>(path_mtu);
}

void read_private_key(TomlTable& root, const std::filesystem::path& directory,
                      Configuration& configuration) {
    const bool is_unprotected =
        !configuration.mobile_nodes.empty() &&
        std::ranges::all_of(configuration.mobile_nodes, [](const MobileNodeEntry& node) {
            return node.protection == mobility::Protection::none;
        });
    if (is_unprotected) {
        root.read("private_key_file", path_from(directory), configuration.private_key_file);
    } else {
        root.require("private_key_file", path_from(directory), configuration.private_key_file);
    }
}

}  // namespace

Configuration read_configuration(const std::filesystem::path& path) {
    TomlFile file(path);
    TomlTable& root = file.root();
    const std::filesystem::path directory = file.directory();
    Configuration configuration;
    root.require("address", routable_address(), configuration.address.address);
    root.require("home_prefix", home_prefix(), configuration.home_prefix);
    read_home(root, configuration);
    root.read("max_lifetime", lifetime(least_lifetime), configuration.max_lifetime);
    read_discovery(root, configuration);
    root.read("endpoints", endpoints(), configuration.endpoints);
    read_paths(root, configuration);
    root.read("dns", dns_servers(), configuration.dns.servers);
    root.read("search_domains", search_domains(), configuration.dns.search_domains);
    root.read("interface", interface_name(), configuration.interface);
    root.read("status_socket", socket_path_from(directory), configuration.status_socket);
    root.read("state_directory", path_from(directory), configuration.state_directory);
    root.read("allow_unprotected", yes_or_no(), configuration.allow_unprotected);
    root.read("suites", suites(), configuration.suites);
    root.read("log_level", log_level(), configuration.log_level);
    root.read("workers", workers(), configuration.workers);
    root.read("resend_memory", memory(), configuration.resend.each);
    root.read("resend_memory_of_all", memory(), configuration.resend.all);
    root.read("copy_dscp", yes_or_no(), configuration.copy_dscp);
    read_rates(root, configuration.rates);
    root.read("offloads", offload_use(), configuration.offloads);
    read_api(root, directory, configuration.api);
    for (TomlTable& table : root.tables("mobile_node")) {
        read_mobile_node(table, directory, configuration);
    }
    read_private_key(root, directory, configuration);
    file.finish();
    return configuration;
}

}  // namespace godwit::server
