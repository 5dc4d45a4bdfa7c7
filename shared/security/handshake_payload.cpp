#include "shared/security/handshake_payload.hpp"

namespace godwit::security {
namespace {

enum class InitiationField : std::uint8_t { join = 1 };
enum class ResponseField : std::uint8_t { next_home_agent_key = 1 };

// Takes a field of known type; false if it is there twice, or of another length than it has.
bool take(InitiationPayload& payload, std::uint8_t type, wire::BytesView value) {
    if (InitiationField{type} != InitiationField::join) {
        return true;
    }
    const bool is_first = !payload.join;
    wire::Reader in(value);
    payload.join =
        JoinRequest{.invite = {in.array<sizeof(InviteId)>()}, .proof = {in.array<sizeof(Mac)>()}};
    return is_first && !in.truncated() && in.remaining() == 0;
}
bool take(ResponsePayload& payload, std::uint8_t type, wire::BytesView value) {
    if (ResponseField{type} != ResponseField::next_home_agent_key) {
        return true;
    }
    const bool is_first = !payload.next_home_agent_key;
    wire::Reader in(value);
    payload.next_home_agent_key = PublicKey{in.array<sizeof(PublicKey)>()};
    return is_first && !in.truncated() && in.remaining() == 0;
}

// What every payload ends in, and whether the whole of it was there.
template <class Payload>
wire::Parsed<Payload> with_fields(Payload payload, wire::Reader& in) {
    bool is_right = (payload.spi & spi_top_bit) != 0;
    while (!in.truncated() && in.remaining() > 0) {
        const auto type = in.integer<std::uint8_t>();
        const wire::BytesView value = in.take(in.integer<std::uint8_t>());
        is_right = in.truncated() || (take(payload, type, value) && is_right);
    }
    if (in.truncated()) {
        return std::unexpected(wire::ParseError::truncated);
    }
    if (!is_right) {
        return std::unexpected(wire::ParseError::bad_option);
    }
    return payload;
}

void begin_field(wire::Writer& out, std::uint8_t type, std::size_t length) {
    out.integer(type);
    out.integer(static_cast<std::uint8_t>(length));
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
    if (join) {
        begin_field(out, static_cast<std::uint8_t>(InitiationField::join),
                    sizeof(InviteId) + sizeof(Mac));
        out.bytes(join->invite.octets);
        out.bytes(join->proof);
    }
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
    if (next_home_agent_key) {
        begin_field(out, static_cast<std::uint8_t>(ResponseField::next_home_agent_key),
                    sizeof(PublicKey));
        out.bytes(next_home_agent_key->octets);
    }
    return octets;
}

}  // namespace godwit::security
