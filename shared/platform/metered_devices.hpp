#pragma once
// Which interfaces NetworkManager takes for metered, over the system's D-Bus, kept up to date by
// its signals. Never waits: without a bus, or without NetworkManager on it, none is known to be.

#include <set>
#include <string>

#include "shared/platform/system_bus.hpp"

namespace godwit::platform {

class MeteredDevices {
  public:
    // `address` as D-Bus writes it; empty: that of the system's bus. Throws std::system_error.
    explicit MeteredDevices(std::string address = {});
    MeteredDevices(const MeteredDevices&) = delete;  // the bus calls it back
    MeteredDevices& operator=(const MeteredDevices&) = delete;
    ~MeteredDevices() = default;

    // Readable: process(). The same as long as this lives, whatever becomes of the bus.
    [[nodiscard]] int descriptor() const { return bus_.descriptor(); }
    // Takes all that has come; returns whether interfaces() is another set now.
    bool process();
    // The bus was not there, or is gone: try again, now and then.
    [[nodiscard]] bool is_connected() const { return bus_.is_connected(); }
    void connect();

    // By name.
    [[nodiscard]] const std::set<std::string>& interfaces() const { return interfaces_; }

  private:
    static int on_change(sd_bus_message* message, void* self, void* error);
    static int on_devices(sd_bus_message* message, void* self, void* error);

    void ask();

    SystemBus bus_;
    bool is_asking_ = false;
    bool ask_again_ = false;
    std::set<std::string> interfaces_;
};

}  // namespace godwit::platform
