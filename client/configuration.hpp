#pragma once
// The mobile node's configuration: mn.toml, docs/configuration.md.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/link_preferences.hpp"
#include "shared/datapath/resend_memory.hpp"
#include "shared/mobility/constants.hpp"
#include "shared/mobility/flow_selector.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/runtime/log_level.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/suite.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/domain_name.hpp"
#include "shared/wire/lifetime.hpp"

namespace godwit::client {

struct HomeAgentEntry {
    // Which it is known by; native paths lead there. Unspecified: it is to be discovered first.
    wire::HomeAgentAddress address;
    // Others of the home link have the same key, and can be found (RFC 6275 §11.4.1).
    bool is_discovered = false;
    // Where it hears UDP: addresses of either family, or names of the DNS. Else its address.
    std::vector<std::string> endpoints;
    std::vector<std::uint16_t> ports{mobility::dsmip_port, 443};
    std::optional<security::PublicKey> public_key;  // there unless the protection is none
    std::optional<std::filesystem::path> preshared_key_file;
};

// [[flow]]: these packets over the links that `via` names.
struct FlowChoice {
    mobility::FlowSelector match;
    std::string via;  // a kind of link or a pattern of interface names; not empty
};

// Paths are absolute, or relative to the working directory: those in the file are relative to it.
struct Configuration {
    wire::HomeAddress home_address;
    std::optional<wire::Prefix> home_prefix;                // contains home_address
    std::optional<std::filesystem::path> private_key_file;  // there unless the protection is none
    mobility::Protection protection = mobility::Protection::sealed;
    wire::Lifetime lifetime{150};  // asked for: 600 s
    // What may be used on the way to the home agent, in the order in which it is tried.
    std::vector<mobility::Encapsulation> encapsulations{mobility::Encapsulation::ip6,
                                                        mobility::Encapsulation::udp};
    bool cheapest_first = true;  // and not in that order, where that is known ("auto")
    LinkPreferences links;
    bool ipv4 = true;  // ask for an IPv4 home address
    std::chrono::nanoseconds mtu_probe_interval = std::chrono::minutes(10);
    // What goes through the tunnel. Everything, in both families, is a full tunnel.
    std::vector<wire::Prefix> routes{{{}, 0}, {wire::Ipv6Address::mapped({}), 96}};
    std::vector<wire::Prefix> exclude;              // of that, what goes past it all the same
    std::vector<std::string> exclude_cgroups;       // whose programs do: "system.slice/ssh.service"
    bool lockdown = false;                          // nothing else leaves outside the tunnel
    std::vector<wire::Prefix> network_prefixes;     // behind this machine (RFC 3963)
    bool forwarding = false;                        // turn it on, while it is up
    std::vector<mobility::FlowSelector> redundant;  // over two paths at once; before the flows
    std::vector<FlowChoice> flows;                  // in the order of the file: the first counts
    bool second_path = true;  // keep one registered by another link, if there is one
    // What is kept to be sent again after a move: of a laptop's uplink, 0.8 s at 100 Mbit/s.
    datapath::ResendLimits resend{.each = std::size_t{10} << 20U};
    bool copy_dscp = false;  // of what goes through the tunnel, to the header around it
    runtime::OffloadUse offloads = runtime::OffloadUse::automatic;
    // Look names up with name servers of the home: those that the home agent tells, or these.
    bool dns = true;
    std::vector<wire::Ipv6Address> dns_servers;
    std::vector<wire::DomainName> search_domains;
    std::string interface = "godwit0";
    std::filesystem::path status_socket = "/run/godwit/status.sock";
    std::filesystem::path state_directory = "/var/lib/godwit";
    security::SuiteSet suites = security::all_suites;  // of the sealed tunnel
    runtime::LogLevel log_level = runtime::LogLevel::info;
    std::chrono::nanoseconds first_registration_timeout =
        mobility::initial_bindack_timeout_first_registration;
    HomeAgentEntry home_agent;
};

// The home link's; a /64 where the file does not say.
wire::Prefix home_prefix_of(const Configuration& configuration);
// The same at another home agent of the home link.
Configuration at_home_agent(Configuration configuration, const wire::HomeAgentAddress& address);

// Throws runtime::InvalidConfiguration with everything that is wrong in the file.
Configuration read_configuration(const std::filesystem::path& file);

}  // namespace godwit::client
