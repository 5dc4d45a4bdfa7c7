#pragma once
// Addresses that lead nowhere outside of their site: RFC 4193.

#include "shared/wire/address.hpp"

namespace godwit::client {

// fc00::/7, RFC 4193 §3.1.
inline bool is_unique_local(const wire::Ipv6Address& address) {
    return (address.octets[0] & 0xfeU) == 0xfcU;
}

}  // namespace godwit::client
