#include "shared/security/replay_window.hpp"

#include <algorithm>

namespace godwit::security {

bool ReplayWindow::is_fresh(std::uint32_t sequence) const {
    if (sequence == 0) {  // RFC 4303 §3.3.3: the first packet has sequence number 1
        return false;
    }
    if (sequence > highest_) {
        return true;
    }
    if (highest_ - sequence >= size) {
        return false;
    }
    const std::uint64_t block = (*seen_)[sequence / block_bits % blocks];
    return (block >> (sequence % block_bits) & 1U) == 0;
}

void ReplayWindow::advance(std::uint32_t sequence) {
    if (!seen_) {
        seen_ = std::make_unique<Blocks>();
    }
    const std::size_t block = sequence / block_bits;
    if (sequence > highest_) {
        const std::size_t last = highest_ / block_bits;
        const std::size_t entered = std::min(block - last, blocks);
        for (std::size_t step = 1; step <= entered; ++step) {
            (*seen_)[(last + step) % blocks] = 0;
        }
        highest_ = sequence;
    }
    (*seen_)[block % blocks] |= std::uint64_t{1} << (sequence % block_bits);
}

}  // namespace godwit::security
