#include "shared/runtime/http_routes.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace godwit::runtime {

namespace {

constexpr std::string_view placeholder = "{name}";

// RFC 3986 §2.1; nothing where a percent sign has no two digits behind it.
std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    for (std::size_t place = 0; place < text.size(); ++place) {
        if (text[place] != '%') {
            result += text[place];
            continue;
        }
        unsigned octet = 0;
        const std::string_view digits = text.substr(place + 1, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
            return std::nullopt;
        }
        result += static_cast<char>(octet);
        place += 2;
    }
    return result;
}

// Cuts off what stands before the separator, or all of it.
std::string_view cut(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

bool read_query(std::string_view text, HttpRequest& request) {
    while (!text.empty()) {
        std::string_view value = cut(text, '&');
        const auto key = decoded(cut(value, '='));
        auto content = decoded(value);
        if (!key || !content) {
            return false;
        }
        request.query.insert_or_assign(*key, std::move(*content));
    }
    return true;
}

// What stands for {name}, "" where the pattern has none; nothing where the path is another.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const std::size_t place = pattern.find(placeholder);
    if (place == std::string_view::npos) {
        return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    }
    const std::string_view tail = pattern.substr(place + placeholder.size());
    if (!path.starts_with(pattern.substr(0, place))) {
        return std::nullopt;
    }
    path.remove_prefix(place);
    const std::string_view name = path.substr(0, path.find('/'));
    return !name.empty() && path.substr(name.size()) == tail ? std::optional(name) : std::nullopt;
}

}  // namespace

std::expected<HttpRoutes::Found, HttpAnswer> HttpRoutes::find(std::string_view method,
                                                              std::string_view target) const {
    Found found;
    std::string methods;
    const std::string_view path = cut(target, '?');
    for (const HttpRoute& route : routes_) {
        const auto name = match(route.path, path);
        if (!name) {
            continue;
        }
        methods += (methods.empty() ? "" : ", ") + route.method;
        if (route.method != method) {
            continue;
        }
        auto plain = decoded(*name);
        if (!plain || !read_query(target, found.request)) {
            return std::unexpected(error_answer(400, "bad-target", "the target is no URL path"));
        }
        found.request.name = std::move(*plain);
        found.route = &route;
        return found;
    }
    if (methods.empty()) {
        return std::unexpected(
            error_answer(404, "no-such-target", "nothing is here; the status is at /v1/status"));
    }
    HttpAnswer answer = error_answer(405, "bad-method", "this target takes " + methods);
    answer.fields.emplace_back("Allow", methods);
    return std::unexpected(std::move(answer));
}

HttpRoute status_route(std::function<Json()> document) {
    return {.method = "GET",
            .path = status_target,
            .answer = [document = std::move(document)](const HttpRequest&) {
                return HttpAnswer{.body = document().dump()};
            }};
}

}  // namespace godwit::runtime
