#include "shared/mobility/observed_source.hpp"

#include <variant>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

constexpr std::uint8_t kind = 9;
constexpr std::uint8_t version = 1;

std::optional<ObservedSource> to_source(const wire::ExperimentalOption& option) {
    wire::Reader in(option.data);
    const auto its_kind = in.integer<std::uint8_t>();
    const auto its_version = in.integer<std::uint8_t>();
    const ObservedSource source{.address = wire::Ipv6Address::read(in),
                                .port = in.integer<std::uint16_t>()};
    if (in.truncated() || its_kind != kind || its_version != version) {
        return std::nullopt;
    }
    return source;
}

}  // namespace

wire::ExperimentalOption to_option(const ObservedSource& source) {
    wire::ExperimentalOption option;
    wire::Writer out(option.data);
    out.integer(kind);
    out.integer(version);
    out.bytes(source.address.octets);
    out.integer(source.port);
    return option;
}

std::optional<ObservedSource> observed_source(const wire::MobilityOptions& options) {
    for (const wire::MobilityOption& option : options) {
        const auto* experimental = std::get_if<wire::ExperimentalOption>(&option);
        if (const auto source = experimental != nullptr ? to_source(*experimental) : std::nullopt) {
            return source;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::mobility
