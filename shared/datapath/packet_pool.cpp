#include "shared/datapath/packet_pool.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

namespace godwit::datapath {

PacketPool::PacketPool(std::size_t longest)
    : longest_(longest), octets_(std::make_unique_for_overwrite<std::uint8_t[]>(cells * cell)) {
    assert(longest > 0 && longest <= cells * cell);
    std::iota(free_numbers_.begin(), free_numbers_.end(), std::uint16_t{0});
}

std::span<std::uint8_t> PacketPool::landing() const {
    return {octets_.get() + landing_ * cell, longest_};
}

// A short one into the lowest gap: else gaps would be all that is left between short ones.
std::size_t PacketPool::keep(std::size_t octets) {
    assert(octets > 0 && octets <= longest_ && free_ > 0);
    const std::size_t count = cells_for(octets);
    const std::size_t first = count <= few ? find_gap(0, count) : landing_;
    const std::size_t number = free_numbers_[--free_];
    kept_[number] = {.first = static_cast<std::uint16_t>(first),
                     .count = static_cast<std::uint16_t>(count)};
    mark(first, count, true);
    if (first < landing_) {
        copy(landing_, first, octets);
        last_ = none;
    } else {
        landing_ += count;
        last_ = number;
    }
    return number;
}

// Mostly what has just been kept has free cells behind it.
bool PacketPool::find_landing() {
    return find_landing_from(landing_) || find_landing_from(0) || (last_ != none && move_last());
}

bool PacketPool::find_lowest_landing() {
    return find_landing_from(0);
}

bool PacketPool::find_landing_from(std::size_t first) {
    const std::size_t found = find_gap(first, cells_for(longest_));
    if (found == none) {
        return false;
    }
    landing_ = found;
    last_ = none;
    return true;
}

// Out of the room that it was read to, and not to another place in it.
bool PacketPool::move_last() {
    Kept& last = kept_[last_];
    const std::size_t behind = last.first + last.count;
    const std::size_t rest = cells_for(longest_) - last.count;
    mark(behind, rest, true);
    const std::size_t gap = find_gap(0, last.count);
    mark(behind, rest, false);
    if (gap == none) {
        return false;
    }
    copy(last.first, gap, last.count * cell);
    mark(gap, last.count, true);
    mark(last.first, last.count, false);
    landing_ = last.first;
    last.first = static_cast<std::uint16_t>(gap);
    last_ = none;
    return true;
}

std::size_t PacketPool::find_gap(std::size_t from, std::size_t count) const {
    while (from < cells) {
        const std::size_t begin = next_cell(from, false);
        const std::size_t end = next_cell(begin, true);
        if (end - begin >= count) {
            return begin;
        }
        from = end;
    }
    return none;
}

std::span<std::uint8_t> PacketPool::octets(std::size_t number) const {
    const Kept& kept = kept_[number];
    return {octets_.get() + kept.first * cell, kept.count * cell};
}

void PacketPool::release(std::size_t number) {
    mark(kept_[number].first, kept_[number].count, false);
    free_numbers_[free_++] = static_cast<std::uint16_t>(number);
    last_ = number == last_ ? none : last_;
}

std::size_t PacketPool::next_cell(std::size_t from, bool is_taken) const {
    std::uint64_t not_before = ~std::uint64_t{0} << from % word;
    for (std::size_t index = from / word; index < taken_.size(); ++index) {
        const std::uint64_t found = (is_taken ? taken_[index] : ~taken_[index]) & not_before;
        if (found != 0) {
            return index * word + static_cast<std::size_t>(std::countr_zero(found));
        }
        not_before = ~std::uint64_t{0};
    }
    return none;
}

void PacketPool::mark(std::size_t first, std::size_t count, bool is_taken) {
    for (std::size_t at = first; at < first + count; ++at) {
        const std::uint64_t bit = std::uint64_t{1} << at % word;
        taken_[at / word] = is_taken ? taken_[at / word] | bit : taken_[at / word] & ~bit;
    }
}

void PacketPool::copy(std::size_t from, std::size_t to, std::size_t octets) {
    std::copy_n(octets_.get() + from * cell, octets, octets_.get() + to * cell);
}

}  // namespace godwit::datapath
