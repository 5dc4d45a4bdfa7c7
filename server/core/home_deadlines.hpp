#pragma once
// What is due when: at most one instant for each home address, the earliest first.

#include <optional>
#include <unordered_map>

#include "server/core/deadline_heap.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

class HomeDeadlines {
  public:
    // In place of the one before; nothing: none.
    void put(const wire::HomeAddress& home, std::optional<mobility::Instant> deadline) {
        if (deadline) {
            order_.put(*by_home_.try_emplace(home).first, deadline);
        } else if (const auto found = by_home_.find(home); found != by_home_.end()) {
            order_.take_out(*found);
            by_home_.erase(found);
        }
    }
    // The home address whose deadline is the earliest, at or before `now`.
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return order_.due(now);
    }
    [[nodiscard]] std::optional<mobility::Instant> next() const { return order_.next(); }

  private:
    struct Record {
        HeapPlace heap_place;
    };

    std::unordered_map<wire::HomeAddress, Record> by_home_;
    DeadlineHeap<Record> order_;
};

}  // namespace godwit::server
