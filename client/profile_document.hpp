#pragma once
// A profile as one file, for another machine or another day: JSON, with the lines of its
// configuration as they are, and its keys only where they were asked for.
//
//   {"godwit_profile": 1, "name": "work", "public_key": "...", "configuration": ["...", ...],
//    "private_key": "...", "preshared_key": "..."}

#include <cstddef>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "shared/security/keys.hpp"

namespace godwit::client {

inline constexpr int profile_document_version = 1;
inline constexpr std::size_t max_profile_document = 1U << 20U;  // octets

enum class WithKeys : bool { no, yes };

struct ProfileDocument {
    std::string name;
    std::string configuration;                      // TOML
    std::optional<security::PublicKey> public_key;  // nothing where nothing is protected
    // Secrets, in base64; nothing where they were not asked for, or there are none.
    std::optional<std::string> private_key;
    std::optional<std::string> preshared_key;

    ProfileDocument() = default;
    ProfileDocument(ProfileDocument&&) = default;
    ProfileDocument(const ProfileDocument&) = delete;
    ProfileDocument& operator=(const ProfileDocument&) = delete;
    ~ProfileDocument();  // wipes them

    // Reads the keys too, to say whose profile it is. Throws runtime::InvalidConfiguration,
    // std::system_error.
    static ProfileDocument of(const std::string& name, const std::filesystem::path& file,
                              WithKeys with_keys);
    // What is wrong with the text is a sentence.
    static std::expected<ProfileDocument, std::string> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
};

}  // namespace godwit::client
