#pragma once
// What `godwit status` tells of a mobile node, as values. Its schema number changes when a key
// changes its meaning or goes away.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "client/move_history.hpp"
#include "client/name_service.hpp"
#include "shared/mobility/link_traits.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/counters.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/security/suite.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::client {

struct PathReport {
    mobility::Encapsulation encapsulation{};
    mobility::LinkTraits link;  // that of its interface
    wire::Ipv6Address local;
    wire::Ipv6Address remote;
    std::uint16_t remote_port = 0;  // of UDP
    bool is_behind_nat = false;
};

struct BindingReport {
    wire::SequenceNumber sequence;
    std::chrono::seconds lifetime{};   // as granted
    std::chrono::seconds remaining{};  // until it expires
};

struct TunnelReport {
    mobility::Protection protection{};
    std::optional<security::Suite> suite;  // nothing where nothing is sealed
    std::uint32_t mtu = 0;                 // of the TUN interface, octets
    runtime::TunnelTraffic traffic;
};

struct LockdownReport {
    bool is_wanted = false;    // by the configuration
    bool is_in_force = false;  // as the kernel has it
};

// What is behind this machine (RFC 3963).
struct NetworkReport {
    std::vector<wire::Prefix> prefixes;
    bool is_carried = false;             // as the home agent has said
    std::optional<std::string> refusal;  // of the home agent
};

// A captive portal that keeps the home agent's answers away, as the network says.
struct PortalReport {
    std::string url;
    std::string_view source;  // of PortalSource
    runtime::WallTime since;
};

// What the home agent has told of the home prefix; of a time: nothing for never.
struct HomePrefixReport {
    wire::Prefix prefix;
    std::optional<runtime::WallTime> preferred_until;
    std::optional<runtime::WallTime> valid_until;
};

struct Status {
    std::optional<State> state = State::unattached;  // nothing: down, as it was told to be
    std::string profile;                             // that is active; empty: a file was named
    wire::HomeAddress home_address;
    wire::HomeAgentAddress home_agent;
    std::optional<wire::Ipv4Address> ipv4_home_address;
    std::optional<wire::CareOfAddress> care_of_address;
    std::optional<PathReport> path;
    std::optional<std::chrono::nanoseconds> round_trip;  // along it, as measured last
    std::optional<PathReport> warm_path;                 // registered beside it
    std::optional<BindingReport> binding;
    std::optional<TunnelReport> tunnel;
    MoveHistory moves;
    std::optional<HomePrefixReport> home_prefix;  // once it has been asked for
    DnsReport dns;
    LockdownReport lockdown;
    std::optional<NetworkReport> network;  // nothing: there is none
    std::optional<PortalReport> portal;
    std::optional<runtime::WallTime> portal_open_until;  // for a browser; nothing: for nobody
    std::optional<runtime::OffloadStates> offloads;      // while it is up
    runtime::Confinement confinement;
    runtime::Counters drops;
    std::vector<std::string> health;  // what is wrong, a sentence each; empty: nothing
};

runtime::Json to_json(const Status& status);

// A path as the status and the events tell it; null without one.
runtime::Json path_object(const std::optional<PathReport>& path);
// What packets from the home address take at this moment: all null at home.
runtime::Json way_object(const Status& status);

// Likewise a captive portal.
runtime::Json portal_object(const std::optional<PortalReport>& portal);

// An IPv4 address where the address stands for one.
std::string text_of(const wire::Ipv6Address& address);
// Likewise where a move came from or went to; null for nowhere.
runtime::Json place(const wire::CareOfAddress& address);

// Microseconds are finer than any clock between two machines.
runtime::Json milliseconds(const std::optional<std::chrono::nanoseconds>& time);

inline constexpr auto down_state = "down";
// Of a State, or down.
std::string_view state_name(const std::optional<State>& state);

}  // namespace godwit::client
