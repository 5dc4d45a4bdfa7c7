#pragma once
// What is due when: at most one instant for each home address, the earliest first.

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

class HomeDeadlines {
  public:
    // In place of the one before; nothing: none.
    void put(const wire::HomeAddress& home, std::optional<mobility::Instant> deadline) {
        if (const auto found = by_home_.find(home); found != by_home_.end()) {
            order_.erase({found->second, home});
            by_home_.erase(found);
        }
        if (deadline) {
            by_home_.emplace(home, *deadline);
            order_.emplace(*deadline, home);
        }
    }
    // The home address whose deadline is the earliest, at or before `now`.
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return order_.empty() || now < order_.begin()->first
                   ? std::nullopt
                   : std::optional(order_.begin()->second);
    }
    [[nodiscard]] std::optional<mobility::Instant> next() const {
        return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
    }

  private:
    std::unordered_map<wire::HomeAddress, mobility::Instant> by_home_;
    std::set<std::pair<mobility::Instant, wire::HomeAddress>> order_;
};

}  // namespace godwit::server
