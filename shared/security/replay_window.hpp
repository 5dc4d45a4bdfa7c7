#pragma once
// Anti-replay by RFC 6479: a ring of 64-bit blocks, one more than the window needs, so that moving
// the window clears whole blocks and shifts nothing. As long as packets come in without gaps, or
// nearly so, three blocks say it all; the ring is made by the first that stays away for longer.
//
// One thread moves it; another may read it meanwhile. A packet that has not come in never reads as
// if it had.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shared/mobility/reception.hpp"

namespace godwit::security {

class ReplayWindow {
  public:
    static constexpr std::uint32_t size = 8192;  // packets

    ReplayWindow() = default;
    ReplayWindow(ReplayWindow&& other) noexcept
        : highest_(other.highest_.load()), seen_(other.seen_.exchange(nullptr)) {
        for (std::size_t block = 0; block < few; ++block) {
            recent_[block] = other.recent_[block].load();
        }
    }
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
    static constexpr std::size_t few = 3;
    using Block = std::atomic<std::uint64_t>;
    using Blocks = std::array<Block, blocks>;

    [[nodiscard]] static const Block& block_of(std::span<const Block> ring,
                                               std::uint32_t sequence) {
        return ring[sequence / block_bits % ring.size()];
    }
    [[nodiscard]] bool fits_in_few(std::size_t last, std::size_t next) const;
    [[nodiscard]] std::span<Block> make_ring(std::size_t last);
    static void collect_gaps(std::span<const Block> ring, std::uint32_t oldest,
                             mobility::Reception& reading);

    std::atomic<std::uint32_t> highest_ = 0;
    // The blocks of the highest number and of the two before, while there is no ring: then all in
    // the oldest of them, and all before it, have come in.
    std::array<Block, few> recent_{};
    std::atomic<Blocks*> seen_ = nullptr;
};

}  // namespace godwit::security
