#pragma once
// A connection to the system's D-Bus that never waits, and may come late, or go: its descriptor
// stays the same.

#include <systemd/sd-bus.h>

#include <memory>
#include <span>
#include <string>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

class SystemBus {
  public:
    // sd_bus_message_handler_t; `self` is what was given along with it.
    using OnMessage = int (*)(sd_bus_message* message, void* self, sd_bus_error* error);

    // `address` as D-Bus writes it; empty: that of the system's bus. Throws std::system_error.
    explicit SystemBus(std::string address);
    SystemBus(const SystemBus&) = delete;
    SystemBus& operator=(const SystemBus&) = delete;
    ~SystemBus();

    // Readable: process().
    [[nodiscard]] int descriptor() const { return poll_.number(); }
    // Connects, unless it is connected; signals that match come to `on_signal`. Whether the
    // connection is a new one.
    bool connect(std::span<const char* const> matches, OnMessage on_signal, void* self);
    void disconnect();
    // Calls back with all that has come. False: the connection is lost.
    bool process();
    // What could not be sent at once goes when there is room; to be called after calls that were
    // not made within process().
    void send_the_rest();

    [[nodiscard]] bool is_connected() const { return bus_ != nullptr; }
    [[nodiscard]] sd_bus* bus() const { return bus_.get(); }

  private:
    struct Close {
        void operator()(sd_bus* bus) const;
    };

    std::string address_;
    FileDescriptor poll_;  // epoll(7): it outlives the bus's own descriptor
    std::unique_ptr<sd_bus, Close> bus_;
};

}  // namespace godwit::platform
