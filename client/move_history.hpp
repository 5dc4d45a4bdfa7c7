#pragma once
// The moves since the daemon's start, whether it was up all the time or not.

#include <chrono>
#include <cstdint>
#include <optional>

#include "client/handover_log.hpp"
#include "shared/mobility/event.hpp"

namespace godwit::client {

struct HandoverReport {
    wire::CareOfAddress from;  // unspecified: from nowhere
    wire::CareOfAddress to;
    mobility::MoveCause cause{};
    std::chrono::nanoseconds gap{};  // from the new address being usable to the acknowledgement
};

struct MoveHistory {
    std::uint64_t handovers = 0;
    std::optional<HandoverReport> last;
    HandoverLog log;

    // What is no move is passed over.
    void add(const mobility::Event& event);
};

}  // namespace godwit::client
