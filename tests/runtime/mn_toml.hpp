#pragma once
// Configuration files of a client, as a test writes them.

#include <string>

#include "client/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {

inline constexpr auto key = "xt6rjdqbPhPgb+O9uWPANCRApbsjT8ClaYApOP2UEDA=";

inline const std::string least = R"(home_address = "2001:db8:f::9"
private_key_file = "mn.key"
[home_agent]
address = "2001:db8:f::1"
public_key = ")" + std::string(key) +
                                 "\"\n";

inline Configuration read(const tests::TemporaryDirectory& directory, const std::string& text) {
    return read_configuration(directory.write("mn.toml", text));
}

inline std::string errors_of(const std::string& text) {
    const tests::TemporaryDirectory directory;
    try {
        read(directory, text);
    } catch (const runtime::InvalidConfiguration& invalid) {
        return invalid.what();
    }
    return "none";
}

}  // namespace godwit::client
