#include "shared/wire/messages/heartbeat.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {
namespace {

constexpr unsigned unsolicited_bit = 0x0002;
constexpr unsigned response_bit = 0x0001;

}  // namespace

Parsed<Heartbeat> Heartbeat::parse(Reader& in) {
    Heartbeat heartbeat;
    const unsigned flags = in.integer<std::uint16_t>();
    heartbeat.unsolicited = (flags & unsolicited_bit) != 0;
    heartbeat.response = (flags & response_bit) != 0;
    heartbeat.sequence = in.integer<std::uint32_t>();
    return with_options(std::move(heartbeat), in);
}

void Heartbeat::serialize(Bytes& message) const {
    const unsigned flags = (unsolicited ? unsolicited_bit : 0U) | (response ? response_bit : 0U);
    Writer out(message);
    out.integer(static_cast<std::uint16_t>(flags));
    out.integer(sequence);
    append_options(message, options);
}

}  // namespace godwit::wire
