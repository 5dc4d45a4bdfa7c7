#include "shared/platform/service_notification.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace godwit::platform {
namespace {

constexpr int keep_environment = 0;

// A service manager that cannot be told is none of the daemon's business: it goes on serving.
void notify(const char* state) {
    ::sd_notify(keep_environment, state);
}

}  // namespace

void notify_ready() {
    notify("READY=1");
}

void notify_stopping() {
    notify("STOPPING=1");
}

void notify_alive() {
    notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> watchdog_patience() {
    std::uint64_t patience = 0;
    if (::sd_watchdog_enabled(keep_environment, &patience) <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds(patience);
}

}  // namespace godwit::platform
