#pragma once
// Keys from the files that a configuration names. Whatever is wrong with one is an error of the
// configuration.

#include <filesystem>
#include <optional>

#include "shared/security/api_token.hpp"
#include "shared/security/keys.hpp"

namespace godwit::runtime {

// Each throws InvalidConfiguration that names the file and says what would be right; each gives
// nothing, or the key of those who share none, where no file is named.
std::optional<security::KeyPair> load_key_pair(const std::optional<std::filesystem::path>& file);
security::PresharedKey load_preshared_key(const std::optional<std::filesystem::path>& file);
std::optional<security::ApiToken> load_api_token(const std::optional<std::filesystem::path>& file);

}  // namespace godwit::runtime
