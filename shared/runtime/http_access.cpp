#include "shared/runtime/http_access.hpp"

#include <algorithm>
#include <cctype>

#include "shared/wire/address.hpp"

namespace godwit::runtime {

namespace {

bool is_alike(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
    });
}

// "[::1]:4190", "localhost:4190" without the port.
std::string_view name_in(std::string_view host) {
    if (host.starts_with('[')) {
        const std::size_t end = host.find(']');
        return end == std::string_view::npos ? "" : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

// No name of the DNS can be made to look like an address.
bool is_address(std::string_view name) {
    const std::string text(name);
    return wire::Ipv6Address::parse(text).has_value() || wire::Ipv4Address::parse(text).has_value();
}

bool is_known(const NetworkRules& rules, std::string_view host) {
    const std::string_view name = name_in(host);
    return is_address(name) || is_alike(name, "localhost") ||
           std::ranges::any_of(rules.host_names,
                               [name](const std::string& known) { return is_alike(known, name); });
}

// RFC 6750 §2.1.
std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    return is_alike(authorization.substr(0, scheme.size()), scheme)
               ? authorization.substr(scheme.size())
               : std::string_view();
}

HttpAnswer unauthorized(std::string_view code, std::string_view message) {
    HttpAnswer answer = error_answer(401, code, message);
    answer.fields.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
}

std::optional<HttpAnswer> token_refusal(const NetworkRules& rules, std::string_view given) {
    if (!rules.token) {
        return error_answer(403, "no-token-configured",
                            "changes over TCP want a token: write token_file under [api], or ask "
                            "on the UNIX socket");
    }
    if (given.empty()) {
        return unauthorized("token-missing",
                            "this wants the token of [api] token_file, as Authorization: Bearer");
    }
    if (!rules.token->matches(given)) {
        return unauthorized("token-wrong", "this is not the token that stands in [api] token_file");
    }
    return std::nullopt;
}

}  // namespace

std::optional<HttpAnswer> local_refusal(bool is_privileged, Access access) {
    if (access == Access::change && !is_privileged) {
        return error_answer(403, "not-privileged",
                            "only root, the daemon's user and the members of its socket's group "
                            "may do this; run the command as root");
    }
    return std::nullopt;
}

std::optional<HttpAnswer> network_refusal(const NetworkRules& rules, Access access,
                                          const HttpCredentials& credentials) {
    if (!is_known(rules, credentials.host)) {
        return error_answer(421, "unknown-host",
                            "ask by address, as localhost, or by a name in [api] host_names");
    }
    if (access == Access::open) {
        return std::nullopt;
    }
    if (credentials.fetch_site == "cross-site") {
        return error_answer(403, "cross-site", "pages of other sites may not ask this");
    }
    if (access == Access::read && rules.is_loopback) {
        return std::nullopt;
    }
    return token_refusal(rules, bearer_token(credentials.authorization));
}

bool has_token(const NetworkRules& rules, const HttpCredentials& credentials) {
    return !token_refusal(rules, bearer_token(credentials.authorization));
}

}  // namespace godwit::runtime
