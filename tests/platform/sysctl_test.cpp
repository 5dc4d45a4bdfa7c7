#include "shared/platform/sysctl.hpp"

#include <csignal>
#include <filesystem>

#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

const std::string hop_limit = "net/ipv6/conf/lo/hop_limit";
const std::string mtu = "net/ipv6/conf/lo/mtu";

class SysctlTest : public InNamespace {
  protected:
    SysctlTest() { run("echo 61 > /proc/sys/" + hop_limit); }

    const tests::TemporaryDirectory directory_;
    const std::filesystem::path journal_ = directory_.path() / "journal";
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

TEST_F(SysctlTest, RestoresWhatIsFarDownInALongJournal) {
    std::string journal;
    for (int number = 0; number < 4000; ++number) {
        journal += "net/ipv6/conf/container" + std::to_string(number) + "/forwarding=0\n";
    }
    directory_.write("journal", journal + hop_limit + "=60\n");
    {
        const SysctlOverrides overrides(journal_);
    }
    EXPECT_EQ(read_sysctl(hop_limit), "60");
}

// Another user than the one who reads it may have written it.
TEST_F(SysctlTest, RestoresWhatIsBelowNetAlone) {
    const auto target = directory_.write("target", "as it was");
    const std::string absolute = target.string();
    for (const std::string& name :
         {absolute, "/" + absolute, "../.." + absolute, "net/../../.." + absolute,
          "net/ipv6/../../../.." + absolute, "net//" + hop_limit.substr(4), std::string("net/"),
          std::string("kernel/../") + hop_limit}) {
        directory_.write("journal", name + "=65\n");
        {
            const SysctlOverrides overrides(journal_);
        }
        EXPECT_EQ(tests::read_file(target), "as it was") << name;
        EXPECT_EQ(read_sysctl(hop_limit), "61") << name;
    }
    directory_.write("journal", absolute + "=65\n" + hop_limit + "=65\n");
    {
        const SysctlOverrides overrides(journal_);
    }
    EXPECT_EQ(read_sysctl(hop_limit), "65") << "and that in any company";
}

TEST_F(SysctlTest, WritesItsJournalThroughNoLink) {
    const auto target = directory_.write("target", "as it was");
    std::filesystem::create_symlink(target, journal_.string() + ".new");
    SysctlOverrides overrides(journal_);
    overrides.set(hop_limit, "62");
    EXPECT_EQ(tests::read_file(target), "as it was");
    EXPECT_EQ(tests::read_file(journal_), hop_limit + "=61\n");
}

TEST_F(SysctlTest, ChangesNothingWithoutAJournal) {
    SysctlOverrides overrides("/proc/none/journal");
    EXPECT_THROW(overrides.set(hop_limit, "62"), std::system_error);
    EXPECT_EQ(read_sysctl(hop_limit), "61");
}

}  // namespace
}  // namespace godwit::platform
