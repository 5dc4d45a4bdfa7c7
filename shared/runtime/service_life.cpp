#include "shared/runtime/service_life.hpp"

#include "shared/platform/service_notification.hpp"

namespace godwit::runtime {
namespace {

// sd_watchdog_enabled(3) recommends half of the time; a third forgives one that came too late.
constexpr int signs_in_patience = 3;

}  // namespace

ServiceLife::ServiceLife(EventLoop& loop) : timer_(loop.context()) {
    if (const auto patience = platform::watchdog_patience()) {
        interval_ = *patience / signs_in_patience;
        say_alive();
    }
    platform::notify_ready();
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
