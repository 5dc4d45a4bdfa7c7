#include "shared/runtime/toml_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <tuple>

#include "shared/runtime/nearest_name.hpp"

namespace godwit::runtime {

namespace {

// That nothing was put in is a failure of the stream's, but an empty file can be read.
bool put_into(std::ostringstream& text, std::ifstream& in) {
    errno = 0;
    return static_cast<bool>(text << in.rdbuf()) || errno == 0;
}

std::string read_text(const std::filesystem::path& path) {
    std::error_code unknown;
    const bool is_directory = std::filesystem::is_directory(path, unknown);
    std::ifstream in(path);
    std::ostringstream text;
    if (!in || is_directory || !put_into(text, in)) {
        const std::string reason =
            is_directory ? "it is a directory" : std::generic_category().message(errno);
        throw InvalidConfiguration({{path.string(), 0, 0, "cannot be read: " + reason,
                                     "name a TOML file that this user may read"}});
    }
    return std::move(text).str();
}

toml::table parse(const std::filesystem::path& path) {
    try {
        return toml::parse(read_text(path), path.string());
    } catch (const toml::parse_error& error) {
        const toml::source_position& at = error.source().begin;
        throw InvalidConfiguration(
            {{path.string(), at.line, at.column, "not TOML: " + std::string(error.description()),
              "write key = value, with texts in double quotes"}});
    }
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ", ") + name;
    }
    return list;
}

}  // namespace

TomlTable& TomlTable::table(std::string_view key) {
    const toml::node* node = find(key);
    const toml::table* content = node == nullptr ? nullptr : node->as_table();
    const std::string name = full_name(key);
    if (content == nullptr) {
        reject(key, node == nullptr ? "missing" : "is not a table",
               "write a table that begins with [" + name + "]");
    }
    return file_->add(name, content);
}

std::optional<std::reference_wrapper<TomlTable>> TomlTable::optional_table(std::string_view key) {
    return find(key) == nullptr ? std::nullopt : std::optional(std::ref(table(key)));
}

std::vector<std::reference_wrapper<TomlTable>> TomlTable::tables(std::string_view key) {
    std::vector<std::reference_wrapper<TomlTable>> found;
    const toml::node* node = find(key);
    if (node == nullptr) {
        return found;
    }
    const toml::array* array = node->as_array();
    const std::string name = full_name(key);
    if (array == nullptr || (!array->empty() && !array->is_homogeneous<toml::table>())) {
        reject(key, "is not a list of tables", "begin each of them with [[" + name + "]]");
        return found;
    }
    for (const toml::node& element : *array) {
        found.emplace_back(file_->add(name, element.as_table()));
    }
    return found;
}

void TomlTable::reject(std::string_view key, const std::string& wrong, const std::string& right) {
    if (content_ == nullptr) {
        return;
    }
    const toml::node* node = find(key);
    const toml::source_region& where = node == nullptr ? content_->source() : node->source();
    file_->report(where, full_name(key) + ": " + wrong, right);
}

const toml::node* TomlTable::find(std::string_view key) {
    if (!contains(known_, key)) {
        known_.emplace_back(key);
    }
    return content_ == nullptr ? nullptr : content_->get(key);
}

void TomlTable::reject_unknown_keys(const TomlTable& root) {
    if (content_ == nullptr) {
        return;
    }
    for (const auto& [key, value] : *content_) {
        if (contains(known_, key.str())) {
            continue;
        }
        std::string right = "the keys here are " + listed(known_);
        if (const auto meant = nearest_name(key.str(), known_)) {
            right = "did you mean " + *meant + "?";
        } else if (contains(root.known_, key.str())) {
            right = "move it to the top of the file, above the first [table]";
        }
        file_->report(key.source(), full_name(key.str()) + ": unknown key", right);
    }
}

std::string TomlTable::full_name(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
}

TomlFile::TomlFile(std::filesystem::path path) : path_(std::move(path)), content_(parse(path_)) {
    add("", &content_);
}

void TomlFile::finish() {
    for (TomlTable& table : tables_) {
        table.reject_unknown_keys(root());
    }
    if (errors_.empty()) {
        return;
    }
    std::ranges::stable_sort(errors_, {}, [](const ConfigurationError& error) {
        return std::tuple(error.line, error.column);
    });
    throw InvalidConfiguration(std::move(errors_));
}

TomlTable& TomlFile::add(std::string name, const toml::table* content) {
    tables_.push_back(TomlTable(*this, std::move(name), content));
    return tables_.back();
}

void TomlFile::report(const toml::source_region& where, std::string wrong, std::string right) {
    errors_.push_back(
        {path_.string(), where.begin.line, where.begin.column, std::move(wrong), std::move(right)});
}

}  // namespace godwit::runtime
