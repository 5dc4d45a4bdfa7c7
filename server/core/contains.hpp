#pragma once
// std::ranges::contains, which GCC 12's library does not have yet.

#include <algorithm>
#include <functional>

namespace godwit::server {

template <class Range, class Value, class Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace godwit::server
