#include "shared/datapath/packet_pool.hpp"

#include <bit>
#include <cassert>

namespace godwit::datapath {

PacketPool::PacketPool(std::size_t longest)
    : longest_(longest), octets_(std::make_unique_for_overwrite<std::uint8_t[]>(cells * cell)) {
    assert(longest > 0 && longest <= cells * cell);
}

std::span<std::uint8_t> PacketPool::landing() const {
    return {octets_.get() + landing_ * cell, longest_};
}

std::size_t PacketPool::keep(std::size_t octets) {
    assert(octets > 0 && octets <= longest_);
    const std::size_t place = landing_;
    const std::size_t count = cells_for(octets);
    sizes_[place] = static_cast<std::uint16_t>(count);
    mark(place, count, true);
    landing_ += count;
    return place;
}

// Mostly what has just been kept has free cells behind it.
bool PacketPool::find_landing() {
    return find_landing_from(landing_) || find_landing_from(0);
}

bool PacketPool::find_lowest_landing() {
    return find_landing_from(0);
}

bool PacketPool::find_landing_from(std::size_t first) {
    while (first < cells) {
        const std::size_t begin = next_cell(first, false);
        const std::size_t end = next_cell(begin, true);
        if (end - begin >= cells_for(longest_)) {
            landing_ = begin;
            return true;
        }
        first = end;
    }
    return false;
}

std::span<std::uint8_t> PacketPool::octets(std::size_t place) const {
    return {octets_.get() + place * cell, sizes_[place] * cell};
}

void PacketPool::release(std::size_t place) {
    mark(place, sizes_[place], false);
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
    return cells;
}

void PacketPool::mark(std::size_t first, std::size_t count, bool is_taken) {
    for (std::size_t at = first; at < first + count; ++at) {
        const std::uint64_t bit = std::uint64_t{1} << at % word;
        taken_[at / word] = is_taken ? taken_[at / word] | bit : taken_[at / word] & ~bit;
    }
}

}  // namespace godwit::datapath
