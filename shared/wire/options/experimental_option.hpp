#pragma once
// RFC 5096 §4: an option whose meaning the two ends agree on. Godwit's handshake travels in it.

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct ExperimentalOption {
    static constexpr OptionLayout layout{.type = 18};

    Bytes data;  // at most 255 octets

    bool operator==(const ExperimentalOption&) const = default;
    static Parsed<ExperimentalOption> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
