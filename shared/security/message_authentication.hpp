#pragma once
// The authentication option of RFC 4285 §5 as Godwit uses it: always the last option, and its
// authenticator the last 16 octets of the Mobility Header. In place of HMAC-SHA1 it holds
// BLAKE2b-128 keyed by the sending direction's signalling key, over
//
//   care-of address | home address | Mobility Header up to the authenticator, with checksum zero

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "shared/mobility/path.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/secret.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::security {

inline constexpr std::size_t mac_length = 16;  // octets
using Mac = SecretOctets<mac_length>;

// The key has 16 to 64 octets.
Mac keyed_mac(wire::BytesView key, std::initializer_list<wire::BytesView> parts);
// In constant time; false at once if the lengths differ.
[[nodiscard]] bool is_equal(wire::BytesView one, wire::BytesView other);

// What authenticates a message besides its own octets.
struct CoveredAddresses {
    wire::CareOfAddress care_of;
    wire::HomeAddress home;
};

// The care-of address that authenticates a message: what a binding update claims, else the mobile
// node's address on the path. It is the unspecified address where the two ends cannot know the same
// one: in UDP a NAT may have changed it, and a heartbeat is asked along several paths at once.
wire::CareOfAddress covered_care_of_address(const wire::MobilityMessage& message,
                                            mobility::Encapsulation encapsulation,
                                            const wire::Ipv6Address& mobile_node);

// Appends an authentication option with an authenticator of zeros; false if the message has no
// options.
[[nodiscard]] bool append_authentication(wire::MobilityMessage& message, std::uint32_t spi);
// The message's authentication option, if it is such as above, and the last; else nullptr.
const wire::AuthenticationOption* final_authentication(const wire::MobilityMessage& message);

void write_authenticator(const KeyOctets& key, const CoveredAddresses& addresses,
                         std::span<std::uint8_t> mobility_header);
[[nodiscard]] bool has_right_authenticator(const KeyOctets& key, const CoveredAddresses& addresses,
                                           wire::BytesView mobility_header);

}  // namespace godwit::security
