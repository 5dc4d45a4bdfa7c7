#include "shared/platform/privileges.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

#include "tests/platform/capabilities.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

// "CapPrm:" of this thread (proc(5)).
std::uint64_t set_of_this_thread(const std::string& name) {
    std::ifstream status("/proc/thread-self/status");
    std::uint64_t set = 0;
    for (std::string word; status >> word;) {
        if (word == name) {
            status >> std::hex >> set;
        }
    }
    return set;
}

std::uint64_t bits(std::initializer_list<unsigned> capabilities) {
    std::uint64_t bits = 0;
    for (const unsigned capability : capabilities) {
        bits |= std::uint64_t{1} << capability;
    }
    return bits;
}

// In a child each, since there is no way back.
[[noreturn]] void give_up(const KeptCapabilities& kept, std::uint64_t left) {
    give_up_capabilities(kept);
    const bool as_wanted = set_of_this_thread("CapPrm:") == left &&
                           set_of_this_thread("CapEff:") == left &&
                           set_of_this_thread("CapInh:") == 0 &&
                           set_of_this_thread("CapAmb:") == 0 && set_of_this_thread("CapBnd:") == 0;
    ::_exit(as_wanted ? 0 : 1);
}

TEST(Privileges, LeaveRootTheNetworkAlone) {
    EXPECT_EXIT(give_up({}, bits({CAP_NET_ADMIN, CAP_NET_RAW})), testing::ExitedWithCode(0), "");
}

TEST(Privileges, LeaveWhatIsNamedUntilItIsNotNamedAgain) {
    const auto in_steps = [] {
        give_up_capabilities({.ports_below_1024 = true, .files_of_others = true});
        const bool has_all =
            set_of_this_thread("CapPrm:") == bits({CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE,
                                                   CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_CHOWN});
        if (!has_all) {
            ::_exit(2);
        }
        give_up({}, bits({CAP_NET_ADMIN, CAP_NET_RAW}));
    };
    EXPECT_EXIT(in_steps(), testing::ExitedWithCode(0), "");
}

TEST(Privileges, GiveBackNothing) {
    const auto without_any = [] {
        drop_capabilities();
        give_up_capabilities({.ports_below_1024 = true});
        ::_exit(set_of_this_thread("CapPrm:") == 0 ? 0 : 1);
    };
    EXPECT_EXIT(without_any(), testing::ExitedWithCode(0), "");
}

TEST(Privileges, LetThreadsPreferThemselvesAfterwards) {
    if (::getpriority(PRIO_PROCESS, 0) < 0) {
        GTEST_SKIP() << "this process is preferred already";
    }
    const auto prefer = [] {
        rlimit limit{};
        give_up_capabilities({});
        ::getrlimit(RLIMIT_NICE, &limit);
        if (limit.rlim_cur < 30) {
            ::_exit(0);  // a user namespace's root may not raise it
        }
        ::_exit(::setpriority(PRIO_PROCESS, 0, -10) == 0 ? 0 : 1);
    };
    EXPECT_EXIT(prefer(), testing::ExitedWithCode(0), "");
}

TEST(Privileges, KnowWhoseAFileIsOrWillBe) {
    std::string name = (fs::temp_directory_path() / "godwit-privileges-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    const fs::path own = name;
    EXPECT_FALSE(belong_to_another({own, own / "not" / "there", ""}));
    if (::geteuid() == 0 && ::chown(own.c_str(), 1, 1) == 0) {
        EXPECT_TRUE(belong_to_another({own}));
        EXPECT_TRUE(belong_to_another({own / "not" / "there"}));
        std::ofstream(own / "root's") << "in a folder of somebody who keeps it to himself";
        EXPECT_TRUE(belong_to_another({own / "root's"}));
        fs::permissions(own, fs::perms::others_exec, fs::perm_options::add);
        EXPECT_FALSE(belong_to_another({own / "root's"}));
    }
    fs::remove_all(own);
}

}  // namespace
}  // namespace godwit::platform
