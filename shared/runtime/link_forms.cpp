#include "shared/runtime/link_forms.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "shared/mobility/link_traits.hpp"
#include "shared/runtime/nearest_name.hpp"
#include "shared/runtime/toml_forms.hpp"

namespace godwit::runtime {
namespace {

constexpr std::size_t max_pattern = 15;  // as an interface's name: IFNAMSIZ without its final zero
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view other_characters = "0123456789.-_@+*?";

// What one might write for a kind, and no interface is called.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> other_words{{
    {"ethernet", "wired"},
    {"cable", "wired"},
    {"wireless", "wifi"},
    {"wlan", "wifi"},
    {"wi-fi", "wifi"},
    {"wwan", "cellular"},
    {"mobile", "cellular"},
    {"modem", "cellular"},
    {"lte", "cellular"},
}};

bool is_made_of(std::string_view text, std::string_view more) {
    return std::ranges::all_of(
        text, [&](char one) { return letters.contains(one) || more.contains(one); });
}

// The word that this seems to stand for. With a digit or a * it is an interface's name.
std::optional<std::string> meant(const std::string& written, std::span<const std::string> words) {
    const auto* other = std::ranges::find(other_words, written,
                                          &std::pair<std::string_view, std::string_view>::first);
    if (other != other_words.end()) {
        return std::string(other->second);
    }
    return is_made_of(written, "-") ? nearest_name(written, words) : std::nullopt;
}

Form<std::string> pattern(std::vector<std::string> words) {
    std::string right = "write ";
    for (const std::string& word : words) {
        right += in_quotes(word) + ", ";
    }
    right += "or the name of an interface, where * stands for any letters and ? for one";
    return text_form<std::string>(
        right, [words](const std::string& written) -> std::expected<std::string, std::string> {
            if (written.empty()) {
                return std::unexpected("is empty");
            }
            if (std::ranges::find(words, written) != words.end()) {
                return written;
            }
            if (written.size() > max_pattern || !is_made_of(written, other_characters)) {
                return std::unexpected(in_quotes(written) + " is no name of an interface");
            }
            if (mobility::is_word_for_links(written)) {
                return std::unexpected(in_quotes(written) + " means nothing here");
            }
            if (const auto word = meant(written, words)) {
                return std::unexpected(in_quotes(written) + " is unknown; did you mean " +
                                       in_quotes(*word) + "?");
            }
            return written;
        });
}

}  // namespace

Form<std::string> link_pattern() {
    return pattern({"wired", "wifi", "cellular", "metered", "unmetered"});
}

Form<std::string> link_pattern_without_cost() {
    return pattern({"wired", "wifi", "cellular"});
}

}  // namespace godwit::runtime
