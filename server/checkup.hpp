#pragma once
// What `godwit-ha doctor` says of a home agent, judged from what has been looked up. No I/O.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/configuration.hpp"
#include "server/host_survey.hpp"
#include "shared/platform/file_owner.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/finding.hpp"

namespace godwit::server {

using runtime::Finding;

// What the running daemon says of itself.
struct DaemonWord {
    std::vector<std::string> health;
    bool has_heard_anybody = false;  // a message of a mobile node
    std::string offloads{};          // which are off, and why; empty: none
    runtime::Json system_calls{};    // as its status has it
};

struct CheckupFacts {
    std::optional<std::string> service_user;  // where there is one
    std::optional<platform::FileOwner> key;
    std::optional<DaemonWord> daemon;
    std::string daemon_silence;            // why there is no word of it
    std::vector<std::uint16_t> udp_ports;  // bound, by whomever
    std::string ipv6_forwarding;           // net.ipv6.conf.all.forwarding
    std::string ipv4_forwarding;           // net.ipv4.ip_forward
    std::string accept_ra;                 // of the uplink
    bool learned_its_router = false;       // the default route came by router advertisement
    bool has_nftables_table = false;
    std::optional<platform::FileOwner> state_directory;
    std::uint64_t free_octets = 0;  // on its file system
    runtime::WallTime now;
    bool has_home_link = false;          // the interface exists
    bool is_prefix_on_link = false;      // an address of it is on the interface of the home link
    std::optional<ProbedPrefix> prefix;  // tried just now
};

std::vector<Finding> check_up(const Configuration& configuration, const CheckupFacts& facts);

}  // namespace godwit::server
