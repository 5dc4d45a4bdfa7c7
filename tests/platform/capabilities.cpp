#include "tests/platform/capabilities.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {

void drop_capabilities() {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    check_syscall("drop capabilities", ::syscall(SYS_capset, &header, none.data()));
}

}  // namespace godwit::platform
