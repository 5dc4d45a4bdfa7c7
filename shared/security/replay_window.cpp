#include "shared/security/replay_window.hpp"

#include <algorithm>

namespace godwit::security {

// With one writer, loads and stores need no order among themselves: plain moves.
constexpr auto relaxed = std::memory_order_relaxed;

namespace {

using Gap = mobility::Reception::Gap;

// A block that has all its numbers. There is no number 0.
std::uint64_t all_in(std::size_t block) {
    return block == 0 ? ~std::uint64_t{1} : ~std::uint64_t{0};
}

// Too many to be told: those with the fewest packets between them become one. Better that some of
// these come twice than that others never do.
void join_closest(std::vector<Gap>& gaps) {
    for (std::uint32_t between = 1; gaps.size() > mobility::Reception::max_gaps; between *= 2) {
        std::size_t last = 0;
        for (std::size_t next = 1; next < gaps.size(); ++next) {
            if (gaps[last].first - gaps[next].last - 1 <= between) {
                gaps[last].first = gaps[next].first;
            } else {
                gaps[++last] = gaps[next];
            }
        }
        gaps.resize(last + 1);
    }
}

}  // namespace

bool ReplayWindow::is_fresh(std::uint32_t sequence) const {
    if (sequence == 0) {  // RFC 4303 §3.3.3: the first packet has sequence number 1
        return false;
    }
    const std::uint32_t highest = highest_.load(relaxed);
    if (sequence > highest) {
        return true;
    }
    if (highest - sequence >= size) {
        return false;
    }
    const Blocks* seen = seen_.load(relaxed);
    if (seen == nullptr && sequence / block_bits + few <= highest / block_bits) {
        return false;
    }
    const auto ring = seen != nullptr ? std::span<const Block>(*seen) : recent_;
    return (block_of(ring, sequence).load(relaxed) >> (sequence % block_bits) & 1U) == 0;
}

void ReplayWindow::advance(std::uint32_t sequence) {
    Blocks* seen = seen_.load(relaxed);
    std::span<Block> ring = seen != nullptr ? std::span<Block>(*seen) : recent_;
    const std::uint32_t highest = highest_.load(relaxed);
    if (sequence > highest) {
        const std::size_t last = highest / block_bits;
        const std::size_t next = sequence / block_bits;
        if (seen == nullptr && !fits_in_few(last, next)) {
            ring = make_ring(last);
        }
        const std::size_t entered = std::min(next - last, ring.size());
        for (std::size_t step = 1; step <= entered; ++step) {
            ring[(last + step) % ring.size()].store(0, relaxed);
        }
    }
    Block& block = ring[sequence / block_bits % ring.size()];
    block.store(block.load(relaxed) | std::uint64_t{1} << (sequence % block_bits), relaxed);
    if (sequence > highest) {
        highest_.store(sequence, std::memory_order_release);
    }
}

// Whether the block that becomes the oldest of the few has all its numbers.
bool ReplayWindow::fits_in_few(std::size_t last, std::size_t next) const {
    return next == last ||
           (next == last + 1 &&
            (last == 0 || recent_[(last - 1) % few].load(relaxed) == all_in(last - 1)));
}

// Where all that has left the few blocks counts as come in.
std::span<ReplayWindow::Block> ReplayWindow::make_ring(std::size_t last) {
    auto* made = new Blocks{};
    const std::size_t first = last < blocks ? 0 : last - blocks + 1;
    for (std::size_t block = first; block <= last; ++block) {
        const bool is_recent = block + few > last;
        (*made)[block % blocks].store(
            is_recent ? recent_[block % few].load(relaxed) : all_in(block), relaxed);
    }
    seen_.store(made, std::memory_order_release);
    return *made;
}

// What the writer enters meanwhile must not be taken for what its block stood for before: the end
// of the window is left alone, and a reading that has taken too long is done again.
mobility::Reception ReplayWindow::read() const {
    constexpr std::uint32_t readable = size - block_bits;
    mobility::Reception reading;
    do {
        reading = {.spi = 0, .highest = highest(), .gaps = {}};
        const std::uint32_t highest = reading.highest;
        if (highest == 0) {
            return {};
        }
        if (const Blocks* seen = seen_.load(std::memory_order_acquire)) {
            collect_gaps(*seen, highest > readable ? highest - readable + 1 : 1, reading);
        } else {
            const std::uint32_t block = highest / block_bits;
            const std::size_t oldest = block > 1 ? (block - 1) * block_bits : 1;
            collect_gaps(recent_, static_cast<std::uint32_t>(oldest), reading);
        }
    } while (highest() / block_bits > reading.highest / block_bits + 1);
    join_closest(reading.gaps);
    return reading;
}

void ReplayWindow::collect_gaps(std::span<const Block> ring, std::uint32_t oldest,
                                mobility::Reception& reading) {
    bool is_in_gap = false;
    for (std::uint32_t sequence = reading.highest - 1; sequence >= oldest; --sequence) {
        const std::uint64_t block = block_of(ring, sequence).load(relaxed);
        if (block == ~std::uint64_t{0}) {
            sequence -= static_cast<std::uint32_t>(sequence % block_bits);
            is_in_gap = false;
        } else if ((block >> (sequence % block_bits) & 1U) != 0) {
            is_in_gap = false;
        } else if (is_in_gap) {
            reading.gaps.back().first = sequence;
        } else {
            reading.gaps.push_back({.first = sequence, .last = sequence});
            is_in_gap = true;
        }
    }
}

}  // namespace godwit::security
