#include "shared/platform/service.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "shared/platform/command.hpp"

namespace godwit::platform {
namespace {

constexpr std::array<const char*, 3> unit_directories{
    "/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

bool systemctl(const std::string& order, const std::string& unit) {
    const auto status = run_command({"systemctl", order, unit});
    return status && *status == 0;
}

bool is_so(const std::string& question, const std::string& unit) {
    const auto status = run_command({"systemctl", "--quiet", question, unit});
    return status && *status == 0;
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

ServiceState state_of_service(const std::string& unit) {
    return {.is_enabled = is_so("is-enabled", unit), .is_active = is_so("is-active", unit)};
}

bool put_back_service(const std::string& unit, const ServiceState& before) {
    const bool is_placed = systemctl(before.is_enabled ? "enable" : "disable", unit);
    return systemctl(before.is_active ? "restart" : "stop", unit) && is_placed;
}

}  // namespace godwit::platform
