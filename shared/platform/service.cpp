#include "shared/platform/service.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace godwit::platform {
namespace {

constexpr std::array<const char*, 3> unit_directories{
    "/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

bool systemctl(const char* order, const std::string& unit) {
    std::string name = unit;
    std::string verb = order;
    std::string program = "systemctl";
    const std::array<char*, 4> arguments{program.data(), verb.data(), name.data(), nullptr};
    pid_t child = 0;
    int status = 0;
    return ::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ) ==
               0 &&
           ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool can_start_service(const std::string& unit) {
    std::error_code ignored;
    return ::geteuid() == 0 && std::filesystem::is_directory("/run/systemd/system", ignored) &&
           std::ranges::any_of(unit_directories, [&](const char* directory) {
               return std::filesystem::exists(std::filesystem::path(directory) / unit, ignored);
           });
}

bool start_service(const std::string& unit) {
    return systemctl("enable", unit) && systemctl("restart", unit);
}

bool stop_service(const std::string& unit) {
    return systemctl("stop", unit) && systemctl("disable", unit);
}

}  // namespace godwit::platform
