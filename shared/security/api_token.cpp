#include "shared/security/api_token.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace godwit::security {
namespace {

Mac mac_of(const PresharedKey& key, std::string_view token) {
    const wire::Bytes octets(token.begin(), token.end());
    return keyed_mac(key.octets(), {octets});
}

}  // namespace

ApiToken::ApiToken(std::string_view token)
    : key_(PresharedKey::generate()), mac_(mac_of(key_, token)) {}

ApiToken ApiToken::load(const std::filesystem::path& path) {
    using Permissions = std::filesystem::perms;
    std::ifstream file(path);
    if (!file || std::filesystem::is_directory(path)) {
        throw std::system_error(errno, std::generic_category(),
                                "open the token file " + path.string());
    }
    if ((std::filesystem::status(path).permissions() & Permissions::others_all) !=
        Permissions::none) {
        throw std::runtime_error("token file " + path.string() +
                                 " is open to everybody; run: chmod o= " + path.string());
    }
    std::string line;
    std::getline(file, line);
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (line.size() < least_length || line.size() > most_length) {
        throw std::runtime_error("token file " + path.string() + " does not hold a token: one of " +
                                 std::to_string(least_length) + " to " +
                                 std::to_string(most_length) + " characters in its first line");
    }
    return ApiToken(line);
}

bool ApiToken::matches(std::string_view token) const {
    return is_equal(mac_, mac_of(key_, token.substr(0, most_length + 1)));
}

}  // namespace godwit::security
