#include "server/configuration.hpp"

#include <algorithm>
#include <chrono>

#include "shared/runtime/configuration_forms.hpp"
#include "shared/runtime/toml_forms.hpp"
#include "shared/runtime/toml_reader.hpp"

namespace godwit::server {

using namespace std::chrono_literals;
using namespace godwit::runtime;

namespace {

// Below this a mobile node's refresh and its retransmissions leave no time in between.
constexpr auto least_lifetime = 40s;

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
    read_keys(table, node, directory, configuration);
    const std::vector<MobileNodeEntry>& others = configuration.mobile_nodes;
    reject_repetition(table, "name", node, others, &MobileNodeEntry::name);
    reject_repetition(table, "home_address", node, others, &MobileNodeEntry::home_address);
    reject_repetition(table, "public_key", node, others, &MobileNodeEntry::public_key);
    configuration.mobile_nodes.push_back(std::move(node));
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
    root.read("home_link", interface_name(), configuration.home_link);
    root.read("max_lifetime", lifetime(least_lifetime), configuration.max_lifetime);
    root.read("interface", interface_name(), configuration.interface);
    root.read("status_socket", socket_path_from(directory), configuration.status_socket);
    root.read("state_directory", path_from(directory), configuration.state_directory);
    root.read("allow_unprotected", yes_or_no(), configuration.allow_unprotected);
    root.read("suites", suites(), configuration.suites);
    root.read("log_level", log_level(), configuration.log_level);
    for (TomlTable& table : root.tables("mobile_node")) {
        read_mobile_node(table, directory, configuration);
    }
    read_private_key(root, directory, configuration);
    file.finish();
    return configuration;
}

}  // namespace godwit::server
