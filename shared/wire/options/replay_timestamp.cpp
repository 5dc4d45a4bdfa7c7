#include "shared/wire/options/replay_timestamp.hpp"

#include <expected>

namespace godwit::wire {

Parsed<ReplayTimestamp> ReplayTimestamp::parse(BytesView body) {
    if (body.size() != 8) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    ReplayTimestamp option;
    option.ntp = in.integer<std::uint64_t>();
    return option;
}

void ReplayTimestamp::serialize(Writer& out) const {
    out.integer(ntp);
}

}  // namespace godwit::wire
