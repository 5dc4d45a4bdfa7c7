#include "client/left_stagings.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "client/handshake_times.hpp"
#include "shared/platform/held_directory.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/key_file.hpp"
#include "shared/security/keys.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

std::optional<security::PublicKey> public_key_in(const fs::path& private_key) {
    try {
        return security::load_key_pair(private_key).public_key();
    } catch (const std::runtime_error&) {
        return std::nullopt;  // half written, or not ours to read
    }
}

}  // namespace

std::vector<LeftStaging> stagings_left_behind(const fs::path& directory) {
    std::vector<LeftStaging> found;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
        if (!entry.path().filename().string().starts_with(staging_prefix)) {
            continue;
        }
        auto seen = platform::look_at_left_directory(entry.path());
        if (seen.number() >= 0) {
            found.push_back({entry.path(), std::move(seen)});
        }
    }
    return found;
}

std::vector<fs::path> files_in(const fs::path& directory, const char* extension) {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, ignored)) {
        if (entry.path().extension() == extension) {
            found.push_back(entry.path());
        }
    }
    return found;
}

bool is_over(const fs::path& staging) {
    if (files_in(staging, ".psk").empty()) {
        return true;
    }
    std::istringstream text(platform::read_regular_file(staging / expiry_file).value_or(""));
    std::int64_t expires = 0;
    return !(text >> expires) ||
           runtime::wall_now() >= std::chrono::sys_seconds(std::chrono::seconds(expires));
}

void forget_times(const fs::path& staging, const fs::path& state_directory) {
    const std::vector<fs::path> places = files_in(staging.parent_path(), ".key");
    for (const fs::path& file : files_in(staging, ".key")) {
        const auto key = public_key_in(file);
        const bool is_in_place = std::ranges::any_of(
            places, [&](const fs::path& place) { return public_key_in(place) == key; });
        if (key && !is_in_place) {
            HandshakeTimes(state_directory, *key).forget();
        }
    }
}

}  // namespace godwit::client
