#pragma once
// The care-of address that a binding update names itself: by the Binding Identifier option, if it
// has exactly one (RFC 5648 §5.2), by the Alternate Care-of Address option (RFC 6275 §6.2.5) or, an
// IPv4 one, by the IPv4 Care-of Address option (RFC 5555 §3.1.2). This one is authenticated,
// whatever a NAT has made of the packet's source.

#include <cstddef>
#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/messages/binding_update.hpp"

namespace godwit::mobility {

inline std::size_t count_binding_identifiers(const wire::BindingUpdate& update) {
    std::size_t count = 0;
    for (const wire::MobilityOption& option : update.options) {
        count += std::holds_alternative<wire::BindingIdentifier>(option) ? 1U : 0U;
    }
    return count;
}

// Nothing if the option has none.
inline std::optional<wire::CareOfAddress> care_of_address(const wire::BindingIdentifier& option) {
    if (const auto* ipv4 = std::get_if<wire::Ipv4Address>(&option.care_of)) {
        return wire::CareOfAddress{wire::Ipv6Address::mapped(*ipv4)};
    }
    const auto* ipv6 = std::get_if<wire::CareOfAddress>(&option.care_of);
    return ipv6 != nullptr ? std::optional(*ipv6) : std::nullopt;
}

inline std::optional<wire::CareOfAddress> claimed_care_of_address(
    const wire::BindingUpdate& update) {
    if (count_binding_identifiers(update) == 1) {
        if (const auto claimed =
                care_of_address(*wire::find<wire::BindingIdentifier>(update.options))) {
            return claimed;
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
