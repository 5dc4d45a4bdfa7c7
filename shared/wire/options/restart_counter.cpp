#include "shared/wire/options/restart_counter.hpp"

#include <expected>

namespace godwit::wire {

Parsed<RestartCounter> RestartCounter::parse(BytesView body) {
    if (body.size() != 4) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    RestartCounter option;
    option.counter = in.integer<std::uint32_t>();
    return option;
}

void RestartCounter::serialize(Writer& out) const {
    out.integer(counter);
}

}  // namespace godwit::wire
