#include "client/configuration.hpp"

#include <utility>

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
    if (agent.require("address", routable_address(), configuration.home_agent.address.address) &&
        has_home && configuration.home_agent.address.address == home) {
        agent.reject("address", "is the home_address as well",
                     "write the address of the home agent itself");
    }
}

void read_paths(TomlTable& root, TomlTable& agent, Configuration& configuration) {
    root.read("encapsulation", encapsulations(), configuration.encapsulations);
    root.read("prefer", list_of(link_pattern()), configuration.links.prefer);
    root.read("metered", list_of(link_pattern_without_cost()), configuration.links.metered);
    root.read("second_path", yes_or_no(), configuration.second_path);
    root.read("ipv4", yes_or_no(), configuration.ipv4);
    root.read("mtu_probe_interval", duration(least_probe_interval, most_probe_interval),
              configuration.mtu_probe_interval);
    agent.read("endpoints", list_of(host()), configuration.home_agent.endpoints);
    agent.read("ports", list_of(udp_port()), configuration.home_agent.ports);
    if (configuration.home_agent.endpoints.empty()) {
        configuration.home_agent.endpoints.push_back(configuration.home_agent.address.text());
    }
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
    root.read("routes", list_of(prefix_of_either_family()), configuration.routes);
    root.read("interface", interface_name(), configuration.interface);
    root.read("status_socket", socket_path_from(directory), configuration.status_socket);
    root.read("state_directory", path_from(directory), configuration.state_directory);
    root.read("log_level", log_level(), configuration.log_level);
    root.read("resend_memory", memory(), configuration.resend.each);
}

void read_dns(TomlTable& root, Configuration& configuration) {
    root.read("dns", one_of<bool>({{"auto", true}, {"off", false}}), configuration.dns);
    root.read("dns_servers", dns_servers(), configuration.dns_servers);
    root.read("search_domains", search_domains(), configuration.search_domains);
}

}  // namespace

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
    read_system(root, file.directory(), configuration);
    file.finish();
    return configuration;
}

}  // namespace godwit::client
