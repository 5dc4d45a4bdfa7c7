#include "shared/wire/echo.hpp"

#include "shared/wire/checksum.hpp"

namespace godwit::wire {

Parsed<Echo> Echo::parse(BytesView in) {
    Reader reader(in);
    Echo echo;
    echo.type = reader.integer<std::uint8_t>();
    const auto code = reader.integer<std::uint8_t>();
    reader.skip(2);
    echo.identifier = reader.integer<std::uint16_t>();
    echo.sequence = reader.integer<std::uint16_t>();
    if (reader.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    const bool is_echo = echo.type == icmp_reply || echo.type == icmp_request ||
                         echo.type == icmpv6_request || echo.type == icmpv6_reply;
    if (!is_echo || code != 0) {
        return std::unexpected(ParseError::unexpected_protocol);
    }
    return echo;
}

Bytes Echo::serialize() const {
    const auto write = [this](std::uint16_t checksum) {
        Bytes out;
        Writer writer(out);
        writer.integer(type);
        writer.integer(std::uint8_t{0});
        writer.integer(checksum);
        writer.integer(identifier);
        writer.integer(sequence);
        return out;
    };
    const bool is_icmpv6 = type == icmpv6_request || type == icmpv6_reply;
    return write(is_icmpv6 ? std::uint16_t{0} : internet_checksum(write(0)));
}

}  // namespace godwit::wire
