#include "shared/wire/options/binding_identifier.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::uint8_t simultaneous_bit = 0x80;
constexpr std::uint8_t priority_bits = 0x7f;
constexpr std::size_t fixed_part = 4;  // octets: BID, status and flags

}  // namespace

OptionLayout BindingIdentifier::own_layout() const {
    if (std::holds_alternative<std::monostate>(care_of)) {
        return layout;
    }
    return {.type = layout.type, .alignment = {8, 2}};
}

Parsed<BindingIdentifier> BindingIdentifier::parse(BytesView body) {
    Reader in(body);
    BindingIdentifier option;
    option.id = in.integer<std::uint16_t>();
    option.status = in.integer<std::uint8_t>();
    const auto flags = in.integer<std::uint8_t>();
    option.simultaneous_home_and_foreign = (flags & simultaneous_bit) != 0;
    option.priority = flags & priority_bits;
    switch (body.size()) {
        case fixed_part:
            return option;
        case fixed_part + sizeof(Ipv4Address):
            option.care_of = Ipv4Address{in.array<4>()};
            return option;
        case fixed_part + sizeof(Ipv6Address):
            option.care_of = CareOfAddress{Ipv6Address::read(in)};
            return option;
        default:
            return std::unexpected(ParseError::bad_option);
    }
}

void BindingIdentifier::serialize(Writer& out) const {
    out.integer(id);
    out.integer(status);
    const std::uint8_t flags = simultaneous_home_and_foreign ? simultaneous_bit : 0;
    out.integer(static_cast<std::uint8_t>(flags | (priority & priority_bits)));
    if (const auto* ipv4 = std::get_if<Ipv4Address>(&care_of)) {
        out.bytes(ipv4->octets);
    } else if (const auto* ipv6 = std::get_if<CareOfAddress>(&care_of)) {
        out.bytes(ipv6->address.octets);
    }
}

}  // namespace godwit::wire
