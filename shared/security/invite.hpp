#pragma once
// An invite as one line of text, for a terminal, a message or a QR code:
//
//   godwit://<host>/<client>#<base64url, without padding>
//
// The host, an IPv6 address in brackets, is the first endpoint. What stands behind # is
//
//   version = 1 (1 octet) | the home agent's public key (32) | the invite's secret (32) | its
//   number (8) | when it expires: seconds since 1970 (4) | the home agent's address (16) | the home
//   address (16) | length of the home prefix, 0 for none (1) | number of UDP ports (1) | each port
//   (2) | number of further endpoints (1) | each one's length (1) and text | checksum (4)
//
// The checksum, the first octets of BLAKE2b-128 under a key of zeros over "godwit invite" | host |
// "/" | client | what stands before it, tells a damaged paste from a real one. It proves nothing.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/security/enrolment.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/address.hpp"

namespace godwit::security {

enum class InviteError : std::uint8_t {
    not_an_invite,  // something else
    damaged,        // cut short, or changed on the way
    newer_version,  // of a later program
};

std::string_view name(InviteError error);  // "not-an-invite"

struct Invite {
    // What keeps the line short enough for a QR code that a telephone reads off a screen.
    static constexpr std::size_t max_endpoints = 4;
    static constexpr std::size_t max_endpoint = 253;  // octets: a DNS name, RFC 1035 §2.3.4
    static constexpr std::size_t max_ports = 6;       // as many as a home agent opens
    static constexpr std::size_t max_client = 63;     // octets: letters, digits, '-', '_', '.'
    static constexpr std::size_t max_text = 2048;     // octets of a line

    PublicKey home_agent_key;
    wire::HomeAgentAddress home_agent;
    std::vector<std::string> endpoints;  // where it hears UDP: names or addresses; 1 at least
    std::vector<std::uint16_t> ports;    // 1 at least
    std::string client;                  // its name
    wire::HomeAddress home;
    std::optional<wire::Prefix> home_prefix;  // around the home address
    InviteId id;
    PresharedKey secret;
    std::chrono::sys_seconds expires;

    // The line holds the secret: it is for the client's eyes alone. All limits must be kept.
    [[nodiscard]] std::string text() const;
    // White space anywhere is passed over: terminals and mail programs break long lines.
    static std::expected<Invite, InviteError> parse(std::string_view text);
};

}  // namespace godwit::security
