#pragma once
// Numbers that one worker writes and the control thread reads at any time. With a single writer an
// increment needs no locked instruction, only a store that is not torn.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/datapath/drop_reason.hpp"

namespace godwit::datapath {

class Counter {
  public:
    void add(std::uint64_t n) {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_ = 0;
};

// A reading of a TrafficCounter: inner packets, and their octets.
struct Traffic {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    bool operator==(const Traffic&) const = default;
    Traffic& operator+=(const Traffic& other) {
        packets += other.packets;
        bytes += other.bytes;
        return *this;
    }
};

class TrafficCounter {
  public:
    void count(std::size_t inner_size) {
        packets_.add(1);
        bytes_.add(inner_size);
    }
    [[nodiscard]] Traffic reading() const { return {packets_.value(), bytes_.value()}; }

  private:
    Counter packets_;
    Counter bytes_;
};

class DropCounters {
  public:
    void count(DropReason reason, std::uint64_t packets = 1) {
        counters_[index(reason)].add(packets);
    }
    [[nodiscard]] std::uint64_t reading(DropReason reason) const {
        return counters_[index(reason)].value();
    }

  private:
    static std::size_t index(DropReason reason) { return static_cast<std::size_t>(reason); }

    std::array<Counter, drop_reason_count> counters_;
};

}  // namespace godwit::datapath
