#include "shared/platform/process_hardening.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

// Of 32 capabilities each.
using CapabilitySets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

__user_cap_header_struct this_thread() {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    return header;
}

CapabilitySets capabilities() {
    __user_cap_header_struct header = this_thread();
    CapabilitySets sets{};
    check_syscall("read the process's capabilities", ::syscall(SYS_capget, &header, sets.data()));
    return sets;
}

std::uint32_t effective_capabilities() {
    return capabilities()[0].effective;
}

// " CAP_NET_RAW"
std::string missing_network_capabilities() {
    const std::uint32_t effective = effective_capabilities();
    std::string missing;
    if ((effective & (1U << CAP_NET_ADMIN)) == 0) {
        missing += " CAP_NET_ADMIN";
    }
    if ((effective & (1U << CAP_NET_RAW)) == 0) {
        missing += " CAP_NET_RAW";
    }
    return missing;
}

}  // namespace

void harden_process() {
    constexpr unsigned long on = 1;
    constexpr unsigned long off = 0;
    check_syscall("make the process undumpable", ::prctl(PR_SET_DUMPABLE, off, 0, 0, 0));
    check_syscall("give up new privileges", ::prctl(PR_SET_NO_NEW_PRIVS, on, 0, 0, 0));
    const rlimit nothing{};
    check_syscall("forbid core dumps", ::setrlimit(RLIMIT_CORE, &nothing));
}

void require_network_capabilities() {
    const std::string missing = missing_network_capabilities();
    if (!missing.empty()) {
        require("missing" + missing +
                    ": run it as root, as a service, or in a namespace of your own (unshare -Urn)",
                std::make_error_code(std::errc::operation_not_permitted));
    }
}

bool has_network_capabilities() {
    return missing_network_capabilities().empty();
}

// The ambient set loses what the inheritable one loses (capabilities(7)).
void give_up_loading_programs() {
    constexpr std::size_t set = CAP_BPF / 32;
    constexpr std::uint32_t bit = 1U << (CAP_BPF % 32U);
    CapabilitySets sets = capabilities();
    __user_cap_data_struct& held = sets[set];
    if (((held.permitted | held.inheritable) & bit) == 0) {
        return;
    }
    held.effective &= ~bit;
    held.permitted &= ~bit;
    held.inheritable &= ~bit;
    __user_cap_header_struct header = this_thread();
    check_syscall("give up CAP_BPF", ::syscall(SYS_capset, &header, sets.data()));
}

}  // namespace godwit::platform
