#include "server/home_configuration.hpp"

#include "shared/runtime/configuration_forms.hpp"
#include "shared/runtime/toml_forms.hpp"

namespace godwit::server {
namespace {

using namespace godwit::runtime;

Form<HomeMode> home_mode() {
    return one_of<HomeMode>(
        {{"routed", HomeMode::routed}, {"on-link", HomeMode::on_link}, {"nat", HomeMode::nat}});
}

Form<NeighborSource> neighbor_source() {
    using enum NeighborSource::Kind;
    return text_form<NeighborSource>(
        "write \"auto\", \"link-local\" or an IPv6 address of the home link's interface in quotes",
        [](const std::string& written) -> std::expected<NeighborSource, std::string> {
            if (written == "auto") {
                return NeighborSource{.kind = learnt};
            }
            if (written == "link-local") {
                return NeighborSource{.kind = link_local};
            }
            const auto address = wire::Ipv6Address::parse(written);
            if (!address || !(address->is_link_local() || address->is_unicast_routable())) {
                return std::unexpected(in_quotes(written) + " is no address of a host");
            }
            return NeighborSource{.kind = fixed, .address = *address};
        });
}

// Of one client, so that no list of its own is a burden to the kernel.
constexpr std::size_t max_prefixes = 64;

// One place of a list, added to the policy.
std::optional<std::string> add_place(const std::string& written, ClientPolicy& policy) {
    if (written == "internet") {
        policy.internet = true;
        return std::nullopt;
    }
    if (written == "clients") {
        policy.clients = true;
        return std::nullopt;
    }
    const auto prefix = wire::Prefix::parse(written).or_else(
        [&written] { return wire::Prefix::parse_ipv4(written); });
    if (!prefix) {
        return in_quotes(written) + " is no prefix";
    }
    policy.prefixes.push_back(*prefix);
    return policy.prefixes.size() > max_prefixes
               ? std::optional("has more than " + std::to_string(max_prefixes) + " prefixes")
               : std::nullopt;
}

Form<ClientPolicy> places() {
    return {
        "write a list in square brackets of \"internet\", \"clients\" and prefixes of either "
        "family, such as [\"clients\", \"192.0.2.0/24\"], or [] for nowhere",
        [](const toml::node& node) -> std::expected<ClientPolicy, std::string> {
            if (!node.is_array()) {
                return std::unexpected("is " + kind_of(node) + ", not a list");
            }
            ClientPolicy policy{.internet = false, .clients = false, .prefixes = {}};
            for (const toml::node& element : *node.as_array()) {
                const auto written = element.value_exact<std::string>();
                const auto fault = written ? add_place(*written, policy)
                                           : std::optional("has " + kind_of(element));
                if (fault) {
                    return std::unexpected(*fault);
                }
            }
            return policy;
        }};
}

bool is_unique_local(const wire::Prefix& prefix) {  // RFC 4193 §3.1
    static const wire::Prefix all = wire::Prefix::parse("fc00::/7").value();
    return prefix.length >= all.length && all.contains(prefix.address);
}

void reject_without_home_link(TomlTable& root, const char* key) {
    root.reject(key, "there is a home link only where home_mode is \"on-link\"",
                "leave it out, or write home_mode = \"on-link\"");
}

}  // namespace

void read_home(TomlTable& root, Configuration& configuration) {
    const bool has_link = root.read("home_link", interface_name(), configuration.home_link);
    const bool has_mode = root.read("home_mode", home_mode(), configuration.home_mode);
    if (!has_mode && has_link) {
        configuration.home_mode = HomeMode::on_link;
    }
    const bool has_source =
        root.read("neighbor_source", neighbor_source(), configuration.neighbor_source);
    if (configuration.home_mode == HomeMode::on_link) {
        if (!has_link) {
            root.reject("home_mode", "\"on-link\" needs to know on which link",
                        "write home_link = \"eth0\", the interface that the home prefix is on");
        }
        return;
    }
    for (const auto& [is_there, key] :
         {std::pair{has_link, "home_link"}, {has_source, "neighbor_source"}}) {
        if (is_there) {
            reject_without_home_link(root, key);
        }
    }
    const wire::Prefix& prefix = configuration.home_prefix;
    if (configuration.home_mode == HomeMode::nat && prefix != wire::Prefix{} &&
        !is_unique_local(prefix)) {
        root.reject("home_prefix",
                    prefix.text() + " is not for private use, as home_mode = \"nat\" wants it",
                    "write a /64 of fd00::/8 with random digits (RFC 4193), such as "
                    "\"fd3c:92a1:5e70::/64\"");
    }
}

void read_policy(TomlTable& table, MobileNodeEntry& node) {
    table.read("may_reach", places(), node.policy);
}

}  // namespace godwit::server
