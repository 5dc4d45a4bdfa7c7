#include "server/discovery_configuration.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "shared/runtime/toml_forms.hpp"

namespace godwit::server {
namespace {

using namespace godwit::runtime;

constexpr std::int64_t least_valid =
    60;  // seconds: bindings of less would be refreshed all the time
constexpr std::int64_t least_interval = 1;
constexpr std::int64_t most_interval = 7 * 86400;
constexpr auto min_interval_key = "min_prefix_advertisement_interval";
constexpr auto max_interval_key = "max_prefix_advertisement_interval";

void read_lifetimes(TomlTable& root, HomePrefixEntry& prefix) {
    constexpr std::int64_t infinite = std::numeric_limits<std::uint32_t>::max();
    std::int64_t valid = prefix.valid_lifetime.count();
    std::int64_t preferred = prefix.preferred_lifetime.count();
    root.read("prefix_valid_lifetime", whole_number(least_valid, infinite, "seconds"), valid);
    const bool has_preferred =
        root.read("prefix_preferred_lifetime", whole_number(0, infinite, "seconds"), preferred);
    if (!has_preferred) {
        preferred = std::min(preferred, valid);
    } else if (preferred > valid) {  // RFC 4861 §4.6.2
        root.reject("prefix_preferred_lifetime",
                    "is longer than prefix_valid_lifetime, " + std::to_string(valid),
                    "write a smaller number");
    }
    prefix.valid_lifetime = wire::Seconds(static_cast<std::uint32_t>(valid));
    prefix.preferred_lifetime = wire::Seconds(static_cast<std::uint32_t>(preferred));
}

void read_advertising(TomlTable& root, HomePrefixEntry& prefix) {
    std::int64_t min_interval = prefix.min_interval.count();
    std::int64_t max_interval = prefix.max_interval.count();
    const auto interval = whole_number(least_interval, most_interval, "seconds");
    root.read("prefix_advertisements", yes_or_no(), prefix.is_advertised);
    const std::array has_interval{
        std::pair{min_interval_key, root.read(min_interval_key, interval, min_interval)},
        std::pair{max_interval_key, root.read(max_interval_key, interval, max_interval)}};
    for (const auto& [key, is_there] : has_interval) {
        if (is_there && !prefix.is_advertised) {
            root.reject(key, "nobody is told of the prefix",
                        "leave out prefix_advertisements = false, or this");
        }
    }
    if (min_interval > max_interval) {
        root.reject(
            min_interval_key,
            "is longer than " + std::string(max_interval_key) + ", " + std::to_string(max_interval),
            "write a smaller number");
    }
    prefix.min_interval = std::chrono::seconds(min_interval);
    prefix.max_interval = std::chrono::seconds(max_interval);
}

// RFC 6275 §10.3.1: a binding that outlasts the prefix, or its preference, is acknowledged with
// status 1, and the mobile node asks until it is answered.
void require_answers(TomlTable& root, const Configuration& configuration) {
    const HomePrefixEntry& prefix = configuration.prefix;
    const wire::Lifetime longest = configuration.max_lifetime;
    const bool may_be_asked = prefix.preferred_lifetime < longest ||
                              std::chrono::floor<wire::Lifetime>(prefix.valid_lifetime) <= longest;
    if (may_be_asked && !prefix.is_advertised) {
        root.reject("prefix_advertisements",
                    "mobile nodes would ask in vain, since a binding may outlast the home prefix",
                    "leave it out, or write prefix_preferred_lifetime and prefix_valid_lifetime "
                    "longer than max_lifetime, " +
                        std::to_string(std::chrono::seconds(longest).count()));
    }
}

}  // namespace

void read_discovery(TomlTable& root, Configuration& configuration) {
    read_lifetimes(root, configuration.prefix);
    read_advertising(root, configuration.prefix);
    require_answers(root, configuration);
    bool is_on = false;
    std::int64_t preference = 0;
    root.read("home_agent_discovery", yes_or_no(), is_on);
    const bool has_preference =
        root.read("home_agent_preference",
                  whole_number(0, std::numeric_limits<std::uint16_t>::max(), "points"), preference);
    if (is_on && configuration.home_mode == HomeMode::nat) {
        root.reject("home_agent_discovery",
                    "nobody outside can send to an address of this home prefix",
                    "leave it out, or write another home_mode");
    }
    if (has_preference && !is_on) {
        root.reject("home_agent_preference", "nobody is told of it",
                    "write home_agent_discovery = true as well, or leave it out");
    }
    if (is_on) {
        configuration.discovery_preference = static_cast<std::uint16_t>(preference);
    }
}

}  // namespace godwit::server
