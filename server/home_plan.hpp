#pragma once
// What `godwit-ha init` makes of what it has found: the home agent's configuration, as a file that
// explains itself. No I/O.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/home_mode.hpp"
#include "server/host_survey.hpp"

namespace godwit::server {

std::string_view name(HomeMode mode);  // "routed", as in ha.toml

// What the administrator has said; all of it optional.
struct Wishes {
    std::optional<HomeMode> mode;
    std::optional<wire::Prefix> prefix;
    std::vector<std::string> endpoints;  // names or addresses
};

// What else is known of this machine.
struct Surroundings {
    std::vector<wire::Prefix> ipv4_in_use;  // on any interface
    std::vector<std::uint16_t> udp_ports_in_use;
    std::uint64_t random = 0;  // 40 bits that nobody can predict
};

struct HomePlan {
    HomeMode mode{};
    wire::Ipv6Address address;
    wire::Prefix prefix;
    std::optional<std::string> home_link;  // on_link
    std::optional<wire::Prefix> ipv4_pool;
    std::vector<std::uint16_t> udp_ports;
    std::vector<std::string> endpoints;  // where this machine is reached
    std::uint32_t path_mtu = 0;          // octets
};

// The plan, or in a sentence why there can be none and what would help.
std::expected<HomePlan, std::string> plan_home(const HostSurvey& survey, const Wishes& wishes,
                                               const Surroundings& surroundings);

// fd00::/8 with 40 random bits, and the subnet 0 of it: RFC 4193 §3.1.
wire::Prefix unique_local_prefix(std::uint64_t random);

// The whole of ha.toml. `key` is the private key's file, from the directory of ha.toml.
std::string configuration_text(const HomePlan& plan, const std::string& key);

// What was found and is going to be done, for people.
std::string plan_text(const HostSurvey& survey, const HomePlan& plan);

}  // namespace godwit::server
