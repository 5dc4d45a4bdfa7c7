#pragma once
// RFC 6275 §6.2.4, alignment 2n.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 2    |   Length = 2  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |       Refresh Interval        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "shared/wire/bytes.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/options/layout.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct BindingRefreshAdvice {
    static constexpr OptionLayout layout{.type = 2, .alignment = {2, 0}};

    Lifetime refresh_interval{};

    bool operator==(const BindingRefreshAdvice&) const = default;
    static Parsed<BindingRefreshAdvice> parse(BytesView body);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire
