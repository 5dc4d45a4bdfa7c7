#include "shared/platform/bus_names.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <memory>

namespace godwit::platform {
namespace {

constexpr std::uint64_t patience = 1'000'000;  // microseconds

struct Close {
    void operator()(sd_bus* bus) const { ::sd_bus_close_unref(bus); }
};

bool has_owner(sd_bus* bus, const std::string& name) {
    sd_bus_message* answer = nullptr;
    int is_owned = 0;
    if (::sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                             "org.freedesktop.DBus", "NameHasOwner", nullptr, &answer, "s",
                             name.c_str()) >= 0) {
        ::sd_bus_message_read(answer, "b", &is_owned);
    }
    ::sd_bus_message_unref(answer);
    return is_owned != 0;
}

}  // namespace

std::vector<std::string> owned_bus_names(std::span<const std::string> names) {
    std::vector<std::string> owned;
    sd_bus* opened = nullptr;
    if (::sd_bus_open_system(&opened) < 0) {
        return owned;
    }
    const std::unique_ptr<sd_bus, Close> bus(opened);
    ::sd_bus_set_method_call_timeout(bus.get(), patience);
    for (const std::string& name : names) {
        if (has_owner(bus.get(), name)) {
            owned.push_back(name);
        }
    }
    return owned;
}

}  // namespace godwit::platform
