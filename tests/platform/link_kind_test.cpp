#include "shared/platform/link_kind.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "shared/platform/network_monitor.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using mobility::LinkKind;

class LinkKindTest : public testing::Test {
  protected:
    // As sysfs shows it.
    LinkKind kind_with(const std::string& uevent, const std::string& folder = "device") {
        std::filesystem::create_directories(sysfs_.path() / "link0" / folder);
        std::ofstream(sysfs_.path() / "link0" / "uevent") << uevent;
        return kind_of(link_, sysfs_.path());
    }

    tests::TemporaryDirectory sysfs_;
    Link link_{.index = {2}, .name = "link0"};
};

TEST_F(LinkKindTest, IsWiredWhereNothingElseIsKnown) {
    EXPECT_EQ(kind_of(link_, sysfs_.path()), LinkKind::wired);
    EXPECT_EQ(kind_with("INTERFACE=link0\nIFINDEX=2\n"), LinkKind::wired);
}

TEST_F(LinkKindTest, IsWifiByWhatTheDriverSays) {
    EXPECT_EQ(kind_with("DEVTYPE=wlan\nINTERFACE=link0\n"), LinkKind::wifi);
}

TEST_F(LinkKindTest, IsWifiByItsRadio) {
    EXPECT_EQ(kind_with("INTERFACE=link0\n", "phy80211"), LinkKind::wifi);
}

TEST_F(LinkKindTest, IsWifiByTheOldExtensions) {
    EXPECT_EQ(kind_with("INTERFACE=link0\n", "wireless"), LinkKind::wifi);
}

TEST_F(LinkKindTest, IsCellularByWhatTheDriverSays) {
    EXPECT_EQ(kind_with("DEVTYPE=wwan\n"), LinkKind::cellular);
    EXPECT_EQ(kind_with("DEVTYPE=bluetooth\n"), LinkKind::cellular) << "a telephone";
}

TEST_F(LinkKindTest, IsCellularByTheKernelsModem) {
    link_.driver = "wwan";
    EXPECT_EQ(kind_of(link_, sysfs_.path()), LinkKind::cellular);
    link_ = {.index = {2}, .name = "rmnet0", .type = 519};
    EXPECT_EQ(kind_of(link_, sysfs_.path()), LinkKind::cellular);
    link_ = {.index = {2}, .name = "ppp0", .type = 512};
    EXPECT_EQ(kind_of(link_, sysfs_.path()), LinkKind::cellular);
}

class LinkKindOfARealLink : public OnALink {};

TEST_F(LinkKindOfARealLink, IsReadFromTheKernel) {
    NetworkMonitor monitor;
    const NetworkSnapshot network = monitor.snapshot();
    const auto near = std::ranges::find(network.links, "near", &Link::name);
    ASSERT_NE(near, network.links.end());
    EXPECT_EQ(near->driver, "veth");
    EXPECT_EQ(near->type, 1) << "Ethernet";
    EXPECT_EQ(kind_of(*near), LinkKind::wired);
}

}  // namespace
}  // namespace godwit::platform
