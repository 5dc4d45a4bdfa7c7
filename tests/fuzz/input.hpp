#pragma once
// An input as a target takes it apart, from its front. What is no longer there is zero or empty.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "shared/wire/bytes.hpp"

namespace godwit::fuzz {

class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
    explicit Input(wire::BytesView octets) : rest_(octets) {}

    [[nodiscard]] bool is_empty() const { return rest_.empty(); }
    std::uint8_t octet() { return number<std::uint8_t>(); }
    template <std::unsigned_integral T>
    T number() {
        return wire::Reader(take(sizeof(T))).integer<T>();
    }
    // At most so many octets.
    wire::BytesView take(std::size_t length) {
        const wire::BytesView taken = rest_.first(std::min(length, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    // Behind their own length, an octet.
    wire::BytesView record() { return take(octet()); }
    wire::BytesView rest() { return take(rest_.size()); }
    std::string text() { return text_of(rest()); }
    static std::string text_of(wire::BytesView octets) { return {octets.begin(), octets.end()}; }

  private:
    wire::BytesView rest_;
};

}  // namespace godwit::fuzz
