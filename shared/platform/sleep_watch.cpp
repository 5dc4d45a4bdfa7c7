#include "shared/platform/sleep_watch.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

constexpr std::array prepare_for_sleep{
    "type='signal',sender='org.freedesktop.login1',path='/org/freedesktop/login1',"
    "interface='org.freedesktop.login1.Manager',member='PrepareForSleep'"};

void add(const FileDescriptor& poll, int descriptor) {
    epoll_event events{};
    events.events = EPOLLIN;
    check_syscall("watch a descriptor",
                  ::epoll_ctl(poll.number(), EPOLL_CTL_ADD, descriptor, &events));
}

}  // namespace

SleepWatch::SleepWatch(std::string address)
    : bus_(std::move(address)),
      time_of_day_(check_syscall("make a timer descriptor",
                                 ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC))),
      poll_(check_syscall("make an epoll descriptor", ::epoll_create1(EPOLL_CLOEXEC))) {
    add(poll_, bus_.descriptor());
    add(poll_, time_of_day_.number());
    watch_time_of_day();
    connect();
}

void SleepWatch::connect() {
    bus_.connect(prepare_for_sleep, on_prepare_for_sleep, this);
}

// It never rings: it is only ever cancelled.
void SleepWatch::watch_time_of_day() {
    constexpr std::time_t never = 9'000'000'000;  // in the year 2255; the kernel knows few more
    const itimerspec spec{.it_interval = {}, .it_value = {.tv_sec = never, .tv_nsec = 0}};
    [[maybe_unused]] const int set = ::timerfd_settime(
        time_of_day_.number(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

bool SleepWatch::process() {
    std::uint64_t rung = 0;
    if (::read(time_of_day_.number(), &rung, sizeof rung) >= 0 ||
        last_error() == std::errc::operation_canceled) {
        watch_time_of_day();
    }
    bus_.process();
    return std::exchange(has_slept_, false);
}

// Its argument: true before, false afterwards.
int SleepWatch::on_prepare_for_sleep(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
    int is_before = 1;
    if (::sd_bus_message_read(message, "b", &is_before) >= 0 && is_before == 0) {
        static_cast<SleepWatch*>(self)->has_slept_ = true;
    }
    return 0;
}

}  // namespace godwit::platform
