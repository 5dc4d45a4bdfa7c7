#pragma once
// Which interfaces NetworkManager takes for metered, over the system's D-Bus, kept up to date by
// its signals. Never waits: without a bus, or without NetworkManager on it, none is known to be.

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "shared/platform/file_descriptor.hpp"

struct sd_bus;
struct sd_bus_message;

namespace godwit::platform {

class MeteredDevices {
  public:
    // `address` as D-Bus writes it; empty: that of the system's bus. Throws std::system_error.
    explicit MeteredDevices(std::string address = {});
    MeteredDevices(const MeteredDevices&) = delete;
    MeteredDevices& operator=(const MeteredDevices&) = delete;
    ~MeteredDevices();

    // Readable: process(). The same as long as this lives, whatever becomes of the bus.
    [[nodiscard]] int descriptor() const { return poll_.number(); }
    // Takes all that has come; returns whether interfaces() is another set now.
    bool process();
    // The bus was not there, or is gone: try again, now and then.
    [[nodiscard]] bool is_connected() const { return bus_ != nullptr; }
    void connect();

    // By name.
    [[nodiscard]] const std::set<std::string>& interfaces() const { return interfaces_; }

  private:
    struct Close {
        void operator()(sd_bus* bus) const;
    };
    static int on_change(sd_bus_message* message, void* self, void* error);
    static int on_devices(sd_bus_message* message, void* self, void* error);

    void disconnect();
    void ask();
    void watch(bool writable);

    std::string address_;
    FileDescriptor poll_;  // epoll(7): it outlives the bus's own descriptor
    std::unique_ptr<sd_bus, Close> bus_;
    bool is_asking_ = false;
    bool ask_again_ = false;
    std::set<std::string> interfaces_;
};

}  // namespace godwit::platform
