#include "shared/runtime/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace godwit::runtime {

namespace {

// The optimal string alignment distance, row by row.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> before_last;
    std::vector<std::size_t> last(other.size() + 1);
    for (std::size_t column = 0; column <= other.size(); ++column) {
        last[column] = column;
    }
    for (std::size_t row = 1; row <= one.size(); ++row) {
        std::vector<std::size_t> current(other.size() + 1, row);
        for (std::size_t column = 1; column <= other.size(); ++column) {
            const std::size_t change = one[row - 1] == other[column - 1] ? 0 : 1;
            current[column] =
                std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + change});
            if (row > 1 && column > 1 && one[row - 1] == other[column - 2] &&
                one[row - 2] == other[column - 1]) {
                current[column] = std::min(current[column], before_last[column - 2] + 1);
            }
        }
        before_last = std::move(last);
        last = std::move(current);
    }
    return last.back();
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view written,
                                        std::span<const std::string> known) {
    std::optional<std::string> nearest;
    std::size_t least = written.size() / 3 + 1;
    for (const std::string& name : known) {
        const std::size_t steps = distance(written, name);
        if (steps < least) {
            least = steps;
            nearest = name;
        }
    }
    return nearest;
}

}  // namespace godwit::runtime
