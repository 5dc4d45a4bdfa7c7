#pragma once
// What `godwit-ha status` tells of a home agent, as values. Its schema number changes when a key
// changes its meaning or goes away.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/mobility/bit_rate.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/counters.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/binding_status.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::server {

// A binding beside the one in use (RFC 5648).
struct OtherBindingReport {
    wire::CareOfAddress care_of_address;
    std::uint16_t binding_id = 0;
    std::uint8_t priority = 0;
    bool is_proved = false;  // it has answered from there
};

// How fast packets of a mobile node may go, and how many were too many.
struct RateReport {
    mobility::BitRate up;  // from it
    mobility::BitRate down;
    std::uint64_t dropped_up = 0;
    std::uint64_t dropped_down = 0;
};

struct BindingReport {
    std::string name;  // of the mobile node, from the configuration
    wire::HomeAddress home_address;
    wire::CareOfAddress care_of_address;
    mobility::Path path;
    bool is_behind_nat = false;
    bool is_proved = false;  // it has answered from there
    std::optional<wire::Ipv4Address> ipv4_home_address{};
    mobility::TunnelMtu mtu{};
    std::chrono::seconds lifetime{};   // as granted
    std::chrono::seconds remaining{};  // until it expires
    wire::SequenceNumber sequence;
    runtime::TunnelTraffic traffic;
    std::uint16_t binding_id = 0;  // 0: none
    std::vector<OtherBindingReport> others{};
    RateReport rates{};
    std::vector<wire::Prefix> network_prefixes{};  // behind it, as it has registered
};

// Signalling messages of one direction, by type and status.
class MessageCounts {
  public:
    // `type`: "binding-update". Messages without a status field count under "none".
    void add(std::string_view type, std::optional<wire::BindingStatus> status = std::nullopt);

    using ByType = std::map<std::string, runtime::Counters, std::less<>>;
    [[nodiscard]] const ByType& by_type() const { return by_type_; }

  private:
    ByType by_type_;
};

struct Status {
    std::vector<BindingReport> bindings;
    MessageCounts messages_in;
    MessageCounts messages_out;
    std::uint64_t endpoint_moves = 0;  // by NATs
    runtime::OffloadStates offloads;
    runtime::Confinement confinement;
    runtime::Counters drops;
    std::vector<runtime::TunnelTraffic> workers;  // of each pair since the start
    std::vector<std::string> health;              // what is wrong, a sentence each; empty: nothing
};

runtime::Json to_json(const Status& status);

}  // namespace godwit::server
