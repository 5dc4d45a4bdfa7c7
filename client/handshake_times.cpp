#include "client/handshake_times.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "shared/platform/whole_file.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;
using security::Tai64n;

constexpr auto file_prefix = "last-handshake-";  // and the public key

// As TAI64N labels are usually written: "@" and 24 hexadecimal digits.
std::string text(const Tai64n& time) {
    constexpr char digits[] = "0123456789abcdef";
    std::string written = "@";
    for (const std::uint8_t octet : time.octets) {
        written += digits[octet >> 4U];
        written += digits[octet & 15U];
    }
    return written;
}

std::optional<Tai64n> parse(const std::string& written) {
    Tai64n time;
    if (written.size() != 1 + 2 * time.octets.size() || written.front() != '@') {
        return std::nullopt;
    }
    const char* digits = written.data() + 1;
    for (std::uint8_t& octet : time.octets) {
        const auto [end, error] = std::from_chars(digits, digits + 2, octet, 16);
        if (error != std::errc() || end != digits + 2) {
            return std::nullopt;
        }
        digits += 2;
    }
    return time;
}

// Base64 has one character that a file's name has not.
std::string in_file_name(const security::PublicKey& key) {
    std::string name = key.text();
    std::ranges::replace(name, '/', '_');
    return name;
}

Tai64n read(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return parse(line).value_or(Tai64n{});
}

}  // namespace

HandshakeTimes::HandshakeTimes(const fs::path& state_directory, const security::PublicKey& own)
    : file_(state_directory / (file_prefix + in_file_name(own))), last_(read(file_)) {}

HandshakeTimes::Time HandshakeTimes::next(runtime::WallTime now) {
    last_ = std::max(Tai64n::from(now), last_.next());
    return {.time = last_, .is_kept = keep()};
}

// It need not survive a loss of power within seconds: that would
// make each handshake wait for the disk.
bool HandshakeTimes::keep() const {
    return !platform::replace_file(file_, text(last_) + '\n', platform::Sync::later);
}

bool has_clock_gone_back(const fs::path& state_directory, runtime::WallTime now) {
    const Tai64n soon = Tai64n::from(now + std::chrono::minutes(5));
    std::error_code ignored;  // what this user may not see does not count
    for (fs::directory_iterator entry(state_directory, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        if (entry->path().filename().string().starts_with(file_prefix) &&
            read(entry->path()) > soon) {
            return true;
        }
    }
    return false;
}

void HandshakeTimes::forget() const {
    std::error_code ignored;  // a time too many is no harm
    fs::remove(file_, ignored);
}

std::function<Tai64n()> handshake_times(const fs::path& state_directory,
                                        const security::PublicKey& own, const runtime::Log& log) {
    std::error_code failure;  // shows when the first is kept
    fs::create_directories(state_directory, failure);
    return [times = std::make_shared<HandshakeTimes>(state_directory, own), &log,
            is_told = false]() mutable {
        const HandshakeTimes::Time next = times->next(runtime::wall_now());
        if (!next.is_kept && !std::exchange(is_told, true)) {
            log.warning("handshake-time-not-kept",
                        {{"advice",
                          "the home agent refuses this node for as long as its clock is "
                          "set back across a restart; make state_directory writable"}});
        }
        return next.time;
    };
}

}  // namespace godwit::client
