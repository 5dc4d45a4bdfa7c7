#pragma once
// Private and pre-shared keys in files: one line of base64, mode 0600. Nothing here leaves a key
// outside secret memory, and every failure throws with the path and what is wrong:
// std::system_error from the system, std::runtime_error for what the file holds.

#include <cstdint>
#include <filesystem>

#include "shared/security/keys.hpp"

namespace godwit::security {

enum class ExistingFile : std::uint8_t { keep, replace };

// Never readable by others, not even for a moment, and never half written. An existing file that
// is to be kept is an error.
void save(const KeyPair& keys, const std::filesystem::path& path,
          ExistingFile existing = ExistingFile::keep);
void save(const PresharedKey& key, const std::filesystem::path& path,
          ExistingFile existing = ExistingFile::keep);

// Refuses a file that its group or others can read or write.
KeyPair load_key_pair(const std::filesystem::path& path);
PresharedKey load_preshared_key(const std::filesystem::path& path);

}  // namespace godwit::security
