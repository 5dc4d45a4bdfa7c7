#pragma once
// What a daemon tells the service manager that started it (sd_notify(3)). Whoever was started
// otherwise, by hand or in a test, tells nobody: then nothing happens here.

#include <chrono>
#include <optional>

namespace godwit::platform {

void notify_ready();     // it serves
void notify_stopping();  // it cleans up, and ends by itself
void notify_alive();     // for the watchdog

// How long it may be silent before the service manager takes it for stuck and starts another
// (sd_watchdog_enabled(3)); nothing: nobody waits for notify_alive().
std::optional<std::chrono::microseconds> watchdog_patience();

}  // namespace godwit::platform
