#include "shared/runtime/toml_forms.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

namespace godwit::runtime {

namespace {

// sockaddr_un's sun_path of 108 octets, with its final zero.
constexpr std::size_t max_socket_path = 107;

bool is_name(const std::string& text, std::size_t longest) {
    return !text.empty() && text.size() <= longest && text != "." && text != ".." &&
           std::ranges::all_of(text, [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' ||
                      letter == '-';
           });
}

Form<std::filesystem::path> path_within(const std::filesystem::path& directory, std::size_t longest,
                                        std::string right) {
    return text_form<std::filesystem::path>(
        std::move(right),
        [=](const std::string& written) -> std::expected<std::filesystem::path, std::string> {
            if (written.empty()) {
                return std::unexpected("is empty");
            }
            std::filesystem::path path = directory / written;
            if (path.string().size() > longest) {
                return std::unexpected(in_quotes(path.string()) + " is too long");
            }
            return path;
        });
}

// A number without its superfluous zeros.
std::string shown(double number) {
    std::string digits = std::to_string(number);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) {
        digits.pop_back();
    }
    return digits;
}

}  // namespace

std::string kind_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a whole number";
        case toml::node_type::floating_point:
            return "a number";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::table:
            return "a table";
        default:
            return "a date or a time";
    }
}

std::string in_quotes(std::string_view text) {
    return '"' + std::string(text) + '"';
}

Form<std::int64_t> whole_number(std::int64_t least, std::int64_t most, const std::string& unit) {
    const std::string right = "write a whole number of " + unit + " from " + std::to_string(least) +
                              " to " + std::to_string(most);
    return {right,
            [least, most](const toml::node& node) -> std::expected<std::int64_t, std::string> {
                const auto written = node.value_exact<std::int64_t>();
                if (!written) {
                    return std::unexpected("is " + kind_of(node) + ", not a whole number");
                }
                if (*written < least || *written > most) {
                    return std::unexpected(std::to_string(*written) + " is too " +
                                           (*written < least ? "small" : "large"));
                }
                return *written;
            }};
}

Form<bool> yes_or_no() {
    return {"write true or false, without quotes",
            [](const toml::node& node) -> std::expected<bool, std::string> {
                const auto written = node.value_exact<bool>();
                if (!written) {
                    return std::unexpected("is " + kind_of(node) + ", not true or false");
                }
                return *written;
            }};
}

Form<std::chrono::nanoseconds> duration(std::chrono::nanoseconds least,
                                        std::chrono::nanoseconds most) {
    using Seconds = std::chrono::duration<double>;
    const double low = Seconds(least).count();
    const double high = Seconds(most).count();
    return {"write a number of seconds from " + shown(low) + " to " + shown(high),
            [low,
             high](const toml::node& node) -> std::expected<std::chrono::nanoseconds, std::string> {
                const auto written = node.value<double>();
                if (!written || !node.is_number()) {
                    return std::unexpected("is " + kind_of(node) + ", not a number");
                }
                if (!(*written >= low && *written <= high)) {
                    return std::unexpected(shown(*written) + " is out of range");
                }
                return std::chrono::round<std::chrono::nanoseconds>(Seconds(*written));
            }};
}

Form<std::string> short_name(std::size_t longest) {
    const std::string right = "write 1 to " + std::to_string(longest) +
                              " letters, digits, dots, dashes or underscores in quotes";
    return text_form<std::string>(
        right, [longest](const std::string& written) -> std::expected<std::string, std::string> {
            if (!is_name(written, longest)) {
                return std::unexpected(in_quotes(written) + " is no name");
            }
            return written;
        });
}

Form<std::filesystem::path> path_from(const std::filesystem::path& directory) {
    return path_within(directory, std::numeric_limits<std::size_t>::max(),
                       "write a path in quotes");
}

Form<std::filesystem::path> socket_path_from(const std::filesystem::path& directory) {
    return path_within(
        directory, max_socket_path,
        "write a path in quotes, of at most " + std::to_string(max_socket_path) + " octets");
}

}  // namespace godwit::runtime
