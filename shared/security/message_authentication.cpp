#include "shared/security/message_authentication.hpp"

#include <sodium.h>

#include <algorithm>
#include <variant>

#include "shared/mobility/claimed_care_of_address.hpp"
#include "shared/security/secret.hpp"

namespace godwit::security {
namespace {

Mac authenticator_of(const KeyOctets& key, const CoveredAddresses& addresses,
                     wire::BytesView mobility_header) {
    constexpr std::size_t after_checksum = wire::mobility_checksum_offset + 2;
    constexpr std::array<std::uint8_t, 2> no_checksum{};
    const auto covered = mobility_header.first(mobility_header.size() - mac_length);
    return keyed_mac(key, {addresses.care_of.address.octets, addresses.home.address.octets,
                           covered.first(wire::mobility_checksum_offset), no_checksum,
                           covered.subspan(after_checksum)});
}

const wire::MobilityOptions* options_of(const wire::MobilityMessage& message) {
    return std::visit(
        [](const auto& known) -> const wire::MobilityOptions* {
            if constexpr (requires { known.options; }) {
                return &known.options;
            } else {
                return nullptr;
            }
        },
        message);
}

}  // namespace

Mac keyed_mac(wire::BytesView key, std::initializer_list<wire::BytesView> parts) {
    Transient<crypto_generichash_blake2b_state> state;
    crypto_generichash_blake2b_init(&state.value, key.data(), key.size(), mac_length);
    for (const wire::BytesView part : parts) {
        crypto_generichash_blake2b_update(&state.value, part.data(), part.size());
    }
    Mac mac{};
    crypto_generichash_blake2b_final(&state.value, mac.data(), mac.size());
    return mac;
}

bool is_equal(wire::BytesView one, wire::BytesView other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

wire::CareOfAddress covered_care_of_address(const wire::MobilityMessage& message,
                                            mobility::Encapsulation encapsulation,
                                            const wire::Ipv6Address& mobile_node) {
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message)) {
        return mobility::claimed_care_of_address(*update).value_or(
            wire::CareOfAddress{mobile_node});
    }
    if (encapsulation == mobility::Encapsulation::udp ||
        std::holds_alternative<wire::Heartbeat>(message)) {
        return {};
    }
    return {mobile_node};
}

bool append_authentication(wire::MobilityMessage& message, std::uint32_t spi) {
    return std::visit(
        [spi](auto& known) {
            if constexpr (requires { known.options; }) {
                known.options.push_back(wire::AuthenticationOption{
                    .spi = spi, .authenticator = wire::Bytes(mac_length)});
                return true;
            } else {
                return false;
            }
        },
        message);
}

const wire::AuthenticationOption* final_authentication(const wire::MobilityMessage& message) {
    const wire::MobilityOptions* options = options_of(message);
    if (options == nullptr || options->empty()) {
        return nullptr;
    }
    const auto* option = std::get_if<wire::AuthenticationOption>(&options->back());
    const bool is_ours = option != nullptr &&
                         option->subtype == wire::AuthenticationOption::mobile_node_home_agent &&
                         option->authenticator.size() == mac_length;
    return is_ours ? option : nullptr;
}

void write_authenticator(const KeyOctets& key, const CoveredAddresses& addresses,
                         std::span<std::uint8_t> mobility_header) {
    const Mac mac = authenticator_of(key, addresses, mobility_header);
    std::ranges::copy(mac, mobility_header.last(mac_length).begin());
}

bool has_right_authenticator(const KeyOctets& key, const CoveredAddresses& addresses,
                             wire::BytesView mobility_header) {
    return is_equal(authenticator_of(key, addresses, mobility_header),
                    mobility_header.last(mac_length));
}

}  // namespace godwit::security
