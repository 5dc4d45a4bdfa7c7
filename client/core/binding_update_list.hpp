#pragma once
// RFC 6275 §11.1: what a mobile node remembers of its home agent. One entry, since one home agent
// is asked at a time: the binding that was acknowledged, and the update that is under way.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/core/told_flows.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/move_cause.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::client {

// What the home agent has acknowledged last.
struct Binding {
    mobility::Path path;
    std::optional<mobility::SessionId> session;  // nothing in the laboratory profile
    wire::SequenceNumber sequence;
    wire::Lifetime granted{};
    mobility::Instant expires;
    mobility::Instant refresh_at;
};

struct SentUpdate {
    wire::SequenceNumber sequence;
    mobility::Instant at;
    mobility::Path path;
    wire::Lifetime lifetime{};    // 0: a deregistration
    bool in_place_of_all = true;  // of all bindings that the home agent may have
    bool names_network = false;   // R, and the prefixes behind this node (RFC 3963 §5.1)
    ToldFlows flows{};            // RFC 6089 §5.2.2
};

// The home agent does not want the node there; it is not asked about it until then.
struct RefusedPlace {
    wire::Ipv6Address local;
    mobility::Instant until;
};

// From where the home agent has been asked, and when for the last time.
struct AskedPlace {
    wire::Ipv6Address local;
    mobility::Instant at;
};

// A binding update that is sent again and again until it is acknowledged (RFC 6275 §11.8). A try is
// one along each path, a little apart, so that the first of them that works is soon known.
struct PendingUpdate {
    std::vector<mobility::Path> paths;  // never empty
    wire::Lifetime lifetime{};
    bool by_handshake = true;     // else under the session of the binding
    bool follows_offers = false;  // the paths are all that there are, whichever those are
    // Under a session along the first path only that is not refused: data has gone there already.
    bool is_one_by_one = false;
    bool is_move = false;       // packets may be lost on the way that was left
    std::uint8_t priority = 1;  // RFC 6089 §4.1; where the updates carry binding identifiers
    // Goes with those of them that change the care-of address.
    std::optional<mobility::MoveCause> cause{};
    std::optional<wire::Ipv6Address> told_before{};  // the care-of address of the update before
    std::vector<SentUpdate> sent{};
    std::vector<RefusedPlace> refused{};
    std::vector<AskedPlace> asked{};  // within MAX_BINDACK_TIMEOUT
    std::size_t next_path = 0;        // of the present try
    std::size_t tries = 0;            // that have begun since the home agent has last been heard
    std::optional<mobility::Instant> first_try_began{};  // of those
    mobility::Instant try_began{};
    std::chrono::nanoseconds timeout{};  // of the present try; doubles with each
    mobility::Instant send_at{};         // the next time
};

}  // namespace godwit::client
