#include "client/configuration.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "shared/mobility/network_prefixes.hpp"
#include "shared/runtime/configuration_forms.hpp"
#include "shared/runtime/dns_forms.hpp"
#include "shared/runtime/link_forms.hpp"
#include "shared/runtime/toml_forms.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::client {

using namespace std::chrono_literals;
using namespace godwit::runtime;

namespace {

// Below this a refresh, its retransmissions and its acknowledgement leave no time in between.
constexpr auto least_lifetime = 40s;
constexpr std::chrono::nanoseconds least_first_timeout = 100ms;
constexpr std::chrono::nanoseconds most_first_timeout = mobility::max_bindack_timeout;
constexpr std::chrono::nanoseconds least_probe_interval = 5s;
constexpr std::chrono::nanoseconds most_probe_interval = 24h;

Form<mobility::FlowSelector> flow() {
    return text_form<mobility::FlowSelector>(
        "write a flow in quotes, such as \"udp port 5060\", \"udp ports 10000-20000\", "
        "\"tcp port 22 to 2001:db8::/32\", \"icmp\" or \"dscp 46\"",
        [](const std::string& written) { return mobility::FlowSelector::parse(written); });
}

Form<std::string> links() {
    return text_form<std::string>(
        "write which links in quotes: \"wired\", \"wifi\", \"cellular\", \"metered\", "
        "\"unmetered\", or an interface's name or pattern such as \"eth*\"",
        [](const std::string& written) -> std::expected<std::string, std::string> {
            if (written.find_first_not_of(' ') == std::string::npos) {
                return std::unexpected("is empty");
            }
            return written;
        });
}

// As nft(8) takes it in quotes; systemd writes what is none of these letters as \xHH.
Form<std::string> cgroup() {
    return text_form<std::string>(
        "write the path of a cgroup below /sys/fs/cgroup in quotes, such as "
        "\"system.slice/ssh.service\"; systemctl status shows it",
        [](const std::string& written) -> std::expected<std::string, std::string> {
            constexpr std::size_t longest = 1024;
            constexpr auto characters =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:@\\/";
            if (written.empty() || written.size() > longest || written.starts_with('/') ||
                written.ends_with('/') || written.contains("//") || written.contains("..") ||
                written.find_first_not_of(characters) != std::string::npos) {
                return std::unexpected(in_quotes(written) + " is no such path");
            }
            return written;
        });
}

void read_addresses(TomlTable& root, TomlTable& agent, Configuration& configuration) {
    const wire::Ipv6Address& home = configuration.home_address.address;
    const bool has_home =
        root.require("home_address", routable_address(), configuration.home_address.address);
    const bool has_prefix = root.read("home_prefix", home_prefix(), configuration.home_prefix);
    if (has_home && has_prefix && !configuration.home_prefix->contains(home)) {
        root.reject("home_address",
                    home.text() + " is outside home_prefix " + configuration.home_prefix->text(),
                    "write an address of that prefix, or correct the prefix");
    }
    HomeAgentEntry& entry = configuration.home_agent;
    agent.read("discovery", yes_or_no(), entry.is_discovered);
    const bool has_address =
        entry.is_discovered ? agent.read("address", routable_address(), entry.address.address)
                            : agent.require("address", routable_address(), entry.address.address);
    if (has_address && has_home && entry.address.address == home) {
        agent.reject("address", "is the home_address as well",
                     "write the address of the home agent itself");
    }
}

void read_paths(TomlTable& root, TomlTable& agent, Configuration& configuration) {
    root.read("encapsulation", encapsulations(), configuration.encapsulations);
    root.read("encapsulation", is_auto(), configuration.cheapest_first);
    root.read("prefer", list_of(link_pattern()), configuration.links.prefer);
    root.read("metered", list_of(link_pattern_without_cost()), configuration.links.metered);
    root.read("second_path", yes_or_no(), configuration.second_path);
    root.read("ipv4", yes_or_no(), configuration.ipv4);
    root.read("mtu_probe_interval", duration(least_probe_interval, most_probe_interval),
              configuration.mtu_probe_interval);
    if (agent.read("endpoints", list_of(host()), configuration.home_agent.endpoints) &&
        configuration.home_agent.is_discovered) {
        agent.reject("endpoints", "with discovery = true each home agent is at its address",
                     "leave one of the two out");
    }
    agent.read("ports", list_of(udp_port()), configuration.home_agent.ports);
    if (configuration.home_agent.endpoints.empty()) {
        configuration.home_agent.endpoints.push_back(configuration.home_agent.address.text());
    }
}

std::size_t flow_bindings(const Configuration& configuration) {
    std::size_t bindings = 0;
    const auto count = [&](const mobility::FlowSelector& flow) {
        bindings += mobility::traffic_selectors(flow, configuration.ipv4).size();
    };
    std::ranges::for_each(configuration.redundant, count);
    std::ranges::for_each(configuration.flows, count, &FlowChoice::match);
    return bindings;
}

void read_flows(TomlTable& root, Configuration& configuration) {
    root.read("redundant", list_of(flow()), configuration.redundant);
    for (TomlTable& table : root.tables("flow")) {
        FlowChoice choice;
        const bool has_match = table.require("match", flow(), choice.match);
        if (table.require("via", links(), choice.via) && has_match) {
            configuration.flows.push_back(std::move(choice));
        }
    }
    if (const auto bindings = flow_bindings(configuration);
        bindings > mobility::max_flow_bindings) {
        root.reject(configuration.flows.empty() ? "redundant" : "flow",
                    "all flows together are " + std::to_string(bindings) + " flow bindings",
                    "leave some out: a home agent takes " +
                        std::to_string(mobility::max_flow_bindings) +
                        "; a flow is one for each family, two with a port");
    }
}

void read_keys(TomlTable& root, TomlTable& agent, const std::filesystem::path& directory,
               Configuration& configuration) {
    root.read("protection", protection(), configuration.protection);
    agent.read("preshared_key_file", path_from(directory),
               configuration.home_agent.preshared_key_file);
    if (configuration.protection == mobility::Protection::none) {
        root.read("private_key_file", path_from(directory), configuration.private_key_file);
        agent.read("public_key", public_key(), configuration.home_agent.public_key);
        return;
    }
    root.require("private_key_file", path_from(directory), configuration.private_key_file);
    agent.require("public_key", public_key(), configuration.home_agent.public_key);
}

void read_system(TomlTable& root, const std::filesystem::path& directory,
                 Configuration& configuration) {
    root.read("interface", interface_name(), configuration.interface);
    root.read("status_socket", socket_path_from(directory), configuration.status_socket);
    root.read("state_directory", path_from(directory), configuration.state_directory);
    root.read("log_level", log_level(), configuration.log_level);
    root.read("resend_memory", memory(), configuration.resend.each);
    root.read("copy_dscp", yes_or_no(), configuration.copy_dscp);
    root.read("offloads", offload_use(), configuration.offloads);
}

void reject_everything(TomlTable& root, const std::string& key,
                       const std::vector<wire::Prefix>& prefixes) {
    for (const wire::Prefix& prefix : prefixes) {
        if (prefix.length == (prefix.is_ipv4() ? 96 : 0)) {
            root.reject(key, prefix.text() + " is every address there is",
                        "write the prefixes that are meant; mode = \"full\" is everything");
        }
    }
}

// A full tunnel takes everything; of a split one it is to be said what it takes.
void read_routes(TomlTable& root, Configuration& configuration) {
    const auto prefixes = list_of(prefix_of_either_family());
    bool is_split = false;
    root.read("mode", one_of<bool>({{"full", false}, {"split", true}}), is_split);
    std::vector<wire::Prefix> unused;
    if (is_split) {
        if (root.require("routes", prefixes, configuration.routes)) {
            reject_everything(root, "routes", configuration.routes);
        }
    } else if (root.read("routes", prefixes, unused)) {
        root.reject("routes", "is for mode = \"split\": without it everything takes the tunnel",
                    "add mode = \"split\", or leave routes out");
    }
}

// What is behind this machine is on no link of anybody else's.
void read_networks(TomlTable& root, Configuration& configuration) {
    constexpr const char* key = "network_prefixes";
    root.read("forwarding", yes_or_no(), configuration.forwarding);
    if (!root.read(key, network_prefixes(), configuration.network_prefixes)) {
        return;
    }
    const auto reject = [&](const wire::Prefix& prefix, const std::string& wrong) {
        root.reject(key, prefix.text() + wrong, "write the prefixes that the home agent has given");
    };
    const std::vector<wire::Prefix>& prefixes = configuration.network_prefixes;
    for (std::size_t place = 0; place < prefixes.size(); ++place) {
        const wire::Prefix& prefix = prefixes[place];
        if (configuration.home_prefix && prefix.overlaps(*configuration.home_prefix)) {
            reject(prefix, " overlaps home_prefix");
        } else if (prefix.contains(configuration.home_address.address) ||
                   prefix.contains(configuration.home_agent.address.address)) {
            reject(prefix, " has the home address or the home agent in it");
        } else if (mobility::overlaps_one_of(prefix, std::span(prefixes).first(place))) {
            reject(prefix, " overlaps another one of them");
        }
    }
}

void read_traffic(TomlTable& root, Configuration& configuration) {
    read_routes(root, configuration);
    root.read("exclude", list_of(prefix_of_either_family()), configuration.exclude);
    reject_everything(root, "exclude", configuration.exclude);
    root.read("exclude_cgroups", list_of(cgroup()), configuration.exclude_cgroups);
    root.read("lockdown", yes_or_no(), configuration.lockdown);
    if (configuration.lockdown && configuration.home_agent.is_discovered) {
        root.reject("lockdown", "nothing is let out that looks for a home agent",
                    "leave it out, or write [home_agent] address in place of discovery");
    }
    read_networks(root, configuration);
}

void read_dns(TomlTable& root, Configuration& configuration) {
    root.read("dns", one_of<bool>({{"auto", true}, {"off", false}}), configuration.dns);
    root.read("dns_servers", dns_servers(), configuration.dns_servers);
    root.read("search_domains", search_domains(), configuration.search_domains);
}

}  // namespace

wire::Prefix home_prefix_of(const Configuration& configuration) {
    constexpr std::uint8_t usual_length = 64;
    return configuration.home_prefix.value_or(
        wire::Prefix::around(configuration.home_address.address, usual_length));
}

Configuration at_home_agent(Configuration configuration, const wire::HomeAgentAddress& address) {
    configuration.home_agent.address = address;
    configuration.home_agent.endpoints = {address.text()};
    return configuration;
}

Configuration read_configuration(const std::filesystem::path& path) {
    TomlFile file(path);
    TomlTable& root = file.root();
    TomlTable& agent = root.table("home_agent");
    Configuration configuration;
    read_addresses(root, agent, configuration);
    read_paths(root, agent, configuration);
    read_flows(root, configuration);
    read_keys(root, agent, file.directory(), configuration);
    root.read("lifetime", lifetime(least_lifetime), configuration.lifetime);
    root.read("first_registration_timeout", duration(least_first_timeout, most_first_timeout),
              configuration.first_registration_timeout);
    root.read("suites", suites(), configuration.suites);
    read_dns(root, configuration);
    read_traffic(root, configuration);
    read_system(root, file.directory(), configuration);
    file.finish();
    return configuration;
}

}  // namespace godwit::client
