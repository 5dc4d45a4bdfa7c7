#include "shared/runtime/key_files.hpp"

#include <stdexcept>
#include <string>

#include "shared/runtime/configuration_error.hpp"
#include "shared/security/key_file.hpp"

namespace godwit::runtime {

namespace {

template <class Load>
auto load(const std::filesystem::path& file, const char* right, Load load_key) {
    try {
        return load_key(file);
    } catch (const std::runtime_error& error) {  // std::system_error is one
        throw InvalidConfiguration({{file.string(), 0, 0, error.what(), right}});
    }
}

}  // namespace

std::optional<security::KeyPair> load_key_pair(const std::optional<std::filesystem::path>& file) {
    if (!file) {
        return std::nullopt;
    }
    return load(*file, "make a private key with keygen, or correct private_key_file",
                security::load_key_pair);
}

security::PresharedKey load_preshared_key(const std::optional<std::filesystem::path>& file) {
    if (!file) {
        return {};
    }
    return load(*file, "make one with keygen --preshared, or correct preshared_key_file",
                security::load_preshared_key);
}

std::optional<security::ApiToken> load_api_token(const std::optional<std::filesystem::path>& file) {
    if (!file) {
        return std::nullopt;
    }
    return load(*file, "write a secret of 16 characters or more into it, or correct token_file",
                security::ApiToken::load);
}

}  // namespace godwit::runtime
