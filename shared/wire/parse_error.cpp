#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

std::string_view name(ParseError error) {
    switch (error) {
        case ParseError::truncated:
            return "truncated";
        case ParseError::bad_version:
            return "bad-version";
        case ParseError::bad_length:
            return "bad-length";
        case ParseError::bad_checksum:
            return "bad-checksum";
        case ParseError::bad_payload_protocol:
            return "bad-payload-protocol";
        case ParseError::bad_header_length:
            return "bad-header-length";
        case ParseError::bad_option:
            return "bad-option";
        case ParseError::bad_address:
            return "bad-address";
        case ParseError::bad_extension_header:
            return "bad-extension-header";
        case ParseError::unknown_message_type:
            return "unknown-message-type";
        case ParseError::unexpected_protocol:
            return "unexpected-protocol";
        case ParseError::not_from_this_link:
            return "not-from-this-link";
    }
    return "unknown";
}

}  // namespace godwit::wire
