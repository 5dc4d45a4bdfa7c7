#pragma once
// Most messages end in mobility options: what is left of the Message Data once its fixed part is
// read (RFC 6275 §6.1.1).

#include <expected>
#include <utility>

#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

// The message with the options that follow its fixed part, which `in` has just read.
template <class Message>
Parsed<Message> with_options(Message message, Reader& in) {
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    auto options = parse_options(in.rest());
    if (!options) {
        return std::unexpected(options.error());
    }
    message.options = *std::move(options);
    return message;
}

}  // namespace godwit::wire
