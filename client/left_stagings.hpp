#pragma once
// What joinings have left beside their places that were killed, or were not answered: each in a
// directory of its own, which is held by whoever is at work in it.

#include <filesystem>
#include <vector>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::client {

inline constexpr auto staging_prefix = ".godwit-join-";
inline constexpr auto expiry_file = "expires";  // of the invite, in seconds since 1970

// With the lock of one who looks at it, so that whoever has just made it does not begin meanwhile.
struct LeftStaging {
    std::filesystem::path directory;
    platform::FileDescriptor seen;
};

std::vector<LeftStaging> stagings_left_behind(const std::filesystem::path& directory);

// Those with this extension; none where there is no directory to be seen.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory,
                                            const char* extension);

// Whether no invite needs what is there any more: there was none, it has expired, or its keys were
// put in their places before the process was killed.
bool is_over(const std::filesystem::path& staging);

// The times in the handshakes of the keys that go with a staging. Those of a key that is beside it,
// too, stay: another joining took it over, and has put it in its place.
void forget_times(const std::filesystem::path& staging,
                  const std::filesystem::path& state_directory);

}  // namespace godwit::client
