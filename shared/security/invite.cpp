#include "shared/security/invite.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <span>
#include <utility>

#include "shared/security/message_authentication.hpp"
#include "shared/security/secret.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::security {
namespace {

constexpr std::string_view scheme = "godwit://";
constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
constexpr std::string_view white_space = " \t\r\n";
constexpr std::uint8_t version = 1;
constexpr std::size_t checksum_length = 4;  // octets
constexpr std::size_t key_length = sizeof(KeyOctets);
constexpr std::size_t max_payload = Invite::max_text * 3 / 4;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

wire::BytesView octets_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// `place`: host and client as they stand in the line.
wire::Bytes checksum_of(std::string_view place, wire::BytesView payload) {
    const Mac mac = keyed_mac(KeyOctets{}, {octets_of("godwit invite"), octets_of(place), payload});
    return {mac.begin(), mac.begin() + checksum_length};
}

std::string as_host(const std::string& endpoint) {
    return endpoint.contains(':') ? "[" + endpoint + "]" : endpoint;
}

// Nothing if it is no address or name.
std::optional<std::string> endpoint_of(std::string_view text) {
    const bool is_name = !text.empty() && text.size() <= Invite::max_endpoint &&
                         text.find_first_not_of(letters_and_digits) == std::string_view::npos;
    return is_name || wire::Ipv6Address::parse(text) ? std::optional(std::string(text))
                                                     : std::nullopt;
}
std::optional<std::string> endpoint_of_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        return endpoint_of(host.substr(1, host.size() - 2));
    }
    return host.contains(':') ? std::nullopt : endpoint_of(host);
}

bool is_client_name(std::string_view name) {
    return !name.empty() && name.size() <= Invite::max_client &&
           name.find_first_not_of(letters_and_digits) == std::string_view::npos;
}

void write_payload(const Invite& invite, wire::Bytes& payload) {
    wire::Writer out(payload);
    out.integer(version);
    out.bytes(invite.home_agent_key.octets);
    out.bytes(invite.secret.octets());
    out.bytes(invite.id.octets);
    out.integer(static_cast<std::uint32_t>(invite.expires.time_since_epoch().count()));
    out.bytes(invite.home_agent.address.octets);
    out.bytes(invite.home.address.octets);
    out.integer(invite.home_prefix ? invite.home_prefix->length : std::uint8_t{0});
    out.integer(static_cast<std::uint8_t>(invite.ports.size()));
    for (const std::uint16_t port : invite.ports) {
        out.integer(port);
    }
    out.integer(static_cast<std::uint8_t>(invite.endpoints.size() - 1));
    for (const std::string& endpoint : std::span(invite.endpoints).subspan(1)) {
        out.integer(static_cast<std::uint8_t>(endpoint.size()));
        out.bytes(octets_of(endpoint));
    }
}

PresharedKey read_secret(wire::Reader& in) {
    auto secret = make_secret<KeyOctets>();
    std::ranges::copy(in.take(key_length), secret->begin());
    return PresharedKey(std::move(secret));
}

std::optional<std::vector<std::uint16_t>> read_ports(wire::Reader& in) {
    std::vector<std::uint16_t> ports(in.integer<std::uint8_t>());
    for (std::uint16_t& port : ports) {
        port = in.integer<std::uint16_t>();
    }
    const bool is_right = !ports.empty() && ports.size() <= Invite::max_ports &&
                          std::ranges::find(ports, 0) == ports.end();
    return is_right ? std::optional(std::move(ports)) : std::nullopt;
}

// False if one of them is none, or if there are too many.
bool read_endpoints(wire::Reader& in, std::vector<std::string>& endpoints) {
    const std::size_t count = in.integer<std::uint8_t>();
    for (std::size_t i = 0; i < count && !in.truncated(); ++i) {
        const wire::BytesView text = in.take(in.integer<std::uint8_t>());
        const auto endpoint =
            endpoint_of({reinterpret_cast<const char*>(text.data()), text.size()});
        if (!endpoint) {
            return false;
        }
        endpoints.push_back(*endpoint);
    }
    return endpoints.size() <= Invite::max_endpoints;
}

std::expected<Invite, InviteError> read_payload(std::string_view host, std::string_view client,
                                                wire::BytesView payload) {
    wire::Reader in(payload);
    in.skip(sizeof version);
    Invite invite;
    invite.home_agent_key.octets = in.array<key_length>();
    invite.secret = read_secret(in);
    invite.id.octets = in.array<sizeof(InviteId)>();
    invite.expires = std::chrono::sys_seconds(std::chrono::seconds(in.integer<std::uint32_t>()));
    invite.home_agent.address = wire::Ipv6Address::read(in);
    invite.home.address = wire::Ipv6Address::read(in);
    const auto prefix_length = in.integer<std::uint8_t>();
    auto ports = read_ports(in);
    auto first = endpoint_of_host(host);
    if (!first || !ports || prefix_length > 128 || !is_client_name(client) ||
        !invite.home_agent.address.is_unicast_routable() ||
        !invite.home.address.is_unicast_routable()) {
        return std::unexpected(InviteError::damaged);
    }
    if (prefix_length > 0) {
        invite.home_prefix = wire::Prefix::around(invite.home.address, prefix_length);
    }
    invite.ports = *std::move(ports);
    invite.client = client;
    invite.endpoints.push_back(*std::move(first));
    if (!read_endpoints(in, invite.endpoints) || in.truncated() || in.remaining() > 0) {
        return std::unexpected(InviteError::damaged);
    }
    return invite;
}

// `line` is without white space.
std::expected<Invite, InviteError> parse_line(std::string_view line) {
    if (!line.starts_with(scheme)) {
        return std::unexpected(InviteError::not_an_invite);
    }
    line.remove_prefix(scheme.size());
    const std::size_t hash = line.find('#');
    const std::string_view place = line.substr(0, hash);
    const std::size_t slash = place.find('/');
    if (hash == std::string_view::npos || slash == std::string_view::npos) {
        return std::unexpected(InviteError::damaged);
    }
    const std::string_view encoded = line.substr(hash + 1);
    Transient<std::array<std::uint8_t, max_payload>> decoded;
    std::size_t length = 0;
    if (sodium_base642bin(decoded.value.data(), decoded.value.size(), encoded.data(),
                          encoded.size(), nullptr, &length, nullptr, variant) != 0 ||
        length <= checksum_length) {
        return std::unexpected(InviteError::damaged);
    }
    const auto all = wire::BytesView(decoded.value).first(length);
    const auto payload = all.first(length - checksum_length);
    if (!std::ranges::equal(checksum_of(place, payload), all.last(checksum_length))) {
        return std::unexpected(InviteError::damaged);
    }
    if (payload.front() != version) {
        return std::unexpected(InviteError::newer_version);
    }
    return read_payload(place.substr(0, slash), place.substr(slash + 1), payload);
}

}  // namespace

std::string_view name(InviteError error) {
    switch (error) {
        case InviteError::not_an_invite:
            return "not-an-invite";
        case InviteError::damaged:
            return "damaged";
        case InviteError::newer_version:
            return "newer-version";
    }
    return "unknown";
}

std::string Invite::text() const {
    assert(!endpoints.empty() && !ports.empty());
    const std::string place = as_host(endpoints.front()) + "/" + client;
    wire::Bytes payload;
    payload.reserve(max_payload);  // no copy of the secret is left behind
    write_payload(*this, payload);
    wire::Writer(payload).bytes(checksum_of(place, payload));
    std::string encoded(sodium_base64_encoded_len(payload.size(), variant), '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), payload.data(), payload.size(), variant);
    encoded.pop_back();  // its NUL
    std::string line = std::string(scheme) + place + "#" + encoded;
    wipe(payload.data(), payload.size());
    wipe(encoded.data(), encoded.size());
    return line;
}

std::expected<Invite, InviteError> Invite::parse(std::string_view text) {
    Transient<std::array<char, max_text>> line;
    std::size_t length = 0;
    for (const char character : text) {
        if (white_space.contains(character)) {
            continue;
        }
        if (length == line.value.size()) {
            return std::unexpected(InviteError::not_an_invite);
        }
        line.value.at(length++) = character;
    }
    return parse_line({line.value.data(), length});
}

}  // namespace godwit::security
