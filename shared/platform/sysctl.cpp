#include "shared/platform/sysctl.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <sstream>
#include <string_view>

#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::platform {
namespace {

// Octets of a journal: some fifty for each interface, of which a host of containers has thousands.
constexpr std::size_t longest_journal = 4U << 20U;

std::filesystem::path path_of(const std::string& name) {
    return std::filesystem::path("/proc/sys") / name;
}

std::error_code write_sysctl(const std::string& name, const std::string& value) {
    const FileDescriptor file(::open(path_of(name).c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number() < 0 || ::write(file.number(), value.data(), value.size()) < 0) {
        return last_error();
    }
    return {};
}

// Whether it leads below /proc/sys/net. The journal is where another user may write, too.
bool is_of_network(const std::string& name) {
    auto parts = std::views::split(std::string_view(name), '/');
    return name.starts_with("net/") && std::ranges::none_of(parts, [](const auto& part) {
               return part.empty() || std::ranges::equal(part, std::string_view(".."));
           });
}

}  // namespace

std::expected<std::string, std::error_code> read_sysctl(const std::string& name) {
    const FileDescriptor file(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> text{};
    const ssize_t length = file.number() < 0 ? -1 : ::read(file.number(), text.data(), text.size());
    if (length < 0) {
        return std::unexpected(last_error());
    }
    std::string value(text.data(), static_cast<std::size_t>(length));
    while (!value.empty() && value.back() == '\n') {
        value.pop_back();
    }
    return value;
}

SysctlOverrides::SysctlOverrides(std::filesystem::path journal) : journal_(std::move(journal)) {
    read_journal();
}

SysctlOverrides::~SysctlOverrides() {
    for (const Original& original : std::views::reverse(originals_)) {
        // Fails only where the interface it belongs to is gone, and the value with it.
        [[maybe_unused]] const std::error_code outcome =
            write_sysctl(original.name, original.value);
    }
    std::error_code ignored;  // nothing is left to do with a journal that cannot be removed
    std::filesystem::remove(journal_, ignored);
}

void SysctlOverrides::set(const std::string& name, const std::string& value) {
    preserve(name);
    require("set " + name + " to " + value, write_sysctl(name, value));
}

void SysctlOverrides::preserve(const std::string& name) {
    if (std::ranges::find(originals_, name, &Original::name) != originals_.end()) {
        return;
    }
    const auto value = read_sysctl(name);
    require("read " + name, value ? std::error_code{} : value.error());
    originals_.push_back({name, *value});
    write_journal();
}

std::optional<std::string> SysctlOverrides::original(const std::string& name) const {
    const auto found = std::ranges::find(originals_, name, &Original::name);
    return found == originals_.end() ? std::nullopt : std::optional(found->value);
}

// One line each: name=value. No name contains a '=', no value a line break.
void SysctlOverrides::read_journal() {
    std::istringstream journal(read_regular_file(journal_, longest_journal).value_or(""));
    for (std::string line; std::getline(journal, line);) {
        const auto separator = line.find('=');
        const std::string name = line.substr(0, separator);
        if (separator != std::string::npos && is_of_network(name)) {
            originals_.push_back({name, line.substr(separator + 1)});
        }
    }
}

void SysctlOverrides::write_journal() const {
    std::string text;
    for (const Original& original : originals_) {
        text += original.name + '=' + original.value + '\n';
    }
    require("write " + journal_.string(), replace_file(journal_, text, Sync::later));
}

}  // namespace godwit::platform
