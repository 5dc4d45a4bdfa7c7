#include "shared/wire/mobility_header.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <expected>
#include <utility>

namespace godwit::wire {
namespace {

constexpr std::size_t length_unit = 8;           // octets; Header Len does not count the first
constexpr std::size_t header_length_offset = 1;  // octets
constexpr std::size_t message_data_offset = 6;   // octets
constexpr std::size_t usual_length = 128;        // octets; longer ones grow

template <class Message>
Parsed<MobilityMessage> parse_as(Reader& in) {
    auto message = Message::parse(in);
    if (!message) {
        return std::unexpected(message.error());
    }
    return *std::move(message);
}

Parsed<MobilityMessage> parse_revocation(Reader& in) {
    switch (Reader(in).integer<std::uint8_t>()) {
        case BindingRevocationIndication::revocation_type:
            return parse_as<BindingRevocationIndication>(in);
        case BindingRevocationAcknowledgement::revocation_type:
            return parse_as<BindingRevocationAcknowledgement>(in);
        default:
            return std::unexpected(ParseError::unknown_message_type);
    }
}

struct MessageType {
    std::uint8_t type;
    std::uint8_t minimum_header_length;
    Parsed<MobilityMessage> (*parse)(Reader& message_data);
};

template <class Message>
constexpr MessageType message_type{Message::type, Message::minimum_header_length,
                                   parse_as<Message>};

constexpr std::array message_types{
    message_type<BindingRefreshRequest>,
    message_type<HomeTestInit>,
    message_type<CareOfTestInit>,
    message_type<HomeTest>,
    message_type<CareOfTest>,
    message_type<BindingUpdate>,
    message_type<BindingAcknowledgement>,
    message_type<BindingError>,
    message_type<ExperimentalMessage>,
    message_type<HomeAgentSwitch>,
    message_type<Heartbeat>,
    MessageType{BindingRevocationIndication::type,
                BindingRevocationIndication::minimum_header_length, parse_revocation},
};

const MessageType* find_message_type(std::uint8_t type) {
    const auto* const found = std::ranges::find(message_types, type, &MessageType::type);
    return found == message_types.end() ? nullptr : found;
}

}  // namespace

bool is_known_message_type(std::uint8_t type) {
    return find_message_type(type) != nullptr;
}

Parsed<MobilityMessage> parse_mobility_header(BytesView in, const PseudoHeader& addresses) {
    Reader reader(in);
    const NextHeader payload_protocol{reader.integer<std::uint8_t>()};
    const auto header_length = reader.integer<std::uint8_t>();
    const auto type = reader.integer<std::uint8_t>();
    const std::size_t size = length_unit * (1U + header_length);
    if (in.size() < size) {
        return std::unexpected(ParseError::truncated);
    }
    const BytesView header = in.first(size);
    if (upper_layer_checksum(addresses, NextHeader::mobility, header) != 0) {
        return std::unexpected(ParseError::bad_checksum);
    }
    const MessageType* const known = find_message_type(type);
    if (known == nullptr) {
        return std::unexpected(ParseError::unknown_message_type);
    }
    if (payload_protocol != NextHeader::none) {
        return std::unexpected(ParseError::bad_payload_protocol);
    }
    if (header_length < known->minimum_header_length) {
        return std::unexpected(ParseError::bad_header_length);
    }
    if (in.size() > size) {
        return std::unexpected(ParseError::bad_length);
    }
    Reader message_data(header.subspan(message_data_offset));
    return known->parse(message_data);
}

Bytes serialize_mobility_header(const MobilityMessage& message, const PseudoHeader& addresses) {
    Bytes header;
    header.reserve(usual_length);
    Writer out(header);
    out.integer(static_cast<std::uint8_t>(NextHeader::none));
    out.zeros(1);  // Header Len, when it is known
    out.integer(std::visit([](const auto& known) { return known.type; }, message));
    out.zeros(3);  // Reserved, Checksum
    std::visit([&header](const auto& known) { known.serialize(header); }, message);
    assert(header.size() % length_unit == 0);
    header[header_length_offset] = static_cast<std::uint8_t>((header.size() / length_unit) - 1);
    write_checksum(header, addresses);
    return header;
}

void write_checksum(std::span<std::uint8_t> mobility_header, const PseudoHeader& addresses) {
    assert(mobility_header.size() >= length_unit);
    const auto field = mobility_header.subspan<mobility_checksum_offset, 2>();
    std::ranges::fill(field, std::uint8_t{0});
    const std::uint16_t checksum =
        upper_layer_checksum(addresses, NextHeader::mobility, mobility_header);
    field[0] = static_cast<std::uint8_t>(checksum >> 8U);
    field[1] = static_cast<std::uint8_t>(checksum);
}

}  // namespace godwit::wire
