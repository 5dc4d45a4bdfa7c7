#pragma once
// Where a captive portal is, as a network says it. Whoever runs the network may say anything: it is
// text that nobody vouches for, is shown to people, and becomes one word of a browser's command
// line.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace godwit::client {

// This text, if it is a URL that a browser may be given: http or https, a host without user name or
// password, printable ASCII, 2048 characters at most. Of RFC 8910 §2, the name that says that there
// is no portal is none.
std::optional<std::string> portal_url(std::string_view text);

// What a web server has answered where the home agent was asked for "/".
struct AnsweredInPlace {
    unsigned status = 0;        // of HTTP
    std::string_view location;  // where it sends the client; empty: nowhere
    std::string_view host;      // that was asked, as in a URL: "[2001:db8::1]"
};

// The portal that such an answer leads to; nothing if it leads to none. One whose location names
// the home agent itself, which is known by `own` names too, is its own: a web server may run there.
// A location that is a path alone names nobody, and a portal that answers in the home agent's place
// writes it as well: it counts, perhaps wrongly, as does a 511 without one (RFC 6585 §6).
std::optional<std::string> portal_url(const AnsweredInPlace& answer,
                                      std::span<const std::string> own);

}  // namespace godwit::client
