#include "shared/mobility/move_cause.hpp"

#include <variant>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

constexpr std::uint8_t kind = 7;
constexpr std::uint8_t version = 1;

std::optional<MoveCause> to_cause(const wire::ExperimentalOption& option) {
    wire::Reader in(option.data);
    const auto its_kind = in.integer<std::uint8_t>();
    const auto its_version = in.integer<std::uint8_t>();
    const auto cause = in.integer<std::uint8_t>();
    const bool is_known = cause >= static_cast<std::uint8_t>(MoveCause::first_attachment) &&
                          cause <= static_cast<std::uint8_t>(MoveCause::left_home);
    if (in.truncated() || in.remaining() != 0 || its_kind != kind || its_version != version ||
        !is_known) {
        return std::nullopt;
    }
    return MoveCause{cause};
}

}  // namespace

std::string_view name(MoveCause cause) {
    switch (cause) {
        case MoveCause::first_attachment:
            return "first-attachment";
        case MoveCause::address_lost:
            return "address-lost";
        case MoveCause::better_path:
            return "better-path";
        case MoveCause::path_silent:
            return "path-silent";
        case MoveCause::returned_home:
            return "returned-home";
        case MoveCause::left_home:
            return "left-home";
    }
    return "unknown";
}

wire::ExperimentalOption to_option(MoveCause cause) {
    return {{kind, version, static_cast<std::uint8_t>(cause)}};
}

std::optional<MoveCause> move_cause(const wire::MobilityOptions& options) {
    for (const wire::MobilityOption& option : options) {
        const auto* experimental = std::get_if<wire::ExperimentalOption>(&option);
        if (const auto cause = experimental != nullptr ? to_cause(*experimental) : std::nullopt) {
            return cause;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::mobility
