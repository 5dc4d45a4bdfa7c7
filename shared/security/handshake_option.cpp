#include "shared/security/handshake_option.hpp"

#include <sodium.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "shared/security/handshake_payload.hpp"
#include "shared/security/noise.hpp"
#include "shared/wire/messages/binding_acknowledgement.hpp"
#include "shared/wire/messages/binding_update.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/mobility_options.hpp"

namespace godwit::security {
namespace {

constexpr std::size_t options_offset = wire::BindingUpdate::options_offset;
static_assert(options_offset == wire::BindingAcknowledgement::options_offset);
constexpr std::size_t type_offset = 2;   // of the MH Type in a Mobility Header (RFC 6275 §6.1.1)
constexpr std::size_t start_length = 2;  // octets: kind and version
constexpr std::string_view prologue_label = "godwit 1";
constexpr std::string_view mac1_label = "godwit mac1";

HandshakeOption layout_of(HandshakeOptionKind kind, std::size_t offset, std::size_t noise_length) {
    HandshakeOption option{.kind = kind};
    option.mac1 = {offset + start_length, mac_length};
    option.mac2 = {option.mac1.offset + mac_length,
                   kind == HandshakeOptionKind::initiation ? mac_length : 0};
    option.noise = {option.mac2.offset + option.mac2.length, noise_length};
    return option;
}

std::size_t length_without_noise(HandshakeOptionKind kind) {
    return layout_of(kind, 0, 0).noise.offset;
}

// What wants public-key work is long enough for it, and longer than a cookie that answers it.
std::size_t least_noise(HandshakeOptionKind kind) {
    return kind == HandshakeOptionKind::initiation
               ? noise_message_1_overhead + InitiationPayload::length
               : 0;
}

// The first option of this kind whose body lies behind `from`.
std::optional<wire::OptionBody> next_of_kind(wire::BytesView mobility_header, std::size_t from,
                                             HandshakeOptionKind kind) {
    auto body = wire::locate_option(mobility_header, from, wire::ExperimentalOption::layout.type);
    while (body && (body->length == 0 ||
                    mobility_header[body->offset] != static_cast<std::uint8_t>(kind))) {
        body = wire::locate_option(mobility_header, body->offset + body->length,
                                   wire::ExperimentalOption::layout.type);
    }
    return body;
}

wire::Bytes blanked(wire::BytesView mobility_header, std::initializer_list<Stretch> stretches) {
    wire::Bytes copy(mobility_header.begin(), mobility_header.end());
    for (const Stretch& stretch : stretches) {
        std::ranges::fill(stretch.in(std::span(copy)), std::uint8_t{0});
    }
    return copy;
}

constexpr Stretch checksum{wire::mobility_checksum_offset, 2};

Mac mac2_of(const Mac& cookie, wire::BytesView mobility_header, const HandshakeOption& option) {
    return keyed_mac(cookie, {blanked(mobility_header, {checksum, option.mac2})});
}

}  // namespace

wire::ExperimentalOption blank_handshake_option(HandshakeOptionKind kind,
                                                std::size_t noise_length) {
    wire::ExperimentalOption option{wire::Bytes(length_without_noise(kind) + noise_length)};
    option.data[0] = static_cast<std::uint8_t>(kind);
    option.data[1] = handshake_version;
    return option;
}

std::expected<HandshakeOption, RejectionReason> find_handshake_option(
    wire::BytesView mobility_header, HandshakeOptionKind kind) {
    const auto body = next_of_kind(mobility_header, options_offset, kind);
    if (!body) {
        return std::unexpected(RejectionReason::unauthenticated);
    }
    if (next_of_kind(mobility_header, body->offset + body->length, kind)) {
        return std::unexpected(RejectionReason::malformed);
    }
    if (body->length < start_length) {
        return std::unexpected(RejectionReason::malformed);
    }
    if (mobility_header[body->offset + 1] != handshake_version) {
        return std::unexpected(RejectionReason::bad_version);
    }
    const std::size_t before_noise = length_without_noise(kind);
    const bool has_noise = kind != HandshakeOptionKind::mac1_alone;
    if (body->length < before_noise + least_noise(kind) ||
        (!has_noise && body->length != before_noise)) {
        return std::unexpected(RejectionReason::malformed);
    }
    return layout_of(kind, body->offset, body->length - before_noise);
}

bool is_initiation(wire::BytesView mobility_header) {
    return mobility_header.size() > options_offset &&
           mobility_header[type_offset] == wire::BindingUpdate::type &&
           next_of_kind(mobility_header, options_offset, HandshakeOptionKind::initiation);
}

wire::Bytes handshake_prologue(const CoveredAddresses& addresses, wire::BytesView mobility_header,
                               const HandshakeOption& option) {
    wire::Bytes prologue(prologue_label.begin(), prologue_label.end());
    wire::Writer out(prologue);
    out.bytes(addresses.home.address.octets);
    out.bytes(addresses.care_of.address.octets);
    out.bytes(blanked(mobility_header, {checksum, option.mac1, option.mac2, option.noise}));
    return prologue;
}

bool is_mac2_zero(wire::BytesView mobility_header, const HandshakeOption& option) {
    return std::ranges::all_of(option.mac2.in(mobility_header),
                               [](std::uint8_t octet) { return octet == 0; });
}

void write_mac2(const Mac& cookie, std::span<std::uint8_t> mobility_header,
                const HandshakeOption& option) {
    const Mac mac = mac2_of(cookie, mobility_header, option);
    std::ranges::copy(mac, option.mac2.in(mobility_header).begin());
}

bool has_right_mac2(const Mac& cookie, wire::BytesView mobility_header,
                    const HandshakeOption& option) {
    return is_equal(mac2_of(cookie, mobility_header, option), option.mac2.in(mobility_header));
}

Mac1Key::Mac1Key(const PublicKey& receiver) {
    wire::Bytes input(mac1_label.begin(), mac1_label.end());
    wire::Writer(input).bytes(receiver.octets);
    crypto_generichash_blake2b(key_.data(), key_.size(), input.data(), input.size(), nullptr, 0);
}

void Mac1Key::write(std::span<std::uint8_t> mobility_header, const HandshakeOption& option) const {
    const Mac mac = mac1_of(mobility_header, option);
    std::ranges::copy(mac, option.mac1.in(mobility_header).begin());
}

bool Mac1Key::is_right(wire::BytesView mobility_header, const HandshakeOption& option) const {
    return is_equal(mac1_of(mobility_header, option), option.mac1.in(mobility_header));
}

Mac Mac1Key::mac1_of(wire::BytesView mobility_header, const HandshakeOption& option) const {
    const bool ends_in_authenticator = option.kind != HandshakeOptionKind::initiation;
    const Stretch authenticator = ends_in_authenticator
                                      ? Stretch{mobility_header.size() - mac_length, mac_length}
                                      : Stretch{};
    return keyed_mac(
        key_, {blanked(mobility_header, {checksum, option.mac1, option.mac2, authenticator})});
}

}  // namespace godwit::security
