#include "shared/mobility/bit_rate.hpp"

#include <array>
#include <charconv>
#include <system_error>

namespace godwit::mobility {
namespace {

struct Suffix {
    char letter;
    std::uint64_t bits;
};
constexpr std::array suffixes{Suffix{'G', 1'000'000'000}, Suffix{'M', 1'000'000},
                              Suffix{'k', 1'000}};

}  // namespace

std::optional<BitRate> BitRate::parse(std::string_view text) {
    if (text == "none") {
        return BitRate{};
    }
    std::uint64_t bits = 1;
    for (const Suffix& suffix : suffixes) {
        if (text.ends_with(suffix.letter)) {
            bits = suffix.bits;
            text.remove_suffix(1);
            break;
        }
    }
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, number);
    if (fault != std::errc() || rest != end || number < 1 || number > most / bits ||
        number * bits < least) {
        return std::nullopt;
    }
    return BitRate{number * bits};
}

std::string BitRate::text() const {
    if (is_none()) {
        return "none";
    }
    for (const Suffix& suffix : suffixes) {
        if (each_second % suffix.bits == 0) {
            return std::to_string(each_second / suffix.bits) + suffix.letter;
        }
    }
    return std::to_string(each_second);
}

}  // namespace godwit::mobility
