#include "shared/wire/options/nat_detection.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::uint16_t required_bit = 0x8000;

}  // namespace

Parsed<NatDetection> NatDetection::parse(BytesView body) {
    if (body.size() != 6) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    NatDetection option;
    option.udp_encapsulation_required = (in.integer<std::uint16_t>() & required_bit) != 0;
    option.refresh = std::chrono::duration<std::uint32_t>(in.integer<std::uint32_t>());
    return option;
}

void NatDetection::serialize(Writer& out) const {
    out.integer(udp_encapsulation_required ? required_bit : std::uint16_t{0});
    out.integer(refresh.count());
}

}  // namespace godwit::wire
