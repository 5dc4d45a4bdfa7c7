#include "shared/platform/tun_device.hpp"

#include <array>

#include "shared/platform/interface_config.hpp"
#include "tests/platform/capabilities.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

// From 2001:db8::9 to 2001:db8::8, with no next header.
wire::Bytes small_packet() {
    wire::Bytes packet;
    wire::Writer out(packet);
    out.integer(std::uint32_t{0x60000000});
    out.integer(std::uint32_t{0x00003b40});
    out.bytes(address("2001:db8::9").octets);
    out.bytes(address("2001:db8::8").octets);
    return packet;
}

class Tun : public InNamespace {
  protected:
    void bring_up_with_address(const TunDevice& device, const char* text) {
        require("up", bring_up(netlink_, device.interface()));
        require("address", add(netlink_, {device.interface(), address(text)}, 0));
    }
    NetlinkSocket netlink_;
};

TEST_F(Tun, GivesWhatTheKernelRoutesToIt) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    bring_up_with_address(device, "2001:db8::9");
    run("ip -6 route add 2001:db8::8 dev godwit; bash -c 'echo > /dev/udp/2001:db8::8/9'");
    EXPECT_TRUE(becomes_readable(device.descriptor()));
    EXPECT_EQ(packets_in(device, wire::NextHeader::udp), 1U);
}

TEST_F(Tun, DeliversWhatIsWrittenToIt) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    bring_up_with_address(device, "2001:db8::8");
    EXPECT_EQ(device.write(small_packet()), 40U);
    EXPECT_NE(run("ip -s link show godwit").find(" 40 "), std::string::npos);
}

TEST_F(Tun, RefusesPacketsWhileItIsDown) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    EXPECT_EQ(device.write(small_packet()).error(), std::errc::io_error);
}

TEST_F(Tun, WouldBlockWhenThereIsNothingToRead) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    std::array<std::uint8_t, 1500> buffer{};
    EXPECT_EQ(device.read(buffer).error(), std::errc::operation_would_block);
}

TEST_F(Tun, TakesTheMtuItIsGiven) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    ASSERT_FALSE(change_mtu(netlink_, device.interface(), 1380));
    EXPECT_NE(run("ip link show godwit").find("mtu 1380"), std::string::npos);
}

TEST_F(Tun, VanishesWithItsObject) {
    {
        const TunDevice device("godwit", TunDevice::Offloading::off);
    }
    EXPECT_FALSE(find_interface("godwit"));
}

TEST_F(Tun, SaysThatTheNameIsInUse) {
    const TunDevice device("godwit", TunDevice::Offloading::off);
    try {
        const TunDevice second("godwit", TunDevice::Offloading::off);
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_NE(std::string(error.what()).find("the name is in use"), std::string::npos);
    }
}

TEST_F(Tun, SaysThatTheNameIsTooLong) {
    EXPECT_THROW(TunDevice("sixteen-octets-x", TunDevice::Offloading::off), std::system_error);
}

TEST_F(Tun, SaysWhichCapabilityIsMissing) {
    const auto without_capabilities = [] {
        drop_capabilities();
        try {
            const TunDevice device("godwit", TunDevice::Offloading::off);
        } catch (const std::system_error& error) {
            std::fputs(error.what(), stderr);
            std::_Exit(1);
        }
        std::_Exit(0);
    };
    EXPECT_EXIT(without_capabilities(), testing::ExitedWithCode(1), "needs CAP_NET_ADMIN");
}

}  // namespace
}  // namespace godwit::platform
