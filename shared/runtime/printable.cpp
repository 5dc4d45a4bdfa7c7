#include "shared/runtime/printable.hpp"

#include <cstddef>
#include <cstdint>

#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {
namespace {

// Octets of the control character at the beginning of a text that is not empty; 0: it is none.
std::size_t control_length(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    if (first < 0x20 || first == 0x7f) {
        return 1;
    }
    const auto second = static_cast<std::uint8_t>(text.size() > 1 ? text[1] : 0);
    return first == 0xc2 && second >= 0x80 && second <= 0x9f ? 2 : 0;
}

std::string in_digits(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char letter : octets) {
        const auto octet = static_cast<std::uint8_t>(letter);
        text += {'\\', 'x', digits[octet >> 4U], digits[octet & 0xfU]};
    }
    return text;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const std::size_t length = control_length(text);
        shown += length > 0 ? in_digits(text.substr(0, length)) : std::string{text.front()};
        text.remove_prefix(length > 0 ? length : 1);
    }
    return shown;
}

// Other control characters are between its texts: a line's end, and the space before what is in it.
std::string printable_json(std::string_view json) {
    if (!Json::accept(json)) {
        return printable(json);
    }
    std::string shown;
    while (!json.empty()) {
        const std::size_t length = control_length(json);
        const bool is_of_a_text = length == 2 || json.front() == '\x7f';
        if (is_of_a_text) {
            shown += "\\u00" + in_digits(json.substr(length - 1, 1)).substr(2);
        } else {
            shown += length == 1 && json.front() != '\n' ? ' ' : json.front();
        }
        json.remove_prefix(length > 0 ? length : 1);
    }
    return shown;
}

}  // namespace godwit::runtime
