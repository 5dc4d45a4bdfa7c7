#pragma once
// What answers where an ordinary web server would: in a network with a captive portal that is the
// portal, whatever the address.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "shared/mobility/path.hpp"

namespace godwit::platform {

struct WebAnswer {
    unsigned status = 0;   // of HTTP
    std::string location;  // where a redirection leads; empty if it is none
    bool operator==(const WebAnswer&) const = default;
};

// Of the beginning of an answer; nothing if it is no HTTP.
std::optional<WebAnswer> web_answer_in(const std::string& text);

// Asks port 80 at the other end of this path, from its address and by its interface, for "/".
// `mark` as AskingSocket has it. Nothing: no connection, or no HTTP, in that time.
std::optional<WebAnswer> ask_for_web_page(const mobility::Path& path, std::uint32_t mark,
                                          std::chrono::milliseconds patience);

}  // namespace godwit::platform
