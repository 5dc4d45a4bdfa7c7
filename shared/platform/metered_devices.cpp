#include "shared/platform/metered_devices.hpp"

#include <systemd/sd-bus.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace godwit::platform {
namespace {

constexpr const char* network_manager = "org.freedesktop.NetworkManager";
constexpr const char* device_interface = "org.freedesktop.NetworkManager.Device";

// NMMetered: 1 is yes, 3 a guess that says yes.
bool is_yes(std::uint32_t metered) {
    return metered == 1 || metered == 3;
}

struct Device {
    std::string name;
    std::string ip_name;  // of a modem, the interface that has the addresses
    bool is_metered = false;
};

std::string read_text(sd_bus_message* message) {
    const char* text = nullptr;
    return ::sd_bus_message_read(message, "v", "s", &text) >= 0 && text != nullptr ? text : "";
}

// a{sv}: one interface's properties, of a device.
Device read_device(sd_bus_message* message) {
    Device device;
    ::sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
    while (::sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv") > 0) {
        const char* key = "";
        ::sd_bus_message_read(message, "s", &key);
        const std::string_view property = key;
        if (property == "Interface") {
            device.name = read_text(message);
        } else if (property == "IpInterface") {
            device.ip_name = read_text(message);
        } else if (property == "Metered") {
            std::uint32_t metered = 0;
            ::sd_bus_message_read(message, "v", "u", &metered);
            device.is_metered = is_yes(metered);
        } else {
            ::sd_bus_message_skip(message, "v");
        }
        ::sd_bus_message_exit_container(message);
    }
    ::sd_bus_message_exit_container(message);
    return device;
}

// a{sa{sv}}: everything about one object.
void read_object(sd_bus_message* message, std::set<std::string>& metered) {
    ::sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{sa{sv}}");
    while (::sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sa{sv}") > 0) {
        const char* interface = "";
        ::sd_bus_message_read(message, "s", &interface);
        if (std::string_view(interface) == device_interface) {
            const Device device = read_device(message);
            const std::string& name = device.ip_name.empty() ? device.name : device.ip_name;
            if (device.is_metered && !name.empty()) {
                metered.insert(name);
            }
        } else {
            ::sd_bus_message_skip(message, "a{sv}");
        }
        ::sd_bus_message_exit_container(message);
    }
    ::sd_bus_message_exit_container(message);
}

// a{oa{sa{sv}}}: all objects of NetworkManager.
std::set<std::string> metered_in(sd_bus_message* message) {
    std::set<std::string> metered;
    ::sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{oa{sa{sv}}}");
    while (::sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "oa{sa{sv}}") > 0) {
        ::sd_bus_message_skip(message, "o");
        read_object(message, metered);
        ::sd_bus_message_exit_container(message);
    }
    return metered;
}

// What NetworkManager says of its devices, and whether it comes or goes.
constexpr std::array changes{
    "type='signal',sender='org.freedesktop.NetworkManager',"
    "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
    "arg0='org.freedesktop.NetworkManager.Device'",
    "type='signal',sender='org.freedesktop.NetworkManager',"
    "interface='org.freedesktop.DBus.ObjectManager',"
    "arg0path='/org/freedesktop/NetworkManager/Devices/'",
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
    "member='NameOwnerChanged',arg0='org.freedesktop.NetworkManager'",
};

}  // namespace

MeteredDevices::MeteredDevices(std::string address) : bus_(std::move(address)) {
    connect();
}

void MeteredDevices::connect() {
    const auto on_signal = [](sd_bus_message* message, void* self, sd_bus_error* error) {
        return on_change(message, self, error);
    };
    if (bus_.connect(changes, on_signal, this)) {
        ask();
    }
}

bool MeteredDevices::process() {
    const std::set<std::string> before = interfaces_;
    if (!bus_.process()) {
        is_asking_ = false;
        ask_again_ = false;
        interfaces_.clear();
    }
    return interfaces_ != before;
}

void MeteredDevices::ask() {
    if (std::exchange(is_asking_, true)) {
        ask_again_ = true;
        return;
    }
    const auto on_reply = [](sd_bus_message* message, void* self, sd_bus_error* error) {
        return on_devices(message, self, error);
    };
    // Nobody is started for it: who has no NetworkManager running wants none.
    sd_bus_message* call = nullptr;
    const int made =
        ::sd_bus_message_new_method_call(bus_.bus(), &call, network_manager, "/org/freedesktop",
                                         "org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
    if (made < 0 || ::sd_bus_message_set_auto_start(call, 0) < 0 ||
        ::sd_bus_call_async(bus_.bus(), nullptr, call, on_reply, this, 0) < 0) {
        is_asking_ = false;
    }
    ::sd_bus_message_unref(call);
}

int MeteredDevices::on_change(sd_bus_message* /*message*/, void* self, void* /*error*/) {
    static_cast<MeteredDevices*>(self)->ask();
    return 0;
}

int MeteredDevices::on_devices(sd_bus_message* message, void* self, void* /*error*/) {
    auto& devices = *static_cast<MeteredDevices*>(self);
    const bool is_error = ::sd_bus_message_is_method_error(message, nullptr) != 0;
    devices.interfaces_ = is_error ? std::set<std::string>{} : metered_in(message);
    devices.is_asking_ = false;
    if (std::exchange(devices.ask_again_, false)) {
        devices.ask();
    }
    return 0;
}

}  // namespace godwit::platform
