#include "shared/wire/options/binding_refresh_advice.hpp"

#include <expected>

namespace godwit::wire {

Parsed<BindingRefreshAdvice> BindingRefreshAdvice::parse(BytesView body) {
    if (body.size() != 2) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    BindingRefreshAdvice option;
    option.refresh_interval = Lifetime(in.integer<std::uint16_t>());
    return option;
}

void BindingRefreshAdvice::serialize(Writer& out) const {
    out.integer(static_cast<std::uint16_t>(refresh_interval.count()));
}

}  // namespace godwit::wire
