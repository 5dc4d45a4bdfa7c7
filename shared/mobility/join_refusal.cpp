#include "shared/mobility/join_refusal.hpp"

#include <variant>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

constexpr std::uint8_t kind = 6;
constexpr std::uint8_t version = 1;

std::optional<JoinRefusal> to_refusal(const wire::ExperimentalOption& option) {
    wire::Reader in(option.data);
    const auto its_kind = in.integer<std::uint8_t>();
    const auto its_version = in.integer<std::uint8_t>();
    const auto reason = in.integer<std::uint8_t>();
    const bool is_known = reason >= static_cast<std::uint8_t>(JoinRefusal::unknown_invite) &&
                          reason <= static_cast<std::uint8_t>(JoinRefusal::not_durable);
    if (in.truncated() || its_kind != kind || its_version != version || !is_known) {
        return std::nullopt;
    }
    return JoinRefusal{reason};
}

}  // namespace

std::string_view name(JoinRefusal refusal) {
    switch (refusal) {
        case JoinRefusal::unknown_invite:
            return "unknown-invite";
        case JoinRefusal::expired_invite:
            return "expired-invite";
        case JoinRefusal::spent_invite:
            return "spent-invite";
        case JoinRefusal::client_disabled:
            return "client-disabled";
        case JoinRefusal::stale_clock:
            return "stale-clock";
        case JoinRefusal::not_durable:
            return "not-durable";
    }
    return "unknown";
}

wire::ExperimentalOption to_option(JoinRefusal refusal) {
    return {{kind, version, static_cast<std::uint8_t>(refusal)}};
}

std::optional<JoinRefusal> join_refusal(const wire::MobilityOptions& options) {
    for (const wire::MobilityOption& option : options) {
        const auto* experimental = std::get_if<wire::ExperimentalOption>(&option);
        if (const auto refusal =
                experimental != nullptr ? to_refusal(*experimental) : std::nullopt) {
            return refusal;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::mobility
