#include "client/core/portal_url.hpp"

#include <algorithm>
#include <array>

namespace godwit::client {
namespace {

constexpr std::size_t longest = 2048;  // octets; RFC 8910 §2 has room for less
constexpr std::array<std::string_view, 2> schemes{"http://", "https://"};

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_same(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

// RFC 3986 §2, without what a shell, a terminal or HTML would take for its own.
bool is_allowed(char letter) {
    constexpr std::string_view never = "\"'<>\\^`{|}";
    return letter > ' ' && letter < '\x7f' && !never.contains(letter);
}

std::optional<std::string_view> behind_scheme(std::string_view text) {
    for (const std::string_view scheme : schemes) {
        if (text.size() > scheme.size() && is_same(text.substr(0, scheme.size()), scheme)) {
            return text.substr(scheme.size());
        }
    }
    return std::nullopt;
}

// "login.example" of "login.example:8080/page"; with its port.
std::string_view authority_in(std::string_view rest) {
    return rest.substr(0, rest.find_first_of("/?#"));
}

// Empty where there is none.
std::string_view host_in(std::string_view authority) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        return end == std::string_view::npos ? std::string_view() : authority.substr(0, end + 1);
    }
    return authority.substr(0, authority.find(':'));
}

// "http://bank.example@evil.example/" looks like what it is not.
bool is_host(std::string_view authority) {
    constexpr std::string_view characters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]%";
    return !host_in(authority).empty() &&
           authority.find_first_not_of(characters) == std::string_view::npos;
}

bool leads_elsewhere(unsigned status) {
    constexpr std::array temporary{302U, 303U, 307U};
    return std::ranges::find(temporary, status) != temporary.end();
}

}  // namespace

std::optional<std::string> portal_url(std::string_view text) {
    if (text.size() > longest || !std::ranges::all_of(text, is_allowed)) {
        return std::nullopt;
    }
    const auto rest = behind_scheme(text);
    if (!rest || !is_host(authority_in(*rest))) {
        return std::nullopt;
    }
    std::string url(text);  // RFC 3986 §3.1: schemes are written in lower case
    std::ranges::transform(text.substr(0, text.size() - rest->size()), url.begin(), lower);
    return url;
}

std::optional<std::string> portal_url(const AnsweredInPlace& answer,
                                      std::span<const std::string> own) {
    constexpr unsigned login_required = 511;  // RFC 6585 §6: the page is where it was asked for
    const std::string here = "http://" + std::string(answer.host);
    if (answer.status == login_required && answer.location.empty()) {
        return portal_url(here + "/");
    }
    if (!leads_elsewhere(answer.status) && answer.status != login_required) {
        return std::nullopt;
    }
    const bool is_path = answer.location.starts_with('/') && !answer.location.starts_with("//");
    const auto url =
        portal_url(is_path ? here + std::string(answer.location) : std::string(answer.location));
    if (!url) {
        return std::nullopt;
    }
    const std::string_view host = host_in(authority_in(*behind_scheme(*url)));
    const bool is_own =
        !is_path &&
        (is_same(host, answer.host) ||
         std::ranges::any_of(own, [&](const std::string& name) { return is_same(host, name); }));
    return is_own ? std::nullopt : url;
}

}  // namespace godwit::client
