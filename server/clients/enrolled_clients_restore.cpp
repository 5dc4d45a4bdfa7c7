// A backup in place of all that there is.

#include <algorithm>
#include <utility>

#include "server/clients/client_names.hpp"
#include "server/clients/enrolled_clients.hpp"
#include "server/clients/ipv4_pool.hpp"
#include "server/clients/network_rules.hpp"
#include "shared/security/message_authentication.hpp"

namespace godwit::server {
namespace {

std::unexpected<Refused> bad_backup(std::string text) {
    return std::unexpected(Refused{Refusal::bad_backup, std::move(text)});
}

bool is_same(const StoredClient& one, const StoredClient& other) {
    return one.home == other.home && one.key == other.key &&
           security::is_equal(one.preshared_key.octets(), other.preshared_key.octets());
}

}  // namespace

Outcome<std::string> EnrolledClients::backup() const {
    auto octets = store_.backup(keys_.keys());
    if (!octets) {
        return std::unexpected(Refused{
            Refusal::not_durable, "the state file cannot be read: " + octets.error().message()});
    }
    return *std::move(octets);
}

Outcome<void> EnrolledClients::restore(std::string_view backup) {
    auto content = store_.read_backup(backup);
    if (!content) {
        return bad_backup(content.error());
    }
    if (auto fault = check(*content); !fault) {
        return fault;
    }
    assign_ipv4_anew(*content);
    content->keys = keys_after(*content);
    if (const auto failure = store_.replace(*content)) {
        return std::unexpected(Refused{
            Refusal::not_durable,
            "the state file cannot be written: " + failure.message() + "; nothing has changed"});
    }
    if (content->keys) {
        keys_.put(*std::move(content->keys));
        if (observer_ != nullptr) {
            observer_->on_key(copy_of(keys_.keys().current));
        }
    }
    const Entries before = std::exchange(entries_, {});
    for (const auto& [place, entry] : before) {
        forget(entry.stored);
    }
    take_over(std::move(content->clients));
    tell_of_takeover(before);
    return {};
}

// What would not be taken by way of an invite is not taken by way of a backup either.
Outcome<void> EnrolledClients::check(const StoreContent& content) const {
    for (const StoredClient& client : content.clients) {
        const std::string who = "the client \"" + client.name + "\" in it ";
        if (!is_good_name(client.name)) {
            return bad_backup("a client in it has no possible name");
        }
        if (!settings_.addresses.prefix.contains(client.home.address)) {
            return bad_backup(who + "has the home address " + client.home.text() +
                              ", outside the home prefix " + settings_.addresses.prefix.text());
        }
        if (is_reserved(settings_.addresses, client.home.address)) {
            return bad_backup(who + "has the home address " + client.home.text() +
                              ", which is the home agent's own, or an anycast address");
        }
        for (const Client& configured : settings_.configured) {
            if (in_small_letters(configured.name) == in_small_letters(client.name) ||
                configured.home == client.home || (client.key && configured.key == client.key)) {
                return bad_backup(who + "has the name, the home address or the key of \"" +
                                  configured.name + "\" in the configuration file");
            }
        }
    }
    return check_networks(content);
}

Outcome<void> EnrolledClients::check_networks(const StoreContent& content) const {
    std::map<std::string, std::vector<wire::Prefix>> given;
    for (const Client& configured : settings_.configured) {
        given[configured.name] = configured.policy.network_prefixes;
    }
    for (const StoredClient& client : content.clients) {
        const std::vector<wire::Prefix>& prefixes = client.policy.network_prefixes;
        if (prefixes.empty()) {
            continue;
        }
        const std::string who = "the client \"" + client.name + "\" in it ";
        if (!settings_.carries_networks) {
            return bad_backup(who + "has a network prefix, which goes with workers = 1 only");
        }
        if (const auto fault = fault_of_networks(prefixes, settings_.addresses)) {
            return bad_backup(who + "has a bad network prefix: " + *fault);
        }
        for (const auto& [other, others] : given) {
            if (const auto shared = overlap(prefixes, others)) {
                return bad_backup(who + "has the network prefix " + shared->text() +
                                  ", which overlaps one of \"" + other + '"');
            }
        }
        given[client.name] = prefixes;
    }
    return {};
}

// Those in the configuration file keep what they have; whoever had one of theirs gets another.
void EnrolledClients::assign_ipv4_anew(StoreContent& content) const {
    std::set<wire::Ipv4Address> taken;
    for (const Client& configured : settings_.configured) {
        if (configured.ipv4) {
            taken.insert(*configured.ipv4);
        }
    }
    const auto& pool = settings_.ipv4_pool;
    for (StoredClient& client : content.clients) {
        if (client.ipv4 &&
            !(pool && is_assignable(*pool, *client.ipv4) && taken.insert(*client.ipv4).second)) {
            client.ipv4.reset();
        }
    }
    for (StoredClient& client : content.clients) {
        if (pool && !client.ipv4) {
            client.ipv4 = server::next_ipv4(*pool, taken);
            if (client.ipv4) {
                taken.insert(*client.ipv4);
            }
        }
    }
}

// The keys of the backup go on as those of this machine's key file. Whoever has joined here knows
// the present key; without anybody the backup's own previous one may still be of use.
std::optional<StoredKeys> EnrolledClients::keys_after(const StoreContent& content) const {
    if (!content.keys || content.keys->current.public_key() == keys_.public_key()) {
        return std::nullopt;
    }
    const bool has_anybody = std::ranges::any_of(
        entries_, [](const auto& entry) { return entry.second.peer.has_value(); });
    StoredKeys keys = keys_.followed_by(copy_of(content.keys->current),
                                        settings_.wall_clock() + grace_after_restore);
    if (!has_anybody && content.keys->previous) {
        keys.previous = copy_of(*content.keys->previous);
        keys.previous_until = content.keys->previous_until;
    }
    return keys;
}

// Whoever has the same keys and the same home address goes on with what he has.
void EnrolledClients::tell_of_takeover(const Entries& before) {
    Restoration restoration;
    const auto take_out = [&](const Entry& entry, std::optional<mobility::PeerId> peer) {
        restoration.removed.push_back(
            {.event = ClientEvent::removed, .client = shown(entry), .peer = peer});
    };
    std::map<mobility::PeerId, const Entry*> gone;
    std::map<security::PublicKey, const Entry*> by_key;
    for (const auto& [place, entry] : before) {
        if (entry.peer) {
            gone.emplace(*entry.peer, &entry);
            by_key.emplace(*entry.stored.key, &entry);
        } else {
            take_out(entry, {});
        }
    }
    std::vector<Entry*> fresh;
    for (auto& [place, entry] : entries_) {
        const auto was = entry.stored.key ? by_key.find(*entry.stored.key) : by_key.end();
        if (was != by_key.end() && is_same(was->second->stored, entry.stored)) {
            entry.peer = was->second->peer;
            gone.erase(*entry.peer);
        } else {
            fresh.push_back(&entry);
        }
    }
    for (const auto& [peer, entry] : gone) {
        take_out(*entry, peer);
    }
    for (const Entry* entry : fresh) {
        if (entry->peer) {
            restoration.peers.push_back(
                {*entry->peer, *entry->stored.key, copy_of(entry->stored.preshared_key)});
        }
    }
    if (observer_ != nullptr) {
        restoration.restored = restored();
        observer_->on_restored(std::move(restoration));
    }
}

std::vector<ClientChange> EnrolledClients::restored() const {
    std::vector<ClientChange> changes;
    for (const auto& [place, entry] : entries_) {
        changes.push_back(
            {.event = ClientEvent::restored, .client = shown(entry), .peer = entry.peer});
    }
    return changes;
}

}  // namespace godwit::server
