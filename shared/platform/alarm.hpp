#pragma once
// A descriptor that becomes readable after a while (timerfd_create(2)): for what is so far away
// that a timeout with each wait would cost more than it is worth.

#include <chrono>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

class Alarm {
  public:
    Alarm();

    [[nodiscard]] int descriptor() const { return timer_.number(); }
    // In place of what was set before. At least a nanosecond.
    void set(std::chrono::nanoseconds after);
    // It has rung: not readable any more.
    void clear();
    [[nodiscard]] bool is_set() const { return is_set_; }

  private:
    FileDescriptor timer_;
    bool is_set_ = false;
};

}  // namespace godwit::platform
