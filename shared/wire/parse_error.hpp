#pragma once
// Why bytes from the network are not a message. Every reason is a counter that the status shows.

#include <cstdint>
#include <expected>
#include <string_view>

namespace godwit::wire {

enum class ParseError : std::uint8_t {
    truncated,             // the bytes end before the message does
    bad_version,           // not the IP version expected here
    bad_length,            // a length field that contradicts the bytes or the format
    bad_checksum,          // RFC 6275 §9.2: silently discarded
    bad_payload_protocol,  // RFC 6275 §9.2: Payload Proto is not 59
    bad_header_length,     // RFC 6275 §9.2: Header Len is too short for the message type
    bad_option,            // an option overruns its header or has a length its type does not allow
    bad_address,           // RFC 6275 §9.3.1, §6.4: an address that may not stand where it stands
    bad_extension_header,  // RFC 6275 §6.1, §9.5.4: a header that may not carry what it carries
    unknown_message_type,  // RFC 6275 §9.2: answered with a Binding Error, status 2
    unexpected_protocol,   // not what is looked for here at all
    not_from_this_link,    // RFC 4861 §6.1, §7.1: Neighbor Discovery with a hop limit below 255
};

template <class T>
using Parsed = std::expected<T, ParseError>;

// A short name, in the form that the status and the counters use: "bad-checksum".
std::string_view name(ParseError error);

}  // namespace godwit::wire
