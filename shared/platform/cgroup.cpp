#include "shared/platform/cgroup.hpp"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <fstream>

namespace godwit::platform {

// libnftables looks there too.
std::optional<std::uint64_t> cgroup_id(const std::string& path) {
    const std::string directory = "/sys/fs/cgroup/" + path;
    struct statfs filesystem{};
    struct stat status{};
    if (::statfs(directory.c_str(), &filesystem) != 0 || filesystem.f_type != CGROUP2_SUPER_MAGIC ||
        ::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return std::nullopt;
    }
    return status.st_ino;
}

// cgroups(7), cgroup.events: "populated 1".
bool is_cgroup_in_use(const std::string& path) {
    std::ifstream events("/sys/fs/cgroup/" + path + "/cgroup.events");
    std::string key;
    for (int value = 0; events >> key >> value;) {
        if (key == "populated") {
            return value == 1;
        }
    }
    return false;
}

}  // namespace godwit::platform
