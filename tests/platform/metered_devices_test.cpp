#include "shared/platform/metered_devices.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <array>
#include <atomic>
#include <optional>
#include <thread>

#include "shared/platform/attempt.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/private_bus.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// As far as we know it: two devices, of which one is a modem.
class FakeNetworkManager {
  public:
    explicit FakeNetworkManager(const std::string& address) {
        require_done(::sd_bus_new(&bus_));
        require_done(::sd_bus_set_address(bus_, address.c_str()));
        require_done(::sd_bus_set_bus_client(bus_, 1));
        require_done(::sd_bus_start(bus_));
        require_done(::sd_bus_add_object_manager(bus_, nullptr, "/org/freedesktop"));
        add("/org/freedesktop/NetworkManager/Devices/1", wifi_);
        add("/org/freedesktop/NetworkManager/Devices/2", modem_);
        require_done(::sd_bus_request_name(bus_, "org.freedesktop.NetworkManager", 0));
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    FakeNetworkManager(const FakeNetworkManager&) = delete;
    FakeNetworkManager& operator=(const FakeNetworkManager&) = delete;
    ~FakeNetworkManager() {
        thread_.request_stop();
        thread_.join();
        ::sd_bus_flush_close_unref(bus_);
    }

    void say_of_wifi(std::uint32_t metered) { to_be_said_ = static_cast<int>(metered); }

  private:
    struct Device {
        const char* interface;
        const char* ip_interface;
        std::uint32_t metered;
    };

    static void require_done(int outcome) {
        require("speak on the bus", {outcome < 0 ? -outcome : 0, std::system_category()});
    }

    void add(const char* path, Device& device) {
        static const std::array<sd_bus_vtable, 6> properties{{
            SD_BUS_VTABLE_START(0),
            SD_BUS_PROPERTY("Interface", "s", nullptr, offsetof(Device, interface), 0),
            SD_BUS_PROPERTY("IpInterface", "s", nullptr, offsetof(Device, ip_interface), 0),
            SD_BUS_PROPERTY("Metered", "u", nullptr, offsetof(Device, metered),
                            SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
            SD_BUS_PROPERTY("Mtu", "u", nullptr, offsetof(Device, metered), 0),
            SD_BUS_VTABLE_END,
        }};
        require_done(::sd_bus_add_object_vtable(bus_, nullptr, path,
                                                "org.freedesktop.NetworkManager.Device",
                                                properties.data(), &device));
    }

    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            while (::sd_bus_process(bus_, nullptr) > 0) {
            }
            if (const int metered = to_be_said_.exchange(-1); metered >= 0) {
                wifi_.metered = static_cast<std::uint32_t>(metered);
                ::sd_bus_emit_properties_changed(bus_, "/org/freedesktop/NetworkManager/Devices/1",
                                                 "org.freedesktop.NetworkManager.Device", "Metered",
                                                 nullptr);
            }
            ::sd_bus_wait(bus_, 5000);
        }
    }

    sd_bus* bus_ = nullptr;
    Device wifi_{"wlan0", "wlan0", 4};
    Device modem_{"cdc-wdm0", "wwan0", 3};
    std::atomic<int> to_be_said_ = -1;
    std::jthread thread_;
};

class MeteredDevicesTest : public testing::Test {
  protected:
    // Until another set is told.
    static bool changes(MeteredDevices& devices) {
        while (becomes_readable(devices.descriptor())) {
            if (devices.process()) {
                return true;
            }
        }
        return false;
    }
    // Nothing comes for a while.
    static void settle(MeteredDevices& devices) {
        pollfd polled{.fd = devices.descriptor(), .events = POLLIN, .revents = 0};
        while (::poll(&polled, 1, 100) == 1) {
            EXPECT_FALSE(devices.process());
        }
    }

    tests::TemporaryDirectory directory_;
    PrivateBus bus_{directory_};
};

TEST_F(MeteredDevicesTest, AreThoseOfWhichNetworkManagerSaysSoOrGuesses) {
    const FakeNetworkManager manager(bus_.address());
    MeteredDevices devices(bus_.address());
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), ElementsAre("wwan0")) << "the modem's, with the addresses";
}

TEST_F(MeteredDevicesTest, ChangeWithWhatNetworkManagerSays) {
    FakeNetworkManager manager(bus_.address());
    MeteredDevices devices(bus_.address());
    ASSERT_TRUE(changes(devices));
    manager.say_of_wifi(1);
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), ElementsAre("wlan0", "wwan0"));
    manager.say_of_wifi(2);
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), ElementsAre("wwan0"));
}

TEST_F(MeteredDevicesTest, AreNoneWithoutNetworkManagerUntilItComes) {
    MeteredDevices devices(bus_.address());
    settle(devices);
    EXPECT_THAT(devices.interfaces(), IsEmpty());
    std::optional<FakeNetworkManager> manager(bus_.address());
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), ElementsAre("wwan0"));
    manager.reset();
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), IsEmpty());
}

TEST_F(MeteredDevicesTest, AreNoneOnceTheBusIsGone) {
    std::optional<FakeNetworkManager> manager(bus_.address());
    MeteredDevices devices(bus_.address());
    ASSERT_TRUE(changes(devices));
    bus_.stop();
    ASSERT_TRUE(changes(devices));
    EXPECT_THAT(devices.interfaces(), IsEmpty());
    EXPECT_FALSE(devices.is_connected());
    pollfd polled{.fd = devices.descriptor(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&polled, 1, 0), 0) << "nobody is kept busy by it";
}

TEST(MeteredDevices, AreNoneWithoutABus) {
    MeteredDevices devices("unix:path=/nonexistent/bus");
    devices.process();
    EXPECT_THAT(devices.interfaces(), IsEmpty());
    EXPECT_FALSE(devices.is_connected());
}

}  // namespace
}  // namespace godwit::platform
