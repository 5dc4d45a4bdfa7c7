#include "shared/wire/messages/binding_acknowledgement.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {
namespace {

constexpr unsigned key_management_mobility_bit = 0x80;
constexpr unsigned mobile_router_bit = 0x40;

}  // namespace

Parsed<BindingAcknowledgement> BindingAcknowledgement::parse(Reader& in) {
    BindingAcknowledgement acknowledgement;
    acknowledgement.status = BindingStatus{in.integer<std::uint8_t>()};
    const unsigned flags = in.integer<std::uint8_t>();
    acknowledgement.key_management_mobility = (flags & key_management_mobility_bit) != 0;
    acknowledgement.mobile_router = (flags & mobile_router_bit) != 0;
    acknowledgement.sequence = SequenceNumber(in.integer<std::uint16_t>());
    acknowledgement.lifetime = Lifetime(in.integer<std::uint16_t>());
    return with_options(std::move(acknowledgement), in);
}

void BindingAcknowledgement::serialize(Bytes& message) const {
    const unsigned flags = (key_management_mobility ? key_management_mobility_bit : 0U) |
                           (mobile_router ? mobile_router_bit : 0U);
    Writer out(message);
    out.integer(static_cast<std::uint8_t>(status));
    out.integer(static_cast<std::uint8_t>(flags));
    out.integer(sequence.value());
    out.integer(static_cast<std::uint16_t>(lifetime.count()));
    append_options(message, options);
}

}  // namespace godwit::wire
