#include "shared/wire/messages/binding_update.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {
namespace {

constexpr unsigned acknowledge_bit = 0x8000;
constexpr unsigned home_registration_bit = 0x4000;
constexpr unsigned link_local_compatibility_bit = 0x2000;
constexpr unsigned key_management_mobility_bit = 0x1000;
constexpr unsigned mobile_router_bit = 0x0400;
constexpr unsigned force_udp_encapsulation_bit = 0x0100;
constexpr unsigned overwrite_bit = 0x0040;

}  // namespace

Parsed<BindingUpdate> BindingUpdate::parse(Reader& in) {
    BindingUpdate update;
    update.sequence = SequenceNumber(in.integer<std::uint16_t>());
    const unsigned flags = in.integer<std::uint16_t>();
    update.acknowledge = (flags & acknowledge_bit) != 0;
    update.home_registration = (flags & home_registration_bit) != 0;
    update.link_local_compatibility = (flags & link_local_compatibility_bit) != 0;
    update.key_management_mobility = (flags & key_management_mobility_bit) != 0;
    update.mobile_router = (flags & mobile_router_bit) != 0;
    update.force_udp_encapsulation = (flags & force_udp_encapsulation_bit) != 0;
    update.overwrite = (flags & overwrite_bit) != 0;
    update.lifetime = Lifetime(in.integer<std::uint16_t>());
    return with_options(std::move(update), in);
}

void BindingUpdate::serialize(Bytes& message) const {
    const unsigned flags = (acknowledge ? acknowledge_bit : 0U) |
                           (home_registration ? home_registration_bit : 0U) |
                           (link_local_compatibility ? link_local_compatibility_bit : 0U) |
                           (key_management_mobility ? key_management_mobility_bit : 0U) |
                           (mobile_router ? mobile_router_bit : 0U) |
                           (force_udp_encapsulation ? force_udp_encapsulation_bit : 0U) |
                           (overwrite ? overwrite_bit : 0U);
    Writer out(message);
    out.integer(sequence.value());
    out.integer(static_cast<std::uint16_t>(flags));
    out.integer(static_cast<std::uint16_t>(lifetime.count()));
    append_options(message, options);
}

}  // namespace godwit::wire
