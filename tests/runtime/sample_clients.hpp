#pragma once
// Clients for the tests of the store and of what stands on it.

#include <chrono>
#include <string>

#include "server/clients/home_agent_keys.hpp"
#include "server/store/store.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::server {

inline wire::HomeAddress home(const std::string& text) {
    return {wire::Ipv6Address::parse(text).value()};
}

inline constexpr std::chrono::sys_seconds long_ago{std::chrono::seconds(1'000'000'000)};

// One who has an invite, and nothing else yet.
inline StoredClient invited(const std::string& name, const std::string& address) {
    return {.home = home(address),
            .name = name,
            .created = long_ago,
            .invite = StoredInvite{
                .id = {{7, home(address).address.octets[15], home(address).address.octets[14]}},
                .secret = security::preshared_key(9),
                .expires = long_ago + std::chrono::hours(24)}};
}

// One who has joined by it.
inline StoredClient joined(const std::string& name, const std::string& address, std::uint8_t key) {
    StoredClient client = invited(name, address);
    client.state = ClientState::enabled;
    client.key = security::key_pair(key).public_key();
    client.preshared_key = security::preshared_key(9);
    client.joined = long_ago + std::chrono::hours(1);
    client.invite->spent_by = client.key;
    return client;
}

// All of a client in one line, for comparisons.
inline std::string text_of(const StoredClient& client) {
    std::string text =
        client.name + ' ' + client.home.text() + ' ' + std::string(name(client.state)) + ' ' +
        (client.ipv4 ? client.ipv4->text() : "-") + ' ' + (client.key ? client.key->text() : "-") +
        ' ' + security::PublicKey{client.preshared_key.octets()}.text() + ' ' +
        std::to_string(client.policy.internet) + std::to_string(client.policy.clients);
    for (const wire::Prefix& prefix : client.policy.prefixes) {
        text += ' ' + prefix.text();
    }
    for (const auto& rate : {client.policy.rates.up, client.policy.rates.down}) {
        text += ' ' + (rate ? rate->text() : "-");
    }
    for (const wire::Prefix& prefix : client.policy.network_prefixes) {
        text += " behind " + prefix.text();
    }
    text += ' ' + std::to_string(client.created.time_since_epoch().count()) + ' ' +
            (client.joined ? std::to_string(client.joined->time_since_epoch().count()) : "-");
    if (client.invite) {
        text += " invite " + std::to_string(client.invite->id.octets.at(1)) + ' ' +
                security::PublicKey{client.invite->secret.octets()}.text() + ' ' +
                std::to_string(client.invite->expires.time_since_epoch().count()) + ' ' +
                (client.invite->spent_by ? client.invite->spent_by->text() : "-");
    }
    return text;
}

}  // namespace godwit::server
