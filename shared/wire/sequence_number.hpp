#pragma once
// RFC 6275 §9.5.1: sequence numbers are compared modulo 2^16.

#include <cstdint>

namespace godwit::wire {

class SequenceNumber {
  public:
    constexpr SequenceNumber() = default;
    constexpr explicit SequenceNumber(std::uint16_t value) : value_(value) {}

    [[nodiscard]] constexpr std::uint16_t value() const { return value_; }
    [[nodiscard]] constexpr SequenceNumber next() const {
        return SequenceNumber(static_cast<std::uint16_t>(value_ + 1U));
    }
    // The last number and the 32768 values before it are old; the other 32767 are newer.
    [[nodiscard]] constexpr bool is_newer_than(SequenceNumber last) const {
        const auto ahead = static_cast<std::uint16_t>(value_ - last.value_);
        return ahead >= 1 && ahead <= 32767;
    }
    constexpr bool operator==(const SequenceNumber&) const = default;

  private:
    std::uint16_t value_ = 0;
};

}  // namespace godwit::wire
