#pragma once
// A Presence that leaves, and what comes once it has left. One at a time: whoever ordered it first
// has it done.

#include <functional>
#include <utility>

namespace godwit::client {

class Departure {
  public:
    [[nodiscard]] bool is_under_way() const { return static_cast<bool>(next_); }
    // False where one is under way: that one goes on, and nothing comes of this.
    [[nodiscard]] bool begin(std::function<void()> next) {
        if (!is_under_way()) {
            next_ = std::move(next);
            return true;
        }
        return false;
    }
    // This comes in place of what was to come.
    void end_with(std::function<void()> next) { next_ = std::move(next); }
    // It has left; what comes may begin another one.
    void end() {
        if (const auto next = std::exchange(next_, nullptr)) {
            next();
        }
    }

  private:
    std::function<void()> next_;
};

}  // namespace godwit::client
