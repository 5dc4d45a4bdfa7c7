#include "shared/platform/dhcp_lease.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>

namespace godwit::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest = 1024 * 1024;  // octets: dhclient appends for as long as it runs

// Empty if there is none, or none that this process may read.
std::string text_of(const fs::path& path) {
    std::error_code unknown;
    const auto size = fs::file_size(path, unknown);
    if (unknown || size > longest) {
        return {};
    }
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The text in quotes of "option default-url "https://login.example/";".
std::optional<std::string> in_quotes(std::string_view line) {
    const auto begin = line.find('"');
    const auto end = line.rfind('"');
    return begin < end ? std::optional(std::string(line.substr(begin + 1, end - begin - 1)))
                       : std::nullopt;
}

// ISC's own name for the option is older than RFC 8910; who declares it himself uses others.
bool names_portal(std::string_view line) {
    constexpr std::array<std::string_view, 4> names{"option default-url ", "option unknown-114 ",
                                                    "option captive-portal ",
                                                    "option v4-captive-portal "};
    const auto begin = line.find_first_not_of(' ');
    return begin != std::string_view::npos &&
           std::ranges::any_of(
               names, [&](std::string_view name) { return line.substr(begin).starts_with(name); });
}

}  // namespace

std::optional<std::string> captive_portal_of_networkd(const std::string& text) {
    constexpr std::string_view key = "CAPTIVE_PORTAL=";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key) && line.size() > key.size()) {
            return line.substr(key.size());
        }
    }
    return std::nullopt;
}

std::optional<std::string> captive_portal_of_dhclient(const std::string& text,
                                                      const std::string& interface) {
    std::optional<std::string> portal;
    std::optional<std::string> latest;  // of the leases of this interface
    bool is_of_interface = false;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("lease")) {
            is_of_interface = false;
            portal.reset();
        } else if (line.contains("interface \"")) {
            is_of_interface = in_quotes(line) == interface;
        } else if (names_portal(line)) {
            portal = in_quotes(line);
        } else if (line.starts_with('}') && is_of_interface) {
            latest = portal;
        }
    }
    return latest;
}

std::optional<std::string> captive_portal_in_lease(mobility::InterfaceIndex interface,
                                                   const std::string& name) {
    if (auto portal = captive_portal_of_networkd(
            text_of("/run/systemd/netif/links/" + std::to_string(interface.value)))) {
        return portal;
    }
    for (const std::string& file : {"/var/lib/dhcp/dhclient." + name + ".leases",
                                    std::string("/var/lib/dhcp/dhclient.leases")}) {
        if (auto portal = captive_portal_of_dhclient(text_of(file), name)) {
            return portal;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::platform
