#include "shared/runtime/toml_edit.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <sstream>
#include <string_view>

namespace godwit::runtime {

namespace {

// Where something stands in a text: octets from its beginning.
struct Place {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::expected<toml::table, std::string> parsed(const std::string& text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return std::unexpected("line " + std::to_string(error.source().begin.line) +
                               " is not TOML: " + std::string(error.description()));
    }
}

// Behind the mark with which some editors begin a file of UTF-8. It is no part of the first line.
std::size_t beginning_of(const std::string& text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    return text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
}

// TOML counts lines and columns from 1, and columns in characters.
std::size_t offset_of(const std::string& text, const toml::source_position& position) {
    std::size_t offset = beginning_of(text);
    for (toml::source_index line = 1; line < position.line && offset < text.size(); ++line) {
        offset = std::min(text.find('\n', offset), text.size() - 1) + 1;
    }
    constexpr unsigned continues = 0x80;  // an octet of UTF-8 that is no character's first
    constexpr unsigned mask = 0xc0;
    for (toml::source_index column = 1; column < position.column && offset < text.size();
         ++column) {
        ++offset;
        while (offset < text.size() &&
               (static_cast<unsigned char>(text[offset]) & mask) == continues) {
            ++offset;
        }
    }
    return offset;
}

Place place_of(const std::string& text, const toml::node& node) {
    return {offset_of(text, node.source().begin), offset_of(text, node.source().end)};
}

std::string written(const std::string& text, const toml::node& node) {
    const Place place = place_of(text, node);
    return text.substr(place.begin, place.end - place.begin);
}

const toml::table* table_of(const toml::table& root, const TomlKey& key) {
    return key.table.empty() ? &root : root[key.table].as_table();
}

const toml::node* find(const toml::table& root, const TomlKey& key) {
    const toml::table* table = table_of(root, key);
    return table != nullptr ? table->get(key.key) : nullptr;
}

bool is_table(const toml::node& node) {
    return node.is_table() || node.is_array_of_tables();
}

std::size_t line_end(const std::string& text, std::size_t from) {
    return std::min(text.find('\n', from), text.size());
}

// Behind the line in which a table's last own value ends; of a table without one, behind its
// header; at the file's top before everything.
std::size_t end_of(const std::string& text, const toml::table& table, bool is_root) {
    std::size_t end =
        is_root ? beginning_of(text) : line_end(text, place_of(text, table).begin) + 1;
    for (const auto& [key, node] : table) {
        if (!is_table(node)) {
            end = std::max(end, line_end(text, place_of(text, node).end) + 1);
        }
    }
    return std::min(end, text.size());
}

bool is_same_value(const std::string& one, const std::string& other) {
    const auto left = parsed("value = " + one);
    const auto right = parsed("value = " + other);
    return one == other || (left && right && *left == *right);
}

std::string with_last_line_ended(std::string text) {
    return text + (text.empty() || text.ends_with('\n') ? "" : "\n");
}

std::string with_value(const std::string& text, const toml::node& node, const std::string& value) {
    const Place place = place_of(text, node);
    return text.substr(0, place.begin) + value + text.substr(place.end);
}

std::string with_key(const std::string& text, const toml::table& root, const TomlKey& key,
                     const std::string& value) {
    const std::string line = key.key + " = " + value + '\n';
    const std::string whole = with_last_line_ended(text);
    const toml::table* table = table_of(root, key);
    if (table == nullptr) {
        return whole + "\n[" + key.table + "]\n" + line;
    }
    const std::size_t end = end_of(whole, *table, key.table.empty());
    return whole.substr(0, end) + line + whole.substr(end);
}

}  // namespace

std::optional<TomlKey> TomlKey::parse(std::string_view text) {
    const auto is_name = [](std::string_view name) {
        return !name.empty() && std::ranges::all_of(name, [](unsigned char character) {
            return std::isalnum(character) != 0 || character == '_' || character == '-';
        });
    };
    const std::size_t dot = text.find('.');
    const TomlKey key = dot == std::string_view::npos ? TomlKey{"", std::string(text)}
                                                      : TomlKey{std::string(text.substr(0, dot)),
                                                                std::string(text.substr(dot + 1))};
    const bool is_right = is_name(key.key) && (dot == std::string_view::npos || is_name(key.table));
    return is_right ? std::optional(key) : std::nullopt;
}

std::string toml_value(const std::string& written) {
    const bool is_one_line = written.find('\n') == std::string::npos;
    if (const auto as_it_is = parsed("value = " + written);
        is_one_line && as_it_is && as_it_is->size() == 1) {
        return written;
    }
    std::ostringstream quoted;
    quoted << toml::table{{"value", written}};
    const std::string line = quoted.str();
    return line.substr(line.find('=') + 2);
}

std::expected<std::optional<std::string>, std::string> find_in_toml(const std::string& text,
                                                                    const TomlKey& key) {
    const auto root = parsed(text);
    if (!root) {
        return std::unexpected(root.error());
    }
    const toml::node* node = find(*root, key);
    return node != nullptr && !is_table(*node) ? std::optional(written(text, *node)) : std::nullopt;
}

std::expected<std::vector<std::pair<std::string, std::string>>, std::string> list_toml(
    const std::string& text) {
    const auto root = parsed(text);
    if (!root) {
        return std::unexpected(root.error());
    }
    std::map<std::size_t, std::pair<std::string, std::string>> values;  // by where they stand
    const auto add = [&](const std::string& before, const toml::table& table) {
        for (const auto& [key, node] : table) {
            if (!is_table(node)) {
                values.emplace(place_of(text, node).begin,
                               std::pair(before + std::string(key.str()), written(text, node)));
            }
        }
    };
    add("", *root);
    for (const auto& [key, node] : *root) {
        if (const toml::table* table = node.as_table()) {
            add(std::string(key.str()) + '.', *table);
        }
    }
    std::vector<std::pair<std::string, std::string>> listed;
    for (auto& [place, value] : values) {
        listed.push_back(std::move(value));
    }
    return listed;
}

std::expected<std::string, std::string> change_toml(const std::string& text, const TomlKey& key,
                                                    const std::string& value) {
    const auto root = parsed(text);
    if (!root) {
        return std::unexpected(root.error());
    }
    const toml::node* node = find(*root, key);
    if (node != nullptr && is_table(*node)) {
        return std::unexpected(key.key + " is a table; name a key in it");
    }
    std::string changed =
        node != nullptr ? with_value(text, *node, value) : with_key(text, *root, key, value);
    const auto found = find_in_toml(changed, key);
    if (!found || !*found) {
        return std::unexpected("the table " + key.table + " is written in another way than [" +
                               key.table + "]; edit the file");
    }
    if (!is_same_value(**found, value)) {
        return std::unexpected(key.key + " cannot be given this value in its place; edit the file");
    }
    return changed;
}

// What else may be on the line has to be a comment: else more than one key would go.
std::expected<std::string, std::string> remove_from_toml(const std::string& text,
                                                         const TomlKey& key) {
    const auto root = parsed(text);
    if (!root) {
        return std::unexpected(root.error());
    }
    const toml::node* node = find(*root, key);
    if (node == nullptr) {
        return text;
    }
    const Place place = place_of(text, *node);
    const std::size_t before = text.rfind('\n', place.begin);
    const std::size_t begin = before == std::string::npos ? beginning_of(text) : before + 1;
    std::string changed =
        text.substr(0, begin) + text.substr(std::min(line_end(text, place.end) + 1, text.size()));
    const auto had = list_toml(text);
    const auto has = list_toml(changed);
    if (!has || has->size() + 1 != had->size()) {
        return std::unexpected(key.key + " shares its line with others; edit the file");
    }
    return changed;
}

}  // namespace godwit::runtime
