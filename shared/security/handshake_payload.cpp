#include "shared/security/handshake_payload.hpp"

namespace godwit::security {
namespace {

// What every payload ends in, and whether the whole of it was there.
template <class Payload>
wire::Parsed<Payload> with_fields(const Payload& payload, wire::Reader& in) {
    while (!in.truncated() && in.remaining() > 0) {
        in.skip(1);
        in.skip(in.integer<std::uint8_t>());
    }
    if (in.truncated()) {
        return std::unexpected(wire::ParseError::truncated);
    }
    if ((payload.spi & spi_top_bit) == 0) {
        return std::unexpected(wire::ParseError::bad_option);
    }
    return payload;
}

}  // namespace

wire::Parsed<InitiationPayload> InitiationPayload::parse(wire::BytesView in) {
    wire::Reader reader(in);
    InitiationPayload payload;
    payload.timestamp.octets = reader.array<12>();
    payload.spi = reader.integer<std::uint32_t>();
    payload.suites = SuiteSet(reader.integer<std::uint8_t>());
    return with_fields(payload, reader);
}

wire::Bytes InitiationPayload::serialize() const {
    wire::Bytes octets;
    wire::Writer out(octets);
    out.bytes(timestamp.octets);
    out.integer(spi);
    out.integer(suites.bits());
    return octets;
}

wire::Parsed<ResponsePayload> ResponsePayload::parse(wire::BytesView in) {
    wire::Reader reader(in);
    ResponsePayload payload;
    payload.spi = reader.integer<std::uint32_t>();
    payload.suite = static_cast<Suite>(reader.integer<std::uint8_t>());
    return with_fields(payload, reader);
}

wire::Bytes ResponsePayload::serialize() const {
    wire::Bytes octets;
    wire::Writer out(octets);
    out.integer(spi);
    out.integer(static_cast<std::uint8_t>(suite));
    return octets;
}

}  // namespace godwit::security
