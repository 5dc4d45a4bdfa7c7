#pragma once
// Whether somebody else on the home link has a home address: RFC 6275 §10.3.1 wants it known before
// the first binding is acknowledged.

#include <cstdint>

namespace godwit::server {

enum class AddressClaim : std::uint8_t {
    free,
    undecided,  // it is being found out: ask again
    taken,
};

}  // namespace godwit::server
