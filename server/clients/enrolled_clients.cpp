#include "server/clients/enrolled_clients.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/clients/client_names.hpp"
#include "server/clients/ipv4_pool.hpp"
#include "server/clients/network_rules.hpp"

namespace godwit::server {
namespace {

std::runtime_error clash(const StoredClient& client, const std::string& with) {
    return std::runtime_error("the client \"" + client.name + "\" of the state file has " + with +
                              " of a mobile node in the configuration file; take that one out, and "
                              "the client away with godwit-ha remove, or leave it as it was");
}

void tie(StoredClient& client, const security::PublicKey& key, std::chrono::sys_seconds now) {
    client.state = ClientState::enabled;
    client.key = key;
    client.preshared_key = copy_of(client.invite->secret);
    client.joined = now;
    client.invite->spent_by = key;
}

}  // namespace

EnrolledClients::EnrolledClients(ClientsSettings settings, Store& store, HomeAgentKeys keys)
    : settings_(std::move(settings)),
      store_(store),
      keys_(std::move(keys)),
      next_peer_(static_cast<std::uint32_t>(settings_.configured.size())) {
    std::set<security::PublicKey> configured_keys;
    for (const Client& client : settings_.configured) {
        configured_.emplace(in_small_letters(client.name), client);
        taken_.insert(client.home);
        if (client.ipv4) {
            taken_ipv4_.insert(*client.ipv4);
        }
        if (client.key) {
            configured_keys.insert(*client.key);
        }
    }
    std::vector<StoredClient> clients = store_.clients();
    for (const StoredClient& client : clients) {
        if (configured_.contains(in_small_letters(client.name))) {
            throw clash(client, "the name");
        }
        if (taken_.contains(client.home)) {
            throw clash(client, "the home address");
        }
        if (client.key && configured_keys.contains(*client.key)) {
            throw clash(client, "the key");
        }
        for (const Client& configured : settings_.configured) {
            if (overlap(client.policy.network_prefixes, configured.policy.network_prefixes)) {
                throw clash(client, "a network prefix");
            }
        }
    }
    take_over(std::move(clients));
    if (keys_.has_dropped_previous()) {  // its time was over before this start
        static_cast<void>(store_.put_keys(keys_.keys()));
    }
}

std::vector<security::ProtectedPeer> EnrolledClients::peers() const {
    std::vector<security::ProtectedPeer> peers;
    for (const auto& [place, entry] : entries_) {
        if (entry.peer) {
            peers.push_back({*entry.peer, *entry.stored.key, copy_of(entry.stored.preshared_key)});
        }
    }
    return peers;
}

std::vector<Client> EnrolledClients::joined() const {
    std::map<mobility::PeerId, Client> by_peer;
    for (const auto& [place, entry] : entries_) {
        if (entry.peer) {
            by_peer.emplace(*entry.peer, shown(entry));
        }
    }
    std::vector<Client> clients;
    for (auto& [peer, client] : by_peer) {
        clients.push_back(std::move(client));
    }
    return clients;
}

std::vector<Client> EnrolledClients::all() const {
    std::map<std::string, Client, std::less<>> found = configured_;
    for (const auto& [place, entry] : entries_) {
        found.emplace(place, shown(entry));
    }
    std::vector<Client> clients;
    for (auto& [place, client] : found) {
        clients.push_back(std::move(client));
    }
    return clients;
}

std::optional<Client> EnrolledClients::find(std::string_view name) const {
    const std::string place = in_small_letters(name);
    if (const auto found = configured_.find(place); found != configured_.end()) {
        return found->second;
    }
    const auto found = entries_.find(place);
    return found != entries_.end() ? std::optional(shown(found->second)) : std::nullopt;
}

const security::PresharedKey* EnrolledClients::secret(const security::InviteId& invite) const {
    const auto found = by_invite_.find(invite);
    return found != by_invite_.end() ? &entries_.find(found->second)->second.stored.invite->secret
                                     : nullptr;
}

std::expected<mobility::PeerId, security::JoinRefusal> EnrolledClients::join(
    const security::InviteId& invite, const security::PublicKey& key) {
    using enum security::JoinRefusal;
    const auto found = by_invite_.find(invite);
    if (found == by_invite_.end()) {
        return std::unexpected(unknown_invite);
    }
    Entry& entry = entries_.find(found->second)->second;
    const StoredInvite& present = *entry.stored.invite;
    if (present.spent_by) {
        if (present.spent_by != key || !entry.peer) {
            return std::unexpected(spent_invite);
        }
        return entry.stored.state == ClientState::disabled
                   ? std::unexpected(client_disabled)
                   : std::expected<mobility::PeerId, security::JoinRefusal>(*entry.peer);
    }
    const auto now = settings_.wall_clock();
    if (now >= present.expires) {
        return std::unexpected(expired_invite);
    }
    StoredClient joined = copy_of(entry.stored);
    tie(joined, key, now);
    if (!write(joined)) {
        return std::unexpected(not_durable);
    }
    tie(entry.stored, key, now);  // in its place: whoever asks holds the address of the secret
    entry.peer = next_peer();
    tell(ClientEvent::joined, entry, entry.peer);
    return *entry.peer;
}

std::optional<std::chrono::sys_seconds> EnrolledClients::next_deadline() const {
    const StoredKeys& keys = keys_.keys();
    return keys.previous ? std::optional(keys.previous_until) : std::nullopt;
}

// What cannot be written now is left out by the next start.
void EnrolledClients::on_deadline(std::chrono::sys_seconds now) {
    if (const auto deadline = next_deadline(); !deadline || now < *deadline) {
        return;
    }
    StoredKeys keys = keys_.without_previous();
    static_cast<void>(store_.put_keys(keys));
    keys_.put(std::move(keys));
    if (observer_ != nullptr) {
        observer_->on_previous_key_over();
    }
}

std::vector<std::string> EnrolledClients::health() const {
    std::vector<std::string> faults;
    if (outside_prefix_ > 0) {
        faults.push_back(std::to_string(outside_prefix_) +
                         " clients have home addresses outside home_prefix and are not served");
    }
    if (keys_.has_passed_over_stored()) {
        faults.emplace_back(
            "the key file has been replaced: clients who know only the rotated key are not served");
    }
    return faults;
}

Client EnrolledClients::shown(const Entry& entry) const {
    const StoredClient& stored = entry.stored;
    Client client{.name = stored.name,
                  .home = stored.home,
                  .ipv4 = settings_.ipv4_pool ? stored.ipv4 : std::nullopt,
                  .state = stored.state,
                  .key = stored.key,
                  .policy = stored.policy,
                  .created = stored.created,
                  .joined = stored.joined};
    if (stored.invite && !stored.invite->spent_by &&
        settings_.wall_clock() < stored.invite->expires) {
        client.invite_expires = stored.invite->expires;
    }
    return client;
}

void EnrolledClients::take_over(std::vector<StoredClient> clients) {
    outside_prefix_ = 0;
    for (StoredClient& client : clients) {
        outside_prefix_ += is_outside(client) ? 1U : 0U;
        const std::string place = in_small_letters(client.name);
        Entry entry{.stored = std::move(client), .peer = {}};
        if (entry.stored.key) {
            entry.peer = next_peer();
        }
        index(entry.stored, place);
        entries_.emplace(place, std::move(entry));
    }
}

void EnrolledClients::index(const StoredClient& client, const std::string& place) {
    taken_.insert(client.home);
    if (client.ipv4) {
        taken_ipv4_.insert(*client.ipv4);
    }
    if (client.invite) {
        by_invite_.insert_or_assign(client.invite->id, place);
    }
}

void EnrolledClients::forget(const StoredClient& client) {
    taken_.erase(client.home);
    if (client.ipv4) {
        taken_ipv4_.erase(*client.ipv4);
    }
    if (client.invite) {
        by_invite_.erase(client.invite->id);
    }
}

std::error_code EnrolledClients::tell(ClientEvent event, const Entry& entry,
                                      std::optional<mobility::PeerId> peer) {
    return observer_ == nullptr
               ? std::error_code{}
               : observer_->on_client({.event = event, .client = shown(entry), .peer = peer});
}

}  // namespace godwit::server
