#include "shared/platform/system_call_filter.hpp"

#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <type_traits>

#include "shared/platform/allowed_system_calls.hpp"
#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

// Those above are refused as well, and told as one.
constexpr std::size_t known_numbers = 512;
using Name = std::array<char, 28>;

// A signal's handler can be given nothing. Written before it is in place, or by it.
struct Refusals {
    std::array<Name, known_numbers> names{};
    std::array<std::atomic_bool, known_numbers> is_refused{};
    std::array<bool, known_numbers> is_partly_allowed{};
};
Refusals refusals;

std::size_t place_of(int number) {
    return number < 0 ? known_numbers - 1
                      : std::min(static_cast<std::size_t>(number), known_numbers - 1);
}

void learn_names() {
    for (std::size_t place = 0; place < known_numbers; ++place) {
        const std::unique_ptr<char, decltype(&std::free)> name(
            ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(place)),
            std::free);
        const char* text = name ? name.get() : "of another kernel";
        std::strncpy(refusals.names[place].data(), text, sizeof(Name) - 1);
    }
}

void set_result(ucontext_t& context, int error) {
#if defined(__x86_64__)
    context.uc_mcontext.gregs[REG_RAX] = -error;
#elif defined(__aarch64__)
    context.uc_mcontext.regs[0] = static_cast<std::uint64_t>(-error);
#else
    static_cast<void>(context);
    static_cast<void>(error);
    ::_exit(128 + SIGSYS);  // the call would seem to have been made
#endif
}

// Only what signal-safety(7) allows. Libraries go another way without a call that the kernel does
// not have.
void on_refused(int /*signal*/, siginfo_t* information, void* context) {
    const int error_before = errno;
    const std::size_t place = place_of(information->si_syscall);
    if (!refusals.is_refused[place].exchange(true)) {
        constexpr std::string_view before = "refused system call: ";
        std::array<char, before.size() + sizeof(Name) + 1> line{};
        const std::size_t length = ::strnlen(refusals.names[place].data(), sizeof(Name));
        std::copy(before.begin(), before.end(), line.begin());
        std::copy_n(refusals.names[place].begin(), length, line.begin() + before.size());
        line[before.size() + length] = '\n';
        static_cast<void>(!::write(STDERR_FILENO, line.data(), before.size() + length + 1));
    }
    set_result(*static_cast<ucontext_t*>(context),
               refusals.is_partly_allowed[place] ? EPERM : ENOSYS);
    errno = error_before;
}

std::error_code hear_of_refusals() {
    struct sigaction action{};
    action.sa_sigaction = on_refused;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return ::sigaction(SIGSYS, &action, nullptr) == 0 ? std::error_code{} : last_error();
}

constexpr std::uint64_t all_of_an_int = 0xffffffff;

}  // namespace

class SystemCallFilter::Rules {
  public:
    Rules() : context_(::seccomp_init(SCMP_ACT_TRAP), ::seccomp_release) {
        note(context_ ? 0 : -ENOMEM);
        set(SCMP_FLTATR_CTL_TSYNC, 1);
        set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
        constexpr std::uint32_t binary_tree = 2;
        set(SCMP_FLTATR_CTL_OPTIMIZE, binary_tree);
    }

    void add_all() {
        for (const char* name : allowed_system_calls()) {
            add(SCMP_ACT_ALLOW, name);
        }
        for (const char* name : forbidden_system_calls()) {
            add(SCMP_ACT_KILL_PROCESS, name);
        }
        allow_by_arguments();
        allow_threads();
    }

    std::error_code load() {
        if (!error_) {
            note(::seccomp_load(context_.get()));
        }
        return error_;
    }

  private:
    void allow_by_arguments();
    void allow_threads();
    void add(std::uint32_t action, const char* name,
             std::initializer_list<scmp_arg_cmp> arguments = {}) {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number < 0 || error_) {
            return;  // this machine, or this library, does not have it
        }
        refusals.is_partly_allowed[place_of(number)] = arguments.size() > 0;
        note(::seccomp_rule_add_array(context_.get(), action, number,
                                      static_cast<unsigned>(arguments.size()), arguments.begin()));
    }
    // With one of these values in an argument, of which `mask` counts.
    void allow(const char* name, unsigned argument, std::uint64_t mask,
               std::initializer_list<std::uint64_t> values) {
        for (const std::uint64_t value : values) {
            add(SCMP_ACT_ALLOW, name, {{argument, SCMP_CMP_MASKED_EQ, mask, value}});
        }
    }

    void set(scmp_filter_attr attribute, std::uint32_t value) {
        if (!error_) {
            note(::seccomp_attr_set(context_.get(), attribute, value));
        }
    }
    void note(int outcome) {
        if (outcome < 0) {
            error_ = {-outcome, std::system_category()};
        }
    }

    std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, decltype(&::seccomp_release)> context_;
    std::error_code error_;
};

void SystemCallFilter::Rules::allow_by_arguments() {
    allow("socket", 0, all_of_an_int, {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET});
    allow("ioctl", 1, all_of_an_int,
          {TUNSETIFF, TUNSETOFFLOAD, TUNSETSTEERINGEBPF, SIOCGIFHWADDR, SIOCGIFINDEX, SIOCGIFNAME,
           FIONBIO, FIONREAD, TCGETS});
    constexpr std::uint64_t written_and_executed = PROT_WRITE | PROT_EXEC;
    allow("mmap", 2, written_and_executed, {0, PROT_WRITE, PROT_EXEC});
    allow("mprotect", 2, PROT_EXEC, {0});
    constexpr int name_memory = 0x53564d41;  // PR_SET_VMA, which old headers lack
    allow("prctl", 0, all_of_an_int, {PR_SET_NAME, PR_GET_NAME, name_memory});
    const auto self = static_cast<std::uint64_t>(::getpid());
    allow("tgkill", 0, all_of_an_int, {self});
    for (const std::uint64_t process : {std::uint64_t{0}, self}) {
        add(SCMP_ACT_ALLOW, "prlimit64",
            {{0, SCMP_CMP_EQ, process, 0}, {2, SCMP_CMP_EQ, 0, 0}});  // only asks
    }
}

// clone3 has its flags where no filter sees them; the C library does without it.
void SystemCallFilter::Rules::allow_threads() {
    constexpr std::uint64_t flags =
        CLONE_THREAD | CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    allow("clone", 0, flags, {CLONE_THREAD});
    add(SCMP_ACT_KILL_PROCESS, "clone", {{0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0}});
    add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
}

SystemCallFilter::SystemCallFilter()
    : rules_(std::async([] {
          auto rules = std::make_unique<Rules>();
          rules->add_all();
          learn_names();
          return rules;
      })) {}

SystemCallFilter::SystemCallFilter(SystemCallFilter&&) noexcept = default;
SystemCallFilter& SystemCallFilter::operator=(SystemCallFilter&&) noexcept = default;
SystemCallFilter::~SystemCallFilter() = default;

std::error_code SystemCallFilter::enforce() {
    const std::unique_ptr<Rules> rules = rules_.get();
    if (const std::error_code failure = hear_of_refusals()) {
        return failure;
    }
    return rules->load();
}

std::vector<std::string> refused_system_calls() {
    std::vector<std::string> names;
    for (std::size_t place = 0; place < known_numbers; ++place) {
        if (refusals.is_refused[place]) {
            names.emplace_back(refusals.names[place].data());
        }
    }
    return names;
}

}  // namespace godwit::platform
