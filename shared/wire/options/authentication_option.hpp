#pragma once
// RFC 4285 §5, alignment 4n+1, the last option. The authenticator fills the option.
//
//                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                   |  Option Type  | Option Length |   Subtype     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                  Mobility SPI                                 |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                  Authentication Data ....                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct AuthenticationOption {
    static constexpr OptionLayout layout{.type = 9, .alignment = {4, 1}, .is_last = true};
    static constexpr std::uint8_t mobile_node_home_agent = 1;  // RFC 4285 §5.1

    std::uint8_t subtype = mobile_node_home_agent;
    std::uint32_t spi = 0;
    Bytes authenticator;

    bool operator==(const AuthenticationOption&) const = default;
    static Parsed<AuthenticationOption> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
