#pragma once
// Forms of values that any configuration file may have.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/runtime/toml_reader.hpp"

namespace godwit::runtime {

Form<bool> yes_or_no();

// Seconds with a fraction, both limits included.
Form<std::chrono::nanoseconds> duration(std::chrono::nanoseconds least,
                                        std::chrono::nanoseconds most);

// From `least` to `most` of `unit`.
Form<std::int64_t> whole_number(std::int64_t least, std::int64_t most, const std::string& unit);

// A path, relative to this directory if it is not absolute.
Form<std::filesystem::path> path_from(const std::filesystem::path& directory);
// As path_from(), for a UNIX socket, whose path has less room.
Form<std::filesystem::path> socket_path_from(const std::filesystem::path& directory);

// Letters, digits, dots, dashes and underscores.
Form<std::string> short_name(std::size_t longest);

// One of these words.
template <class T>
using Choices = std::vector<std::pair<std::string, T>>;
template <class T>
Form<T> one_of(Choices<T> choices);

// At least one, each once.
template <class T>
Form<std::vector<T>> list_of(Form<T> element);

// What kind of value a node is, with its article: "a text".
std::string kind_of(const toml::node& node);
std::string in_quotes(std::string_view text);

// A text of which `check` makes the value: std::string -> std::expected<T, std::string>.
template <class T, class Check>
Form<T> text_form(std::string right, Check check) {
    return {std::move(right),
            [check = std::move(check)](const toml::node& node) -> std::expected<T, std::string> {
                const auto written = node.value_exact<std::string>();
                if (!written) {
                    return std::unexpected("is " + kind_of(node) + ", not a text");
                }
                return check(*written);
            }};
}

template <class T>
Form<T> one_of(Choices<T> choices) {
    std::string right = "write " + in_quotes(choices.front().first);
    for (std::size_t place = 1; place < choices.size(); ++place) {
        right += (place + 1 == choices.size() ? " or " : ", ") + in_quotes(choices[place].first);
    }
    return text_form<T>(right, [choices = std::move(choices)](const std::string& written) {
        for (const auto& [name, value] : choices) {
            if (name == written) {
                return std::expected<T, std::string>(value);
            }
        }
        return std::expected<T, std::string>(std::unexpected(in_quotes(written) + " is unknown"));
    });
}

template <class T>
Form<std::vector<T>> list_of(Form<T> element) {
    return {"write a list in square brackets, of at least one and each once; for each, " +
                element.right,
            [element](const toml::node& node) -> std::expected<std::vector<T>, std::string> {
                const toml::array* array = node.as_array();
                if (array == nullptr) {
                    return std::unexpected("is " + kind_of(node) + ", not a list");
                }
                std::vector<T> list;
                for (const toml::node& item : *array) {
                    const std::string place = "item " + std::to_string(list.size() + 1) + ": ";
                    auto value = element.read(item);
                    if (!value) {
                        return std::unexpected(place + value.error());
                    }
                    if (std::ranges::find(list, *value) != list.end()) {
                        return std::unexpected(place + "is there twice");
                    }
                    list.push_back(std::move(*value));
                }
                if (list.empty()) {
                    return std::unexpected("is empty");
                }
                return list;
            }};
}

}  // namespace godwit::runtime
