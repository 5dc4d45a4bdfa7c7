#include "shared/platform/link_kind.hpp"

#include <net/if_arp.h>

#include <fstream>
#include <string>
#include <system_error>

namespace godwit::platform {
namespace {

using mobility::LinkKind;

#ifndef ARPHRD_RAWIP
constexpr std::uint16_t ARPHRD_RAWIP = 519;  // Linux 4.14: modems without a link layer
#endif

// DEVTYPE=wwan and the like.
std::string device_type(const std::filesystem::path& link) {
    constexpr std::string_view key = "DEVTYPE=";
    std::ifstream uevent(link / "uevent");
    for (std::string line; std::getline(uevent, line);) {
        if (line.starts_with(key)) {
            return line.substr(key.size());
        }
    }
    return {};
}

bool is_there(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

}  // namespace

LinkKind kind_of(const Link& link, const std::filesystem::path& sysfs) {
    if (link.type == ARPHRD_RAWIP || link.type == ARPHRD_PPP || link.driver == "wwan") {
        return LinkKind::cellular;
    }
    const std::filesystem::path here = sysfs / link.name;
    const std::string type = device_type(here);
    if (type == "wwan" || type == "bluetooth") {
        return LinkKind::cellular;
    }
    const bool is_wifi =
        type == "wlan" || is_there(here / "phy80211") || is_there(here / "wireless");
    return is_wifi ? LinkKind::wifi : LinkKind::wired;
}

}  // namespace godwit::platform
