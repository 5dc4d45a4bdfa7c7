#include "shared/platform/sysctl.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

const std::string hop_limit = "net/ipv6/conf/lo/hop_limit";
const std::string mtu = "net/ipv6/conf/lo/mtu";

class SysctlTest : public InNamespace {
  protected:
    SysctlTest() {
        std::filesystem::remove(journal_);
        run("echo 61 > /proc/sys/" + hop_limit);
    }
    ~SysctlTest() override { std::filesystem::remove(journal_); }

    const std::filesystem::path journal_ =
        std::filesystem::temp_directory_path() / ("sysctl_test." + std::to_string(::getpid()));
};

TEST_F(SysctlTest, ReadsAValueWithoutItsLineBreak) {
    EXPECT_EQ(read_sysctl(hop_limit), "61");
}

TEST_F(SysctlTest, SaysThatAParameterDoesNotExist) {
    EXPECT_EQ(read_sysctl("net/ipv6/none").error(), std::errc::no_such_file_or_directory);
    SysctlOverrides overrides(journal_);
    EXPECT_THROW(overrides.set("net/ipv6/none", "1"), std::system_error);
}

TEST_F(SysctlTest, SaysThatAValueIsRefused) {
    SysctlOverrides overrides(journal_);
    EXPECT_THROW(overrides.set(hop_limit, "no number"), std::system_error);
}

TEST_F(SysctlTest, RestoresWhatItFound) {
    {
        SysctlOverrides overrides(journal_);
        overrides.set(hop_limit, "62");
        overrides.set(hop_limit, "63");
        EXPECT_EQ(read_sysctl(hop_limit), "63");
    }
    EXPECT_EQ(read_sysctl(hop_limit), "61");
    EXPECT_FALSE(std::filesystem::exists(journal_));
}

TEST_F(SysctlTest, RestoresWhatItWasToldToPreserve) {
    {
        SysctlOverrides overrides(journal_);
        overrides.preserve(hop_limit);
        run("echo 64 > /proc/sys/" + hop_limit);
    }
    EXPECT_EQ(read_sysctl(hop_limit), "61");
}

TEST_F(SysctlTest, RestoresWhatAKilledRunFound) {
    const auto killed = [this] {
        SysctlOverrides overrides(journal_);
        overrides.set(hop_limit, "62");
        overrides.set(mtu, "1300");
        std::raise(SIGKILL);
    };
    const auto mtu_before = read_sysctl(mtu);
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    ASSERT_EQ(read_sysctl(hop_limit), "62");
    {
        SysctlOverrides overrides(journal_);
        overrides.set(hop_limit, "62");
    }
    EXPECT_EQ(read_sysctl(hop_limit), "61");
    EXPECT_EQ(read_sysctl(mtu), mtu_before);
}

TEST_F(SysctlTest, ChangesNothingWithoutAJournal) {
    SysctlOverrides overrides("/proc/none/journal");
    EXPECT_THROW(overrides.set(hop_limit, "62"), std::system_error);
    EXPECT_EQ(read_sysctl(hop_limit), "61");
}

}  // namespace
}  // namespace godwit::platform
