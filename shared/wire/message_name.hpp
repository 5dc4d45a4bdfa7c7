#pragma once
// What the status and the log call a mobility message.

#include <array>
#include <string_view>

#include "shared/wire/mobility_header.hpp"

namespace godwit::wire {

// "binding-update".
inline std::string_view name(const MobilityMessage& message) {
    constexpr std::array<std::string_view, std::variant_size_v<MobilityMessage>> names{
        "binding-refresh-request",
        "home-test-init",
        "care-of-test-init",
        "home-test",
        "care-of-test",
        "binding-update",
        "binding-acknowledgement",
        "binding-error",
        "experimental",
        "home-agent-switch",
        "heartbeat",
        "binding-revocation-indication",
        "binding-revocation-acknowledgement"};
    return names.at(message.index());
}

}  // namespace godwit::wire
