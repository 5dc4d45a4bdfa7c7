#pragma once
// What `godwit status` tells of a mobile node, as values. Its schema number changes when a key
// changes its meaning or goes away.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "client/handover_log.hpp"
#include "shared/mobility/event.hpp"
#include "shared/mobility/link_traits.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/runtime/counters.hpp"
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

struct HandoverReport {
    wire::CareOfAddress from;  // unspecified: from nowhere
    wire::CareOfAddress to;
    mobility::MoveCause cause{};
    std::chrono::nanoseconds gap{};  // from the new address being usable to the acknowledgement
};

struct Status {
    State state = State::unattached;
    wire::HomeAddress home_address;
    wire::HomeAgentAddress home_agent;
    std::optional<wire::Ipv4Address> ipv4_home_address;
    std::optional<wire::CareOfAddress> care_of_address;
    std::optional<PathReport> path;
    std::optional<PathReport> warm_path;  // registered beside it
    std::optional<BindingReport> binding;
    std::optional<TunnelReport> tunnel;
    std::uint64_t handovers = 0;
    std::optional<HandoverReport> last_handover;
    HandoverLog handover_log;
    runtime::Counters drops;
    std::vector<std::string> health;  // what is wrong, a sentence each; empty: nothing
};

runtime::Json to_json(const Status& status);

// Whether the home agent serves this node where it is: `godwit status` exits with 0 then, else 3.
bool is_reachable_at_home_address(State state);

}  // namespace godwit::client
