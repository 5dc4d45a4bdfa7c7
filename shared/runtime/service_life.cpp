#include "shared/runtime/service_life.hpp"

#include "shared/platform/service_notification.hpp"
#include "shared/platform/unused_memory.hpp"

namespace godwit::runtime {
namespace {

// sd_watchdog_enabled(3) recommends half of the time; a third forgives one that came too late.
constexpr int signs_in_patience = 3;

constexpr std::chrono::milliseconds time_to_settle{300};

}  // namespace

ServiceLife::ServiceLife(EventLoop& loop) : timer_(loop.context()), settled_(loop.context()) {
    if (const auto patience = platform::watchdog_patience()) {
        interval_ = *patience / signs_in_patience;
        say_alive();
    }
    platform::notify_ready();
    settled_.expires_after(time_to_settle);
    settled_.async_wait([](const boost::system::error_code& error) {
        if (!error) {
            platform::give_back_unused_memory();
        }
    });
}

ServiceLife::~ServiceLife() {
    platform::notify_stopping();
}

void ServiceLife::say_alive() {
    platform::notify_alive();
    timer_.expires_after(*interval_);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            say_alive();
        }
    });
}

}  // namespace godwit::runtime
