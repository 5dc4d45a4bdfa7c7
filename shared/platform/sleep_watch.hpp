#pragma once
// Wakes its reader up when the machine has been asleep: logind says so on the system's D-Bus
// (org.freedesktop.login1.Manager, PrepareForSleep), and the kernel sets the time of day anew,
// which a timer tells (TFD_TIMER_CANCEL_ON_SET in timerfd_create(2)). Where there is no logind, the
// second remains.

#include <string>

#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/system_bus.hpp"

namespace godwit::platform {

class SleepWatch {
  public:
    // `address` as D-Bus writes it; empty: that of the system's bus. Throws std::system_error.
    explicit SleepWatch(std::string address = {});
    SleepWatch(const SleepWatch&) = delete;  // the bus calls it back
    SleepWatch& operator=(const SleepWatch&) = delete;
    ~SleepWatch() = default;

    // Readable: process(). The same as long as this lives, whatever becomes of the bus.
    [[nodiscard]] int descriptor() const { return poll_.number(); }
    // Takes all that has come; returns whether logind says that the machine has been asleep. When
    // it is the time of day that was set, two other clocks tell whether it has.
    bool process();
    // The bus was not there, or is gone: try again, now and then.
    void connect();

  private:
    static int on_prepare_for_sleep(sd_bus_message* message, void* self, sd_bus_error* error);
    void watch_time_of_day();

    SystemBus bus_;
    FileDescriptor time_of_day_;
    FileDescriptor poll_;  // epoll(7), of both
    bool has_slept_ = false;
};

}  // namespace godwit::platform
