#include "shared/platform/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

constexpr unsigned bits_of_a_word = 32;
using CapabilitySets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;
using CapabilityBits = std::array<std::uint32_t, _LINUX_CAPABILITY_U32S_3>;

CapabilityBits bits_of(const KeptCapabilities& kept) {
    CapabilityBits bits{};
    const auto add = [&](unsigned capability) {
        bits[capability / bits_of_a_word] |= 1U << (capability % bits_of_a_word);
    };
    add(CAP_NET_ADMIN);
    add(CAP_NET_RAW);
    if (kept.ports_below_1024) {
        add(CAP_NET_BIND_SERVICE);
    }
    if (kept.kernel_programs) {
        add(CAP_BPF);
    }
    if (kept.files_of_others) {
        add(CAP_DAC_OVERRIDE);
        add(CAP_FOWNER);
        add(CAP_CHOWN);
    }
    return bits;
}

// What capabilities allowed beyond these limits the limits allow from now on: units of packaging/
// systemd set the same. Who may not raise them goes on with what it has.
void raise_limits() {
    constexpr rlim_t nice_of_minus_10 = 30;          // setrlimit(2): 20 - nice
    constexpr rlim_t locked_memory = 512ULL << 20U;  // octets
    const auto raise = [](auto which, rlim_t wanted) {
        rlimit limit{};
        if (::getrlimit(which, &limit) == 0 && limit.rlim_cur < wanted) {
            limit = {.rlim_cur = wanted, .rlim_max = std::max(limit.rlim_max, wanted)};
            static_cast<void>(::setrlimit(which, &limit));
        }
    };
    raise(RLIMIT_NICE, nice_of_minus_10);
    raise(RLIMIT_MEMLOCK, locked_memory);
}

// The kernel knows fewer or more of them than the headers.
void empty_bounding_set() {
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0;
         ++capability) {
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            return;  // without CAP_SETPCAP none can be dropped
        }
    }
}

// The first that exists, from the file upwards, has to be one's own; what is above has to let one
// in.
bool belongs_to_another(const fs::path& file) {
    bool is_found = false;
    for (fs::path path = fs::absolute(file);; path = path.parent_path()) {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0) {
            const bool is_another = status.st_uid != ::geteuid();
            if (is_another && (!is_found || (status.st_mode & S_IXOTH) == 0)) {
                return true;
            }
            is_found = true;
        }
        if (path == path.root_path()) {
            return false;
        }
    }
}

// Of this thread.
void keep(const KeptCapabilities& kept) {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    CapabilitySets sets{};
    check_syscall("read the thread's capabilities", ::syscall(SYS_capget, &header, sets.data()));
    const CapabilityBits wanted = bits_of(kept);
    bool is_change = false;
    for (std::size_t word = 0; word < sets.size(); ++word) {
        __user_cap_data_struct& held = sets[word];
        is_change = is_change || (held.permitted & ~wanted[word]) != 0 || held.inheritable != 0;
        held.permitted &= wanted[word];
        held.effective &= wanted[word];
        held.inheritable = 0;  // and so is the ambient set
    }
    if (is_change && ::syscall(SYS_capset, &header, sets.data()) != 0 && errno != EPERM) {
        require("give up capabilities", last_error());
    }
}

}  // namespace

void give_up_capabilities(const KeptCapabilities& kept) {
    raise_limits();
    empty_bounding_set();
    keep(kept);
}

void keep_network_capabilities_alone() {
    keep({});
}

bool belong_to_another(const std::vector<fs::path>& files) {
    return std::ranges::any_of(
        files, [](const fs::path& file) { return !file.empty() && belongs_to_another(file); });
}

}  // namespace godwit::platform
