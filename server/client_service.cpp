#include "server/client_service.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "shared/runtime/clock.hpp"

namespace godwit::server {

MobileNodeRecord record_of(const Client& client) {
    return {.name = client.name,
            .home = client.home,
            .ipv4_home = client.ipv4,
            .may_register = client.state != ClientState::disabled,
            .network_prefixes = client.policy.network_prefixes};
}

std::error_code ClientService::on_client(const ClientChange& change) {
    announce(change);
    const std::error_code outcome = apply_policy(change);
    follow(change);
    return outcome;
}

// Where they may go is said of all at once: a prefix, or an IPv4 address, that goes from one to
// another would be taken from its new owner by what is said of the old one after; and each change
// of the kernel's table costs milliseconds, in which nothing else is done.
void ClientService::on_restored(Restoration restoration) {
    std::vector<wire::HomeAddress> gone;
    for (const ClientChange& change : restoration.removed) {
        announce(change);
        parts_.rate_limits.forget(change.client.home);
        follow(change);  // ends its binding, before its address may be another's
        gone.push_back(change.client.home);
    }
    std::vector<Client> clients;
    for (const ClientChange& change : restoration.restored) {
        announce(change);
        clients.push_back(change.client);
    }
    parts_.rate_limits.apply(clients);
    parts_.network.apply_policies(clients, gone);
    for (security::ProtectedPeer& peer : restoration.peers) {
        on_peer(std::move(peer));
    }
    for (const ClientChange& change : restoration.restored) {
        follow(change);
    }
}

void ClientService::announce(const ClientChange& change) {
    parts_.log.info("client-" + std::string(name(change.event)),
                    {{"client", change.client.name}, {"home", change.client.home}});
    parts_.feed.publish_client(name(change.event), change.client.name, change.client.home);
}

void ClientService::follow(const ClientChange& change) {
    using enum ClientEvent;
    switch (change.event) {
        case joined:
        case renamed:
        case enabled:
        case policy_changed:
            return admit(change);
        case disabled:
        case restored:
            admit(change);
            if (change.client.state == ClientState::disabled) {
                revoke(change.client, trigger_of_an_end);
            }
            return;
        case kicked:
            return revoke(change.client, trigger_of_a_kick);
        case revoked:
        case removed:
            return dismiss(change);
        case invited:
            return;
    }
}

std::error_code ClientService::apply_policy(const ClientChange& change) {
    if (change.event == ClientEvent::removed) {
        parts_.rate_limits.forget(change.client.home);
        return parts_.network.forget_policy(change.client.home);
    }
    parts_.rate_limits.apply(change.client);
    return parts_.network.apply_policy(change.client);
}

// Who may have other addresses, or another network behind it, registers anew, and is asked to;
// whoever is disabled hears that its binding ends.
void ClientService::admit(const ClientChange& change) {
    if (!change.peer) {
        return;
    }
    const MobileNodeRecord* known = parts_.node.mobile_nodes().find(*change.peer);
    MobileNodeRecord record = record_of(change.client);
    const bool is_bound_to_others = known != nullptr && !has_same_addresses(*known, record);
    parts_.node.admit(*change.peer, std::move(record));
    if (is_bound_to_others && change.client.state != ClientState::disabled) {
        revoke(change.client, trigger_of_a_kick);
    }
}

void ClientService::revoke(const Client& client, wire::RevocationTrigger trigger) {
    parts_.runner.perform(parts_.node.revoke(runtime::boot_now(), client.home, trigger));
}

// Whoever was bound before a restart and has not come back is in the store only.
void ClientService::dismiss(const ClientChange& change) {
    if (!change.peer) {
        return;
    }
    parts_.runner.perform(
        parts_.node.dismiss(runtime::boot_now(), *change.peer, trigger_of_an_end));
    parts_.authenticator.remove_peer(*change.peer);
    parts_.store.remove_binding(change.client.home);
}

std::size_t ClientService::send_away(const std::vector<wire::HomeAddress>& homes,
                                     const SwitchOrder& order) {
    const mobility::Actions actions = parts_.node.send_away(runtime::boot_now(), homes, order);
    parts_.runner.perform(actions);
    return static_cast<std::size_t>(
        std::ranges::count_if(actions, [](const mobility::Action& action) {
            const auto* event = std::get_if<mobility::Event>(&action);
            return event != nullptr &&
                   std::holds_alternative<mobility::HomeAgentSwitchAsked>(*event);
        }));
}

void ClientService::on_peer(security::ProtectedPeer peer) {
    parts_.authenticator.add_peer(std::move(peer));
}

void ClientService::on_key(security::KeyPair current) {
    parts_.log.info("key-rotated", {{"public_key", current.public_key().text()}});
    parts_.authenticator.rotate(std::move(current));
}

void ClientService::on_previous_key_over() {
    parts_.log.info("previous-key-over");
    parts_.authenticator.forget_previous();
}

}  // namespace godwit::server
