#include "shared/platform/sysctl.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <ranges>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {
namespace {

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

// One line each: name=value. No name contains a '=', no value a line break.
void SysctlOverrides::read_journal() {
    std::ifstream journal(journal_);
    for (std::string line; std::getline(journal, line);) {
        if (const auto separator = line.find('='); separator != std::string::npos) {
            originals_.push_back({line.substr(0, separator), line.substr(separator + 1)});
        }
    }
}

// Written beside the old one and renamed: whenever the process dies, one of the two is whole.
void SysctlOverrides::write_journal() const {
    const std::filesystem::path fresh = journal_.string() + ".new";
    std::ofstream file(fresh);
    for (const Original& original : originals_) {
        file << original.name << '=' << original.value << '\n';
    }
    file.close();
    if (!file) {
        require("write " + fresh.string(), std::make_error_code(std::errc::io_error));
    }
    std::filesystem::rename(fresh, journal_);
}

}  // namespace godwit::platform
