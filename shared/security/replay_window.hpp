#pragma once
// Anti-replay by RFC 6479: a ring of 64-bit blocks, one more than the window needs, so that moving
// the window clears whole blocks and shifts nothing.
//
// One thread moves it; another may read it meanwhile. A packet that has not come in never reads as
// if it had.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "shared/mobility/reception.hpp"

namespace godwit::security {

class ReplayWindow {
  public:
    static constexpr std::uint32_t size = 8192;  // packets

    ReplayWindow() = default;
    ReplayWindow(ReplayWindow&& other) noexcept
        : highest_(other.highest_.load()), seen_(other.seen_.exchange(nullptr)) {}
    ReplayWindow& operator=(ReplayWindow&&) = delete;
    ~ReplayWindow() { delete seen_.load(); }

    // Whether this sequence number, from 1 on, is neither behind the window nor in it already.
    [[nodiscard]] bool is_fresh(std::uint32_t sequence) const;
    // Takes a fresh number, of a packet that has been authenticated.
    void advance(std::uint32_t sequence);
    [[nodiscard]] std::uint32_t highest() const { return highest_.load(std::memory_order_acquire); }

    // What has come in, except for the SPI. For any thread.
    [[nodiscard]] mobility::Reception read() const;

  private:
    static constexpr std::size_t block_bits = 64;
    static constexpr std::size_t blocks = (size / block_bits) + 1;
    using Blocks = std::array<std::atomic<std::uint64_t>, blocks>;

    [[nodiscard]] static std::atomic<std::uint64_t>& block_of(Blocks& seen,
                                                              std::uint32_t sequence) {
        return seen[sequence / block_bits % blocks];
    }
    static void collect_gaps(Blocks& seen, mobility::Reception& reading);

    std::atomic<std::uint32_t> highest_ = 0;
    // Made by the first packet: most sessions of a home agent idle.
    std::atomic<Blocks*> seen_ = nullptr;
};

}  // namespace godwit::security
