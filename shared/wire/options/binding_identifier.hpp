#pragma once
// RFC 5648 §4.3 with RFC 6089 §4.1's priority, alignment 2n without a care-of address, 8n+2 with
// one.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 35   |Length = 4, 8, 20|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Binding ID (BID)       |     Status    |H|   BID-PRI   |
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
    // BID-PRI, 7 bits: what no flow binding matches goes where it is lowest. 0: the sender knows
    // RFC 5648 only (RFC 6089 §5.2.1).
    std::uint8_t priority = 0;
    std::variant<std::monostate, Ipv4Address, CareOfAddress> care_of;

    bool operator==(const BindingIdentifier&) const = default;
    [[nodiscard]] OptionLayout own_layout() const;
    static Parsed<BindingIdentifier> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
