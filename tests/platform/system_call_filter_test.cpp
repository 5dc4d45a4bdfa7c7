#include "shared/platform/system_call_filter.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

namespace godwit::platform {
namespace {

using testing::ElementsAre;
using testing::ExitedWithCode;
using testing::IsEmpty;
using testing::KilledBySignal;

// In a child each, since there is no way back: its exit status says whether `holds` did.
[[noreturn]] void filtered(const std::function<bool()>& holds) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0, 0, 0);
    if (const std::error_code failure = SystemCallFilter().enforce()) {
        std::fprintf(stderr, "not filtered: %s\n", failure.message().c_str());
        ::_exit(1);
    }
    ::_exit(holds() ? 0 : 2);
}

long call(long number, std::array<long, 3> arguments = {}) {
    return ::syscall(number, arguments[0], arguments[1], arguments[2]);
}

TEST(SystemCallFilter, LetsADaemonDoItsWork) {
    const auto work = [] {
        filtered([] {
            std::array<int, 2> ends{};
            std::array<char, 1> octet{'g'};
            const bool has_sockets = ::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()) == 0 &&
                                     ::send(ends[0], octet.data(), 1, 0) == 1 &&
                                     ::read(ends[1], octet.data(), 1) == 1;
            const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
            std::atomic_bool has_run = false;
            std::thread([&] { has_run = true; }).join();
            return has_sockets && file >= 0 && has_run && refused_system_calls().empty();
        });
    };
    EXPECT_EXIT(work(), ExitedWithCode(0), "");
}

TEST(SystemCallFilter, EndsTheProcessThatRunsAnotherProgram) {
    const auto run = [] {
        filtered([] {
            const char* const no_words[] = {nullptr};
            ::execve("/bin/true", const_cast<char**>(no_words), const_cast<char**>(no_words));
            return true;
        });
    };
    EXPECT_EXIT(run(), KilledBySignal(SIGSYS), "");
}

TEST(SystemCallFilter, EndsTheProcessThatMakesAnother) {
    const auto make = [] { filtered([] { return ::fork() > 0; }); };
    EXPECT_EXIT(make(), KilledBySignal(SIGSYS), "");
    const auto make_by_number = [] { filtered([] { return call(SYS_clone, {SIGCHLD}) > 0; }); };
    EXPECT_EXIT(make_by_number(), KilledBySignal(SIGSYS), "");
}

class ForbiddenCall : public testing::TestWithParam<long> {};

TEST_P(ForbiddenCall, EndsTheProcess) {
    const auto make = [] { filtered([] { return call(GetParam()) == 0; }); };
    EXPECT_EXIT(make(), KilledBySignal(SIGSYS), "");
}

INSTANTIATE_TEST_SUITE_P(SystemCallFilter, ForbiddenCall,
                         testing::Values(SYS_ptrace, SYS_bpf, SYS_mount, SYS_kexec_load,
                                         SYS_init_module, SYS_finit_module, SYS_setns, SYS_unshare,
                                         SYS_setuid, SYS_process_vm_writev, SYS_io_uring_setup,
                                         SYS_keyctl, SYS_chroot));

TEST(SystemCallFilter, NamesACallThatItDoesNotKnowAndGoesOn) {
    const auto call_unknown = [] {
        filtered([] {
            const bool failed = call(SYS_mincore) == -1 && errno == ENOSYS;
            const bool failed_again = call(SYS_mincore) == -1 && errno == ENOSYS;
            return failed && failed_again &&
                   refused_system_calls() == std::vector<std::string>{"mincore"};
        });
    };
    EXPECT_EXIT(call_unknown(), ExitedWithCode(0), "^refused system call: mincore\n$");
}

TEST(SystemCallFilter, HasSocketsOfFiveFamiliesOnly) {
    const auto open = [] {
        filtered([] {
            for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}) {
                if (::socket(family, SOCK_DGRAM, 0) < 0) {
                    return false;
                }
            }
            return ::socket(AF_ALG, SOCK_SEQPACKET, 0) == -1 && errno == EPERM;
        });
    };
    EXPECT_EXIT(open(), ExitedWithCode(0), "refused system call: socket");
}

TEST(SystemCallFilter, HasNoMemoryThatCanBeWrittenAndExecuted) {
    const auto map = [] {
        filtered([] {
            constexpr std::size_t page = 4096;
            const auto mapped = [](int protection) {
                return ::mmap(nullptr, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            };
            void* memory = mapped(PROT_READ | PROT_WRITE);
            return memory != MAP_FAILED && mapped(PROT_WRITE | PROT_EXEC) == MAP_FAILED &&
                   ::mprotect(memory, page, PROT_READ) == 0 &&
                   ::mprotect(memory, page, PROT_READ | PROT_EXEC) == -1;
        });
    };
    EXPECT_EXIT(map(), ExitedWithCode(0), "refused system call: m");
}

TEST(SystemCallFilter, HoldsForThreadsThatWereThereBefore) {
    const auto ask_another = [] {
        std::atomic_int step = 0;
        std::thread other([&] {
            step = 1;
            while (step != 2) {
                std::this_thread::yield();
            }
            ::_exit(call(SYS_mincore) == -1 && errno == ENOSYS ? 0 : 3);
        });
        while (step != 1) {
            std::this_thread::yield();
        }
        filtered([&] {
            step = 2;
            other.join();
            return false;
        });
    };
    EXPECT_EXIT(ask_another(), ExitedWithCode(0), "refused system call: mincore");
}

TEST(SystemCallFilter, HasRefusedNothingWhereThereIsNone) {
    EXPECT_THAT(refused_system_calls(), IsEmpty());
}

}  // namespace
}  // namespace godwit::platform
