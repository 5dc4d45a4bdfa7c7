#pragma once
// A daemon's life as the service manager sees it: ready when this object is made, alive as long as
// the event loop turns, stopping when it goes. Once it has settled it gives back the memory that
// only the start needed.

#include <chrono>
#include <optional>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/event_loop.hpp"

namespace godwit::runtime {

class ServiceLife {
  public:
    explicit ServiceLife(EventLoop& loop);
    ServiceLife(const ServiceLife&) = delete;
    ServiceLife& operator=(const ServiceLife&) = delete;
    ~ServiceLife();

  private:
    void say_alive();

    asio::steady_timer timer_;
    asio::steady_timer settled_;
    std::optional<std::chrono::microseconds> interval_;  // none: there is no watchdog
};

}  // namespace godwit::runtime
