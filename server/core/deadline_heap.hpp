#pragma once
// What is due when, the earliest first, for the records of one map by home address. A heap of 16
// octets for each; a record knows its own place in it, so that its deadline changes without a
// search. Most deadlines are put off, and most lie at the bottom: that costs next to nothing.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// A record has one as `heap_place`. It is of that record alone.
class HeapPlace {
  public:
    HeapPlace() = default;
    HeapPlace(const HeapPlace&) = delete;
    HeapPlace& operator=(const HeapPlace&) = delete;
    ~HeapPlace() = default;

  private:
    template <class Record>
    friend class DeadlineHeap;
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t index_ = none;
};

template <class Record>
class DeadlineHeap {
  public:
    // An element of the map, whose address stays the same. It is taken out before it goes.
    using Entry = std::pair<const wire::HomeAddress, Record>;

    // In place of the deadline before; nothing: none.
    void put(Entry& entry, std::optional<mobility::Instant> deadline) {
        if (!deadline) {
            take_out(entry);
            return;
        }
        std::size_t index = entry.second.heap_place.index_;
        if (index == HeapPlace::none) {
            index = slots_.size();
            slots_.emplace_back();
        }
        settle(index, {*deadline, &entry});
    }
    void take_out(Entry& entry) {
        const std::size_t index = std::exchange(entry.second.heap_place.index_, HeapPlace::none);
        if (index == HeapPlace::none) {
            return;
        }
        const Slot last = slots_.back();
        slots_.pop_back();
        if (index < slots_.size()) {
            settle(index, last);
        }
    }

    // The home address whose deadline is the earliest, at or before `now`.
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return slots_.empty() || now < slots_.front().deadline
                   ? std::nullopt
                   : std::optional(slots_.front().entry->first);
    }
    [[nodiscard]] std::optional<mobility::Instant> next() const {
        return slots_.empty() ? std::nullopt : std::optional(slots_.front().deadline);
    }

  private:
    struct Slot {
        mobility::Instant deadline;
        Entry* entry = nullptr;
    };
    static constexpr std::size_t children = 4;  // lie in one line of the processor's cache

    void set(std::size_t index, const Slot& slot) {
        slots_[index] = slot;
        slot.entry->second.heap_place.index_ = static_cast<std::uint32_t>(index);
    }
    // Puts `slot` where it belongs; the one at `index` is free.
    void settle(std::size_t index, const Slot& slot) {
        for (; index > 0 && slot.deadline < slots_[(index - 1) / children].deadline;
             index = (index - 1) / children) {
            set(index, slots_[(index - 1) / children]);
        }
        for (std::size_t child = earliest_child(index);
             child < slots_.size() && slots_[child].deadline < slot.deadline;
             child = earliest_child(index)) {
            set(index, slots_[child]);
            index = child;
        }
        set(index, slot);
    }
    // slots_.size() if there is none.
    [[nodiscard]] std::size_t earliest_child(std::size_t index) const {
        const std::size_t first = std::min(index * children + 1, slots_.size());
        const std::size_t end = std::min(first + children, slots_.size());
        std::size_t earliest = first;
        for (std::size_t child = first + 1; child < end; ++child) {
            if (slots_[child].deadline < slots_[earliest].deadline) {
                earliest = child;
            }
        }
        return earliest;
    }

    std::vector<Slot> slots_;
};

}  // namespace godwit::server
