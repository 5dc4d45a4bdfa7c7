#pragma once
// RFC 5648 §4.3, alignment 2n without a care-of address, 8n+2 with one.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 35   |Length = 4, 8, 20|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Binding ID (BID)       |     Status    |H|   Reserved  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |              IPv4 or IPv6 care-of address, if any             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <variant>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct BindingIdentifier {
    static constexpr OptionLayout layout{.type = 35, .alignment = {2, 0}};

    std::uint16_t id = 0;  // 0 is reserved
    std::uint8_t status = 0;
    bool simultaneous_home_and_foreign = false;  // H
    std::variant<std::monostate, Ipv4Address, CareOfAddress> care_of;

    bool operator==(const BindingIdentifier&) const = default;
    [[nodiscard]] OptionLayout own_layout() const;
    static Parsed<BindingIdentifier> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
