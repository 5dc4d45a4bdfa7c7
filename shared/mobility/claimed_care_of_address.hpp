#pragma once
// The care-of address that a binding update names itself: by the Alternate Care-of Address option
// (RFC 6275 §6.2.5) or, an IPv4 one, by the IPv4 Care-of Address option (RFC 5555 §3.1.2), or by
// the Binding Identifier option, which takes the place of both (RFC 5648 §5.2). This one is
// authenticated, whatever a NAT has made of the packet's source.

#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/messages/binding_update.hpp"

namespace godwit::mobility {

inline std::optional<wire::CareOfAddress> claimed_care_of_address(
    const wire::BindingUpdate& update) {
    if (const auto* binding = wire::find<wire::BindingIdentifier>(update.options)) {
        if (const auto* ipv6 = std::get_if<wire::CareOfAddress>(&binding->care_of)) {
            return *ipv6;
        }
        if (const auto* ipv4 = std::get_if<wire::Ipv4Address>(&binding->care_of)) {
            return wire::CareOfAddress{wire::Ipv6Address::mapped(*ipv4)};
        }
    }
    if (const auto* claimed = wire::find<wire::AlternateCareOfAddress>(update.options)) {
        return claimed->care_of;
    }
    if (const auto* claimed = wire::find<wire::Ipv4CareOfAddress>(update.options)) {
        return wire::CareOfAddress{wire::Ipv6Address::mapped(claimed->care_of)};
    }
    return std::nullopt;
}

}  // namespace godwit::mobility
