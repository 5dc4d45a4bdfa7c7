#pragma once
// What kind of link an interface is on, and how a configuration names links.

#include <cstdint>
#include <string>
#include <string_view>

namespace godwit::mobility {

enum class LinkKind : std::uint8_t { wired, wifi, cellular };

std::string_view name(LinkKind kind);

struct LinkTraits {
    std::string name;  // of the interface
    LinkKind kind = LinkKind::wired;
    bool is_metered = false;

    bool operator==(const LinkTraits&) const = default;
};

// "wired", "wifi", "cellular", "metered" or "unmetered".
bool is_word_for_links(std::string_view text);

// One of these words, or the name of an interface, in which * stands for any letters and ? for one.
bool matches(const std::string& pattern_or_kind, const LinkTraits& link);

}  // namespace godwit::mobility
