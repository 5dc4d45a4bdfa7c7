#include "shared/wire/options/flow_summary.hpp"

#include <expected>

namespace godwit::wire {

Parsed<FlowSummary> FlowSummary::parse(BytesView body) {
    if (body.empty() || body.size() % sizeof(std::uint16_t) != 0) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    FlowSummary option;
    while (in.remaining() > 0) {
        option.ids.push_back(in.integer<std::uint16_t>());
    }
    return option;
}

void FlowSummary::serialize(Writer& out) const {
    for (const std::uint16_t id : ids) {
        out.integer(id);
    }
}

}  // namespace godwit::wire
