#include "client/profile_document.hpp"

#include <sstream>
#include <utility>

#include "client/configuration.hpp"
#include "client/configuration_file.hpp"
#include "client/keys.hpp"
#include "client/profiles.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/security/secret.hpp"

namespace godwit::client {
namespace {

using runtime::Json;

constexpr auto version_key = "godwit_profile";

// A key file's line, without the white space around it.
std::string key_line(const std::filesystem::path& file) {
    std::string text = read_text(file);
    std::string line = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    security::wipe(text.data(), text.size());
    return line;
}

Json lines_of(const std::string& text) {
    Json lines = Json::array();
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::optional<std::string> text_in(const Json& document, const char* key) {
    const auto found = document.find(key);
    return found != document.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                         : std::nullopt;
}

std::optional<std::string> configuration_in(const Json& document) {
    const auto lines = document.find("configuration");
    if (lines == document.end() || !lines->is_array()) {
        return std::nullopt;
    }
    std::string text;
    for (const Json& line : *lines) {
        if (!line.is_string()) {
            return std::nullopt;
        }
        text += line.get<std::string>() + '\n';
    }
    return text;
}

std::string of_version(const Json& version) {
    return "this export is of version " + version.dump() + ", and this program reads version " +
           std::to_string(profile_document_version) +
           (version.is_number_integer() && version > profile_document_version
                ? "; update this program"
                : "; export it again");
}

const std::string damaged = "this export is damaged: ";

// A key that nobody knows may be one that matters.
std::optional<std::string> fault_in_keys(const Json& document) {
    for (const auto& [key, value] : document.items()) {
        const bool is_secret = key == "private_key" || key == "preshared_key";
        const bool is_text = key == "name" || key == "public_key" || is_secret;
        if (!is_text && key != "configuration" && key != version_key) {
            return damaged + "version 1 has no key " + runtime::printable(key);
        }
        if (is_text && !value.is_string() && !(value.is_null() && key == "public_key")) {
            return damaged + key + " is no text";
        }
    }
    return configuration_in(document)
               ? std::nullopt
               : std::optional(damaged + "it has no lines of a configuration");
}

std::optional<std::string> fault_in_form(const Json& document, std::string_view text) {
    const bool is_damaged = document.is_discarded() && text.contains(version_key);
    if (is_damaged) {
        return damaged + "a part of it is missing or has been changed";
    }
    if (!document.is_object() || !document.contains(version_key)) {
        return "this is no export of a profile; `godwit export` makes one";
    }
    const Json& version = document.at(version_key);
    return version == profile_document_version ? fault_in_keys(document)
                                               : std::optional(of_version(version));
}

}  // namespace

ProfileDocument::~ProfileDocument() {
    for (std::optional<std::string>* secret : {&private_key, &preshared_key}) {
        if (*secret) {
            security::wipe((*secret)->data(), (*secret)->size());
        }
    }
}

ProfileDocument ProfileDocument::of(const std::string& name, const std::filesystem::path& file,
                                    WithKeys with_keys) {
    const Configuration content = read_configuration(file);
    const Keys keys = load_keys(content);
    ProfileDocument document;
    document.name = name;
    document.configuration = read_text(file);
    if (keys.own) {
        document.public_key = keys.own->public_key();
    }
    if (with_keys == WithKeys::yes) {
        if (keys.own) {
            document.private_key = key_line(*content.private_key_file);
        }
        if (content.home_agent.preshared_key_file) {
            document.preshared_key = key_line(*content.home_agent.preshared_key_file);
        }
    }
    return document;
}

std::expected<ProfileDocument, std::string> ProfileDocument::parse(std::string_view text) {
    const Json json = text.size() <= max_profile_document ? Json::parse(text, nullptr, false)
                                                          : Json(Json::value_t::discarded);
    if (auto fault = fault_in_form(json, text)) {
        return std::unexpected(*std::move(fault));
    }
    ProfileDocument document;
    document.name = text_in(json, "name").value_or("");
    document.configuration = configuration_in(json).value_or("");
    document.private_key = text_in(json, "private_key");
    document.preshared_key = text_in(json, "preshared_key");
    if (const auto key = text_in(json, "public_key")) {
        document.public_key = security::PublicKey::parse(*key);
        if (!document.public_key) {
            return std::unexpected(damaged + "its public_key is no key");
        }
    }
    if (!is_profile_name(document.name)) {
        return std::unexpected(damaged + "it has no name of a profile");
    }
    if (document.private_key && !document.public_key) {
        return std::unexpected(damaged + "it has a private key and no public one");
    }
    return document;
}

std::string ProfileDocument::text() const {
    Json json{{version_key, profile_document_version},
              {"name", name},
              {"public_key", public_key ? Json(public_key->text()) : Json()},
              {"configuration", lines_of(configuration)}};
    if (private_key) {
        json["private_key"] = *private_key;
    }
    if (preshared_key) {
        json["preshared_key"] = *preshared_key;
    }
    return json.dump(2) + '\n';
}

}  // namespace godwit::client
