#pragma once
// What `godwit doctor` says of this machine and of its ways to the home agent, judged from what has
// been looked up. No I/O.

#include <optional>
#include <string>
#include <vector>

#include "client/configuration.hpp"
#include "client/path_inquiry.hpp"
#include "shared/platform/file_owner.hpp"
#include "shared/platform/network_snapshot.hpp"
#include "shared/platform/routing.hpp"
#include "shared/platform/web_probe.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/finding.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

using runtime::Finding;

struct ConfigurationFacts {
    std::string file;
    bool exists = true;
    bool is_readable = true;               // by this user
    std::string trouble;                   // what is wrong in it
    std::optional<Configuration> content;  // nothing: one of the above
    // Whose its files must be; nothing where it is not the service's, or there is no such user.
    std::optional<std::string> service_user;
    bool are_keys_hidden = false;  // this user may not even see them
    std::optional<platform::FileOwner> key;
    std::optional<platform::FileOwner> preshared_key;
    std::string keys_trouble;  // what is wrong in the key files; empty: nothing, or not looked at
};

struct SystemFacts {
    bool has_network_rights = false;  // CAP_NET_ADMIN and CAP_NET_RAW
    std::string tun_trouble;
    std::optional<std::string> disable_ipv6;  // net.ipv6.conf.all.disable_ipv6; nothing: no IPv6
    runtime::WallTime now;
    bool has_clock_gone_back = false;   // since the last handshake
    bool is_locked_down = false;        // the kernel has the rules, as far as this user may see
    std::vector<std::string> services;  // of those that matter here: "systemd-resolved"
    platform::NetworkSnapshot network;
    std::vector<platform::PolicyRule> rules_before_ours;  // others' own
};

struct DaemonFacts {
    std::optional<runtime::Json> status;
    std::string silence;  // why there is none
};

// A name of the home agent, and what this network's name servers say.
struct NameLookedUp {
    std::string name;
    std::vector<wire::Ipv6Address> addresses;
    std::string reason;  // why there are none
};

// A name server of the home.
struct NameServerAsked {
    std::string server;
    std::string silence;  // empty: it answers
};

struct PathAsked {
    PathAnswer answer;
    std::string interface;
    // The kernel drops what comes back beside the tunnel (net.ipv4.conf.*.rp_filter = 1).
    bool is_answer_filtered = false;
};

struct NetworkFacts {
    std::vector<NameLookedUp> names;
    std::vector<PathAsked> paths;  // every one that the links offer
    std::vector<NameServerAsked> name_servers;
    // Of an echo that the daemon had of the home agent; nothing: none came, or it was not asked.
    std::optional<double> tunnel_round_trip;  // ms
    // Where no path was answered:
    std::vector<wire::Ipv6Address> invented;  // what a name that cannot exist is said to be
    std::optional<platform::WebAnswer> web;   // at port 80 of the home agent
};

struct CheckupFacts {
    ConfigurationFacts configuration;
    SystemFacts system;
    DaemonFacts daemon;
    NetworkFacts network;
};

std::vector<Finding> check_up(const CheckupFacts& facts);

// The parts that are about what lies beyond this machine.
std::vector<Finding> check_up_network(const CheckupFacts& facts);

// Nothing leaves this machine but by the rules of a lockdown.
bool is_locked_down(const CheckupFacts& facts);
// A text under this key of the status or of an object in it; empty if there is none.
std::string text_in(const runtime::Json& object, const char* key);
// Of the daemon's status; empty if there is none.
std::string state_of(const DaemonFacts& daemon);

}  // namespace godwit::client
