#pragma once

#include <cstdint>
#include <optional>

#include "client/core/mobile_node.hpp"

namespace godwit::client {

// Why no program may go past the tunnel to a captive portal.
enum class WayOutRefusal : std::uint8_t { down, not_up, served, open_already };

inline std::optional<WayOutRefusal> way_out_refusal(State state, bool is_open) {
    if (state == State::registered || state == State::home) {
        return WayOutRefusal::served;
    }
    return is_open ? std::optional(WayOutRefusal::open_already) : std::nullopt;
}

}  // namespace godwit::client
