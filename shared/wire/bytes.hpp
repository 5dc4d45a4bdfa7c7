#pragma once
// Reading and writing octets in network order. A Reader never reads past its end: the first short
// read makes it yield zeros for good, so a parser is a straight line with one check at its end.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace godwit::wire {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

class Reader {
  public:
    explicit Reader(BytesView in) : in_(in) {}

    template <std::unsigned_integral T>
    T integer() {
        T value = 0;
        for (const std::uint8_t octet : take(sizeof(T))) {
            value = static_cast<T>((std::uint64_t{value} << 8U) | octet);
        }
        return value;
    }

    template <std::size_t n>
    std::array<std::uint8_t, n> array() {
        std::array<std::uint8_t, n> octets{};
        std::ranges::copy(take(n), octets.begin());
        return octets;
    }

    // The next n octets; nothing, and truncated() from here on, if there are fewer.
    BytesView take(std::size_t n) {
        if (truncated_ || n > remaining()) {
            truncated_ = true;
            return {};
        }
        const BytesView taken = in_.subspan(position_, n);
        position_ += n;
        return taken;
    }

    void skip(std::size_t n) { take(n); }
    BytesView rest() { return take(remaining()); }

    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] std::size_t remaining() const { return in_.size() - position_; }
    [[nodiscard]] bool truncated() const { return truncated_; }

  private:
    BytesView in_;
    std::size_t position_ = 0;
    bool truncated_ = false;
};

class Writer {
  public:
    explicit Writer(Bytes& out) : out_(&out) {}

    template <std::unsigned_integral T>
    void integer(T value) {
        for (std::size_t octet = sizeof(T); octet-- > 0;) {
            out_->push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> (8U * octet)));
        }
    }

    void bytes(BytesView octets) {
        const std::size_t end = out_->size();
        out_->resize(end + octets.size());
        std::ranges::copy(octets, out_->begin() + static_cast<std::ptrdiff_t>(end));
    }
    void zeros(std::size_t n) { out_->insert(out_->end(), n, 0); }

  private:
    Bytes* out_;
};

}  // namespace godwit::wire
