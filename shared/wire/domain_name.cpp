#include "shared/wire/domain_name.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <utility>

namespace godwit::wire {
namespace {

constexpr std::size_t max_label = 63;  // octets, RFC 1035 §2.3.4
constexpr std::size_t max_text = 253;  // octets: 255 on the wire

bool is_label(std::string_view text) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    return !text.empty() && text.size() <= max_label && !text.starts_with('-') &&
           !text.ends_with('-') && text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return lower;
}

// The text up to the first dot; what is left stands behind it.
std::string_view take_label(std::string_view& rest) {
    const std::size_t end = rest.find('.');
    const std::string_view label = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    return label;
}

}  // namespace

std::optional<DomainName> DomainName::parse(std::string_view text) {
    if (text.ends_with('.')) {
        text.remove_suffix(1);
    }
    if (text.empty() || text.size() > max_text || text.ends_with('.')) {
        return std::nullopt;
    }
    std::string name = lower_case(text);
    for (std::string_view rest = name; !rest.empty();) {
        if (!is_label(take_label(rest))) {
            return std::nullopt;
        }
    }
    return DomainName(std::move(name));
}

// A compression pointer (RFC 1035 §4.1.4) is a length beyond 63, and no label.
Parsed<DomainName> DomainName::read(Reader& in) {
    std::string text;
    while (const std::size_t length = in.integer<std::uint8_t>()) {
        if (length > max_label || text.size() + length > max_text) {
            return std::unexpected(ParseError::bad_length);
        }
        const BytesView label = in.take(length);
        text.append(label.begin(), label.end()).push_back('.');
        // A dot within a label would make two of it.
        if (std::ranges::find(label, '.') != label.end()) {
            return std::unexpected(ParseError::bad_option);
        }
    }
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    auto name = parse(text);
    return name ? Parsed<DomainName>(*std::move(name)) : std::unexpected(ParseError::bad_option);
}

void DomainName::serialize(Writer& out) const {
    for (std::string_view rest = text_; !rest.empty();) {
        const std::string_view label = take_label(rest);
        out.integer(static_cast<std::uint8_t>(label.size()));
        out.bytes(BytesView(reinterpret_cast<const std::uint8_t*>(label.data()), label.size()));
    }
    out.integer(std::uint8_t{0});
}

}  // namespace godwit::wire
