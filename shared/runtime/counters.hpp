#pragma once
// Named counters: how often something happened, by its reason. The status shows them all.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace godwit::runtime {

class Counters {
  public:
    void add(std::string_view reason, std::uint64_t times = 1) {
        const auto found = counts_.find(reason);
        if (found == counts_.end()) {
            counts_.emplace(reason, times);
        } else {
            found->second += times;
        }
    }

    // 0 for what has never happened.
    [[nodiscard]] std::uint64_t count(std::string_view reason) const {
        const auto found = counts_.find(reason);
        return found == counts_.end() ? 0 : found->second;
    }

    using ByReason = std::map<std::string, std::uint64_t, std::less<>>;
    [[nodiscard]] const ByReason& by_reason() const { return counts_; }

  private:
    ByReason counts_;
};

}  // namespace godwit::runtime
