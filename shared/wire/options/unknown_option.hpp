#pragma once
// An option of a type that is not known here: skipped in meaning, kept in bytes (RFC 6275 §6.2.1).

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"

namespace godwit::wire {

struct UnknownOption {
    std::uint8_t type = 0;
    Bytes data;  // at most 255 octets

    bool operator==(const UnknownOption&) const = default;
    // Where its own specification would place it is not known either.
    [[nodiscard]] OptionLayout own_layout() const { return {.type = type}; }
    void serialize(Writer& out) const { out.bytes(data); }
};

}  // namespace godwit::wire
