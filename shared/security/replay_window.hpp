#pragma once
// Anti-replay by RFC 6479: a ring of 64-bit blocks, one more than the window needs, so that moving
// the window clears whole blocks and shifts nothing.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace godwit::security {

class ReplayWindow {
  public:
    static constexpr std::uint32_t size = 8192;  // packets

    // Whether this sequence number, from 1 on, is neither behind the window nor in it already.
    [[nodiscard]] bool is_fresh(std::uint32_t sequence) const;
    // Takes a fresh number, of a packet that has been authenticated.
    void advance(std::uint32_t sequence);
    [[nodiscard]] std::uint32_t highest() const { return highest_; }

  private:
    static constexpr std::size_t block_bits = 64;
    static constexpr std::size_t blocks = (size / block_bits) + 1;
    using Blocks = std::array<std::uint64_t, blocks>;

    std::uint32_t highest_ = 0;
    std::unique_ptr<Blocks> seen_;  // made by the first packet: most sessions of a home agent idle
};

}  // namespace godwit::security
