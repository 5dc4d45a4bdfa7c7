#include "shared/platform/process_hardening.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "tests/platform/capabilities.hpp"

namespace godwit::platform {
namespace {

// In a child each, since there is no way back.

TEST(ProcessHardening, ForbidsDumpsDebuggersAndNewPrivileges) {
    const auto harden = [] {
        harden_process();
        rlimit core{};
        ::getrlimit(RLIMIT_CORE, &core);
        const bool hardened = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                              ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && core.rlim_max == 0;
        std::_Exit(hardened ? 0 : 1);
    };
    EXPECT_EXIT(harden(), testing::ExitedWithCode(0), "");
}

TEST(ProcessHardening, IsContentWithTheNetworkCapabilities) {
    EXPECT_NO_THROW(require_network_capabilities());
}

TEST(ProcessHardening, NamesTheMissingCapabilities) {
    const auto without_capabilities = [] {
        drop_capabilities();
        try {
            require_network_capabilities();
        } catch (const std::system_error& error) {
            std::fputs(error.what(), stderr);
            std::_Exit(1);
        }
        std::_Exit(0);
    };
    EXPECT_EXIT(without_capabilities(), testing::ExitedWithCode(1),
                "missing CAP_NET_ADMIN CAP_NET_RAW: run it as root");
}

// PR_CAPBSET_READ tells of the bounding set alone; what a thread may do shows in /proc.
std::uint64_t permitted_capabilities() {
    std::ifstream status("/proc/thread-self/status");
    std::string word;
    std::uint64_t permitted = 0;
    while (status >> word) {
        if (word == "CapPrm:") {
            status >> std::hex >> permitted;
        }
    }
    return permitted;
}

TEST(ProcessHardening, GivesUpLoadingProgramsAndNothingElse) {
    const auto give_up = [] {
        const std::uint64_t before = permitted_capabilities();
        give_up_loading_programs();
        give_up_loading_programs();
        const bool as_wanted =
            permitted_capabilities() == (before & ~(std::uint64_t{1} << CAP_BPF));
        std::_Exit(as_wanted && has_network_capabilities() ? 0 : 1);
    };
    EXPECT_EXIT(give_up(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace godwit::platform
