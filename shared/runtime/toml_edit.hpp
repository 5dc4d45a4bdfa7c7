#pragma once
// Looks at, and changes, one value of a TOML text, and leaves all else as somebody has written it:
// comments, order, empty lines.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::runtime {

// A key as people write it: "lifetime", "home_agent.ports".
struct TomlKey {
    std::string table;  // empty: the file's top
    std::string key;

    // Nothing for what is none: at most one dot, and letters, digits, _ and - around it.
    static std::optional<TomlKey> parse(std::string_view text);
};

// A value as TOML has it: what is none itself is taken as a text.
std::string toml_value(const std::string& written);

// The value as it stands in the text; nothing if it does not. What is no TOML is an error, in one
// line.
std::expected<std::optional<std::string>, std::string> find_in_toml(const std::string& text,
                                                                    const TomlKey& key);
// Each key of the text outside of arrays of tables, with its value as it stands there.
std::expected<std::vector<std::pair<std::string, std::string>>, std::string> list_toml(
    const std::string& text);

// The text with another value, or with the key at the end of its table.
std::expected<std::string, std::string> change_toml(const std::string& text, const TomlKey& key,
                                                    const std::string& value);

// The text without the key and its line; as it was where the key is not there.
std::expected<std::string, std::string> remove_from_toml(const std::string& text,
                                                         const TomlKey& key);

}  // namespace godwit::runtime
