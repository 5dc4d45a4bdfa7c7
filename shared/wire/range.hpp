#pragma once
// Values from one to another, both included.

namespace godwit::wire {

template <class T>
struct Range {
    T first{};
    T last{};

    bool operator==(const Range&) const = default;
    static constexpr Range only(const T& value) { return {value, value}; }
    [[nodiscard]] constexpr bool contains(const T& value) const {
        return first <= value && value <= last;
    }
};

}  // namespace godwit::wire
