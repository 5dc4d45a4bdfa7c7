#pragma once

#include <chrono>
#include <functional>

#include "shared/platform/alarm.hpp"
#include "shared/runtime/event_loop.hpp"

namespace godwit::tests {

// Runs the loop until this holds after one of its turns, or it has taken long even for a slow
// machine. It may run again then.
inline void run_until(runtime::EventLoop& loop, const std::function<bool()>& condition) {
    platform::Alarm patience;
    patience.set(std::chrono::seconds(20));
    const auto given_up = loop.on_readable(patience.descriptor(), [&loop] { loop.stop(); });
    loop.after_each_turn([&] {
        if (condition()) {
            loop.stop();
        }
    });
    loop.run();
    loop.context().restart();
}

}  // namespace godwit::tests
