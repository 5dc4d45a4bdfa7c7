#pragma once
// Who may ask a daemon for what. On its UNIX socket the kernel says who asks; over TCP a token
// does. A browser on this machine could be made to ask by any page that it shows: it sends no token
// that it was not given, gets no leave to read what another origin asked for (there is no CORS),
// and a page that has pointed its own name at this machine is known by that name in Host.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/runtime/http_message.hpp"
#include "shared/security/api_token.hpp"

namespace godwit::runtime {

enum class Access : std::uint8_t {
    open,    // the same for everybody, and tells nothing: the page
    read,    // everybody on this machine; from elsewhere with the token
    change,  // on the UNIX socket by privilege, over TCP with the token
};

// How a TCP address is guarded.
struct NetworkRules {
    bool is_loopback = true;                   // only this machine can reach it
    std::optional<security::ApiToken> token;   // there unless it is loopback; none: nothing changes
    std::vector<std::string> host_names = {};  // by which it may be called, beside addresses
};

// The fields of a request that say who asks; empty where they are missing.
struct HttpCredentials {
    std::string_view host;
    std::string_view authorization;
    std::string_view fetch_site;  // Sec-Fetch-Site: what a browser says of the page that asks
};

// What is answered instead; nothing if it may.
std::optional<HttpAnswer> local_refusal(bool is_privileged, Access access);
std::optional<HttpAnswer> network_refusal(const NetworkRules& rules, Access access,
                                          const HttpCredentials& credentials);

// Whether they have the token that changes take.
bool has_token(const NetworkRules& rules, const HttpCredentials& credentials);

}  // namespace godwit::runtime
