#include "shared/security/replay_window.hpp"

#include <algorithm>

namespace godwit::security {

// With one writer, loads and stores need no order among themselves: plain moves.
constexpr auto relaxed = std::memory_order_relaxed;

namespace {

using Gap = mobility::Reception::Gap;

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
    const std::uint64_t block = block_of(*seen_.load(relaxed), sequence).load(relaxed);
    return (block >> (sequence % block_bits) & 1U) == 0;
}

void ReplayWindow::advance(std::uint32_t sequence) {
    if (seen_.load(relaxed) == nullptr) {
        seen_.store(new Blocks{}, std::memory_order_release);
    }
    Blocks& seen = *seen_.load(relaxed);
    const std::uint32_t highest = highest_.load(relaxed);
    if (sequence > highest) {
        const std::size_t last = highest / block_bits;
        const std::size_t entered = std::min(sequence / block_bits - last, blocks);
        for (std::size_t step = 1; step <= entered; ++step) {
            seen[(last + step) % blocks].store(0, relaxed);
        }
    }
    std::atomic<std::uint64_t>& block = block_of(seen, sequence);
    block.store(block.load(relaxed) | std::uint64_t{1} << (sequence % block_bits), relaxed);
    if (sequence > highest) {
        highest_.store(sequence, std::memory_order_release);
    }
}

// What the writer enters meanwhile must not be taken for what its block stood for before: the end
// of the window is left alone, and a reading that has taken too long is done again.
mobility::Reception ReplayWindow::read() const {
    mobility::Reception reading;
    do {
        reading = {.spi = 0, .highest = highest(), .gaps = {}};
        Blocks* seen = seen_.load(std::memory_order_acquire);
        if (seen == nullptr || reading.highest == 0) {
            return {};
        }
        collect_gaps(*seen, reading);
    } while (highest() / block_bits > reading.highest / block_bits + 1);
    join_closest(reading.gaps);
    return reading;
}

void ReplayWindow::collect_gaps(Blocks& seen, mobility::Reception& reading) {
    constexpr std::uint32_t readable = size - block_bits;
    const std::uint32_t oldest = reading.highest > readable ? reading.highest - readable + 1 : 1;
    bool is_in_gap = false;
    for (std::uint32_t sequence = reading.highest - 1; sequence >= oldest; --sequence) {
        const std::uint64_t block = block_of(seen, sequence).load(relaxed);
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
