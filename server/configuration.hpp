#pragma once
// The home agent's configuration: ha.toml, docs/configuration.md.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "server/clients/clients.hpp"
#include "server/core/neighbor_source.hpp"
#include "server/home_mode.hpp"
#include "shared/datapath/resend_memory.hpp"
#include "shared/mobility/dns_configuration.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log_level.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/suite.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::server {

// A mobile node that may register. Its place in Configuration::mobile_nodes is its PeerId.
struct MobileNodeEntry {
    std::string name;
    wire::HomeAddress home_address;  // in the home prefix; no two nodes have the same
    std::optional<security::PublicKey> public_key;  // there unless the protection is none
    mobility::Protection protection = mobility::Protection::sealed;
    std::optional<std::filesystem::path> preshared_key_file;
    std::optional<wire::Ipv4Address> ipv4_home_address{};  // in the pool; none: the next free one
    ClientPolicy policy{};
};

// What mobile nodes that are away hear of the home prefix (RFC 6275 §10.6, §13; RFC 4861 §6.2.1).
struct HomePrefixEntry {
    wire::Seconds valid_lifetime{2592000};
    wire::Seconds preferred_lifetime{604800};
    std::chrono::seconds min_interval{600};    // MinMobPfxAdvInterval
    std::chrono::seconds max_interval{86400};  // MaxMobPfxAdvInterval
    bool is_advertised = true;                 // false: to nobody, though asked (RFC 6275 §8.4)
};

// [api]: the API over TCP, beside the status socket.
struct ApiEntry {
    std::optional<runtime::ListenAddress> listen;     // none: not over TCP
    std::optional<std::filesystem::path> token_file;  // there unless the address is of loopback
    std::vector<std::string> host_names;              // by which browsers may call it
};

// Paths are absolute, or relative to the working directory: those in the file are relative to it.
struct Configuration {
    wire::HomeAgentAddress address;
    std::optional<std::filesystem::path> private_key_file;  // there unless all protection is none
    wire::Prefix home_prefix;
    HomePrefixEntry prefix;
    std::optional<std::uint16_t>
        discovery_preference{};  // among home agents; none: not to be found
    HomeMode home_mode = HomeMode::routed;
    std::optional<std::string> home_link;  // on_link: the interface
    NeighborSource neighbor_source;        // on_link: of what is said for home addresses
    // Names or addresses by which clients reach it, for their invites; none: its own address.
    std::vector<std::string> endpoints{};
    wire::Lifetime max_lifetime{900};                            // 3600 s
    std::vector<std::uint16_t> udp_ports{mobility::dsmip_port};  // empty: no UDP
    std::optional<wire::Prefix> ipv4_pool;   // of the IPv4 home addresses; none: no IPv4 inside
    bool masquerade = true;                  // what leaves from the pool
    std::chrono::seconds nat_keepalive{25};  // advised to mobile nodes behind a NAT
    std::uint32_t path_mtu = 1500;           // octets that leave this machine in one piece
    std::chrono::nanoseconds mtu_probe_interval = std::chrono::seconds(600);
    datapath::ResendLimits resend;  // what is kept to be sent again after a move
    bool copy_dscp = false;         // of what goes through the tunnel, to the header around it
    ClientRates rates;              // of all clients that have none of their own
    runtime::OffloadUse offloads = runtime::OffloadUse::automatic;
    std::optional<std::size_t>
        workers{};  // pairs of threads; none: as this machine's processors are
    std::string interface = "godwit-ha0";
    std::filesystem::path status_socket = "/run/godwit-ha/status.sock";
    std::filesystem::path state_directory = "/var/lib/godwit-ha";
    bool allow_unprotected = false;                    // mobile nodes may say protection = "none"
    security::SuiteSet suites = security::all_suites;  // of the sealed tunnel
    runtime::LogLevel log_level = runtime::LogLevel::info;
    mobility::DnsConfiguration dns;  // for the mobile nodes; empty: nothing is told
    ApiEntry api;
    std::vector<MobileNodeEntry> mobile_nodes;
};

// Throws runtime::InvalidConfiguration with everything that is wrong in the file.
Configuration read_configuration(const std::filesystem::path& file);

}  // namespace godwit::server
