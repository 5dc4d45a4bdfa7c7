#pragma once
// How fast something may go, and how people write that: "20M" is 20,000,000 bits each second.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::mobility {

struct BitRate {
    static constexpr std::uint64_t least = 8'000;
    static constexpr std::uint64_t most = 100'000'000'000;

    std::uint64_t each_second = 0;  // bits; 0: there is no limit

    // A whole number of bits each second from `least` to `most`, also with one of the suffixes k, M
    // and G for 10^3, 10^6 and 10^9; or "none". Nothing for anything else.
    static std::optional<BitRate> parse(std::string_view text);
    // As parse() takes it, with the greatest suffix that leaves a whole number.
    [[nodiscard]] std::string text() const;

    [[nodiscard]] constexpr bool is_none() const { return each_second == 0; }
    // None, or within the limits of both.
    [[nodiscard]] constexpr bool is_possible() const {
        return is_none() || (each_second >= least && each_second <= most);
    }
    bool operator==(const BitRate&) const = default;
};

}  // namespace godwit::mobility
