#include "shared/platform/system_bus.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <systemd/sd-bus.h>

#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

sd_bus* open_bus(const std::string& address) {
    sd_bus* bus = nullptr;
    if (address.empty()) {
        return ::sd_bus_open_system(&bus) >= 0 ? bus : nullptr;
    }
    if (::sd_bus_new(&bus) < 0) {
        return nullptr;
    }
    if (::sd_bus_set_address(bus, address.c_str()) < 0 || ::sd_bus_set_bus_client(bus, 1) < 0 ||
        ::sd_bus_start(bus) < 0) {
        return ::sd_bus_close_unref(bus);
    }
    return bus;
}

}  // namespace

void SystemBus::Close::operator()(sd_bus* bus) const {
    ::sd_bus_close_unref(bus);
}

SystemBus::SystemBus(std::string address)
    : address_(std::move(address)),
      poll_(check_syscall("make an epoll descriptor", ::epoll_create1(EPOLL_CLOEXEC))) {}

SystemBus::~SystemBus() = default;

bool SystemBus::connect(std::span<const char* const> matches, OnMessage on_signal, void* self) {
    if (bus_) {
        return false;
    }
    bus_.reset(open_bus(address_));
    if (!bus_) {
        return false;
    }
    const int descriptor = ::sd_bus_get_fd(bus_.get());
    epoll_event events{};
    events.events = EPOLLIN | EPOLLOUT;
    if (descriptor < 0 || ::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, descriptor, &events) != 0) {
        bus_.reset();
        return false;
    }
    for (const char* match : matches) {
        ::sd_bus_add_match_async(bus_.get(), nullptr, match, on_signal, nullptr, self);
    }
    return true;
}

void SystemBus::disconnect() {
    if (bus_) {
        ::epoll_ctl(poll_.number(), EPOLL_CTL_DEL, ::sd_bus_get_fd(bus_.get()), nullptr);
        bus_.reset();
    }
}

bool SystemBus::process() {
    int outcome = 1;
    while (bus_ && outcome > 0) {
        outcome = ::sd_bus_process(bus_.get(), nullptr);
    }
    if (!bus_) {
        return true;
    }
    if (outcome < 0 || ::sd_bus_is_open(bus_.get()) <= 0) {
        disconnect();
        return false;
    }
    send_the_rest();
    return true;
}

void SystemBus::send_the_rest() {
    const bool is_waiting = (::sd_bus_get_events(bus_.get()) & POLLOUT) != 0;
    epoll_event events{};
    events.events = EPOLLIN | (is_waiting ? EPOLLOUT : 0U);
    ::epoll_ctl(poll_.number(), EPOLL_CTL_MOD, ::sd_bus_get_fd(bus_.get()), &events);
}

}  // namespace godwit::platform
