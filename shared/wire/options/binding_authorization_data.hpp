#pragma once
// RFC 6275 §6.2.7, alignment 8n+2, the last option, without padding behind it. The authenticator is
// the first 96 bits of the hash of §5.2.6.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |    Type = 5   |  Length = 12  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Authenticator                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <array>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct BindingAuthorizationData {
    static constexpr OptionLayout layout{.type = 5, .alignment = {8, 2}, .is_last = true};

    std::array<std::uint8_t, 12> authenticator{};

    bool operator==(const BindingAuthorizationData&) const = default;
    static Parsed<BindingAuthorizationData> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
