#pragma once
// Strict reading of a TOML file: every key has a form, a key that nobody asked for is an error, and
// all that is wrong is reported at once, each with its line and with what would be right.

#include <toml++/toml.h>

#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/runtime/configuration_error.hpp"

namespace godwit::runtime {

// What a value has to look like.
template <class T>
struct Form {
    std::string right;  // "write an IPv6 address in quotes, such as \"2001:db8:f::9\""
    // The value, or what is wrong with it: "20 is too small".
    std::function<std::expected<T, std::string>(const toml::node&)> read;
};

// One table of a file. Its functions answer whether the value is there and right; where not, the
// target keeps what it had.
class TomlTable {
  public:
    template <class T, class Target>
    bool read(std::string_view key, const Form<T>& form, Target& target) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return false;
        }
        auto value = form.read(*node);
        if (!value) {
            reject(key, value.error(), form.right);
            return false;
        }
        target = std::move(*value);
        return true;
    }

    // As read(), and the key must be there.
    template <class T, class Target>
    bool require(std::string_view key, const Form<T>& form, Target& target) {
        if (find(key) == nullptr) {
            reject(key, "missing", form.right);
            return false;
        }
        return read(key, form, target);
    }

    // The table under this key, which must be there.
    TomlTable& table(std::string_view key);
    // As table(); nothing if it is missing.
    std::optional<std::reference_wrapper<TomlTable>> optional_table(std::string_view key);
    // The tables under [[key]]; it may be missing.
    std::vector<std::reference_wrapper<TomlTable>> tables(std::string_view key);

    // Reports something wrong about a key: where its value stands, else where the table does.
    void reject(std::string_view key, const std::string& wrong, const std::string& right);

  private:
    friend class TomlFile;
    TomlTable(class TomlFile& file, std::string name, const toml::table* content)
        : file_(&file), name_(std::move(name)), content_(content) {}

    const toml::node* find(std::string_view key);
    void reject_unknown_keys(const TomlTable& root);
    [[nodiscard]] std::string full_name(std::string_view key) const;

    class TomlFile* file_;
    std::string name_;            // empty: the file's top
    const toml::table* content_;  // null: the table is missing, which has been reported
    std::vector<std::string> known_;
};

class TomlFile {
  public:
    // Throws InvalidConfiguration if the file cannot be read or is no TOML.
    explicit TomlFile(std::filesystem::path path);
    TomlFile(const TomlFile&) = delete;
    TomlFile& operator=(const TomlFile&) = delete;
    ~TomlFile() = default;

    TomlTable& root() { return tables_.front(); }
    // Paths in the file are relative to it.
    [[nodiscard]] std::filesystem::path directory() const { return path_.parent_path(); }

    // To be called when everything has been read: throws InvalidConfiguration if anything is wrong
    // or left over.
    void finish();

  private:
    friend class TomlTable;
    TomlTable& add(std::string name, const toml::table* content);
    void report(const toml::source_region& where, std::string wrong, std::string right);

    std::filesystem::path path_;
    toml::table content_;
    std::deque<TomlTable> tables_;  // the root first
    std::vector<ConfigurationError> errors_;
};

}  // namespace godwit::runtime
