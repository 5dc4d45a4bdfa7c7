#include "shared/mobility/link_traits.hpp"

#include <array>
#include <cstddef>

namespace godwit::mobility {
namespace {

constexpr std::string_view metered = "metered";
constexpr std::string_view unmetered = "unmetered";

// Goes back to the last * only, so that it takes no more than the product of the lengths.
bool fits(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    for (std::size_t place = 0; place < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = place;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[place])) {
            ++at;
            ++place;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            place = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace

std::string_view name(LinkKind kind) {
    constexpr std::array<std::string_view, 3> names{"wired", "wifi", "cellular"};
    return names[static_cast<std::size_t>(kind)];
}

bool is_word_for_links(std::string_view text) {
    return text == name(LinkKind::wired) || text == name(LinkKind::wifi) ||
           text == name(LinkKind::cellular) || text == metered || text == unmetered;
}

bool matches(const std::string& pattern_or_kind, const LinkTraits& link) {
    if (pattern_or_kind == metered || pattern_or_kind == unmetered) {
        return link.is_metered == (pattern_or_kind == metered);
    }
    return is_word_for_links(pattern_or_kind) ? pattern_or_kind == name(link.kind)
                                              : fits(pattern_or_kind, link.name);
}

}  // namespace godwit::mobility
