// What those who run a home agent do to its clients.

#include <utility>

#include "server/clients/client_names.hpp"
#include "server/clients/enrolled_clients.hpp"
#include "server/clients/ipv4_pool.hpp"
#include "server/clients/network_rules.hpp"
#include "shared/security/random.hpp"

namespace godwit::server {
namespace {

std::unexpected<Refused> refused(Refusal reason, std::string text) {
    return std::unexpected(Refused{reason, std::move(text)});
}

std::string in_quotes(std::string_view name) {
    return '"' + std::string(name) + '"';
}

Outcome<void> check_duration(std::chrono::seconds duration, std::chrono::seconds least) {
    if (duration < least || duration > EnrolledClients::max_duration) {
        return refused(Refusal::bad_duration, "write a time of at least " +
                                                  std::to_string(least.count()) +
                                                  " s and at most 366 days");
    }
    return {};
}

}  // namespace

Outcome<IssuedInvite> EnrolledClients::invite(const InviteOrder& order) {
    if (auto fault = check_key_file(); !fault) {
        return std::unexpected(fault.error());
    }
    if (auto fault = check_name(order.name); !fault) {
        return std::unexpected(fault.error());
    }
    if (auto fault = check_duration(order.valid_for, std::chrono::seconds(1)); !fault) {
        return std::unexpected(fault.error());
    }
    const auto home = home_for(order);
    if (!home) {
        return std::unexpected(home.error());
    }
    if (auto fault = check_networks(order.policy.network_prefixes, order.name); !fault) {
        return std::unexpected(fault.error());
    }
    StoredClient client{.home = *home,
                        .name = order.name,
                        .ipv4 = next_ipv4(),
                        .policy = order.policy,
                        .created = settings_.wall_clock(),
                        .invite = fresh_invite(order.valid_for)};
    if (auto fault = write(client); !fault) {
        return std::unexpected(fault.error());
    }
    const std::string place = in_small_letters(order.name);
    index(client, place);
    const Entry& entry = entries_.emplace(place, Entry{std::move(client), {}}).first->second;
    tell(ClientEvent::invited, entry, {});
    return issued(entry.stored);
}

Outcome<IssuedInvite> EnrolledClients::invite_again(std::string_view name,
                                                    std::chrono::seconds valid_for) {
    const auto entry = changeable(name);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    if (auto fault = check_duration(valid_for, std::chrono::seconds(1)); !fault) {
        return std::unexpected(fault.error());
    }
    StoredClient client = copy_of((*entry)->stored);
    if (client.key) {
        return refused(Refusal::wrong_state,
                       in_quotes(name) + " has joined; revoke it first if it shall join anew");
    }
    client.state = ClientState::invited;
    client.invite = fresh_invite(valid_for);
    if (auto fault = write(client); !fault) {
        return std::unexpected(fault.error());
    }
    forget((*entry)->stored);
    index(client, in_small_letters(client.name));
    (*entry)->stored = std::move(client);
    tell(ClientEvent::invited, **entry, {});
    return issued((*entry)->stored);
}

Outcome<void> EnrolledClients::rename(std::string_view name, const std::string& to) {
    const auto entry = changeable(name);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    const std::string place = in_small_letters(name);
    const std::string new_place = in_small_letters(to);
    // Its own name in other letters is not taken by somebody else.
    if (auto fault = check_name(to);
        !fault && !(new_place == place && fault.error().reason == Refusal::name_taken)) {
        return fault;
    }
    StoredClient client = copy_of((*entry)->stored);
    client.name = to;
    if (auto fault = write(client); !fault) {
        return fault;
    }
    auto node = entries_.extract(place);
    node.key() = new_place;
    node.mapped().stored = std::move(client);
    const Entry& renamed = entries_.insert(std::move(node)).position->second;
    index(renamed.stored, new_place);
    tell(ClientEvent::renamed, renamed, renamed.peer);
    return {};
}

Outcome<void> EnrolledClients::set_enabled(std::string_view name, bool is_enabled) {
    const auto entry = changeable(name);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    StoredClient client = copy_of((*entry)->stored);
    if (!client.key) {
        return refused(Refusal::wrong_state, in_quotes(name) + " has not joined");
    }
    const ClientState state = is_enabled ? ClientState::enabled : ClientState::disabled;
    if (client.state == state) {
        return {};
    }
    client.state = state;
    if (auto fault = write(client); !fault) {
        return fault;
    }
    (*entry)->stored = std::move(client);
    tell(is_enabled ? ClientEvent::enabled : ClientEvent::disabled, **entry, (*entry)->peer);
    return {};
}

Outcome<void> EnrolledClients::set_policy(std::string_view name, const ClientPolicy& policy) {
    const auto entry = changeable(name);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    if (auto fault = check_networks(policy.network_prefixes, name); !fault) {
        return fault;
    }
    StoredClient client = copy_of((*entry)->stored);
    client.policy = policy;
    if (auto fault = write(client); !fault) {
        return fault;
    }
    (*entry)->stored = std::move(client);
    if (const auto failure = tell(ClientEvent::policy_changed, **entry, (*entry)->peer)) {
        return refused(Refusal::not_in_force,
                       "the policy is kept, and not in force yet: " + failure.message() +
                           "; it is tried again, and godwit-ha status names it until then");
    }
    return {};
}

Outcome<void> EnrolledClients::revoke(std::string_view name) {
    const auto entry = changeable(name);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    StoredClient client = copy_of((*entry)->stored);
    take_key(client);
    client.state = ClientState::revoked;
    if (auto fault = write(client); !fault) {
        return fault;
    }
    const auto peer = std::exchange((*entry)->peer, std::nullopt);
    forget((*entry)->stored);
    index(client, in_small_letters(client.name));
    (*entry)->stored = std::move(client);
    tell(ClientEvent::revoked, **entry, peer);
    return {};
}

Outcome<void> EnrolledClients::remove(std::string_view name) {
    const auto found = changeable(name);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (const auto failure = store_.remove_client((*found)->stored.home)) {
        return refused(Refusal::not_durable, "the state file cannot be written: " +
                                                 failure.message() + "; nothing has changed");
    }
    const auto node = entries_.extract(in_small_letters(name));
    const Entry& entry = node.mapped();
    forget(entry.stored);
    outside_prefix_ -= is_outside(entry.stored) ? 1U : 0U;
    tell(ClientEvent::removed, entry, entry.peer);
    return {};
}

Outcome<void> EnrolledClients::kick(std::string_view name) {
    const auto client = find(name);
    if (!client) {
        return refused(Refusal::no_such_client, "there is no client " + in_quotes(name));
    }
    if (!client->is_configured && !client->key) {
        return refused(Refusal::wrong_state, in_quotes(name) + " has not joined");
    }
    if (observer_ != nullptr) {
        observer_->on_client({.event = ClientEvent::kicked, .client = *client, .peer = {}});
    }
    return {};
}

Outcome<security::PublicKey> EnrolledClients::rotate_key(std::chrono::seconds grace) {
    if (auto fault = check_key_file(); !fault) {
        return std::unexpected(fault.error());
    }
    if (auto fault = check_duration(grace, std::chrono::seconds(0)); !fault) {
        return std::unexpected(fault.error());
    }
    const auto now = settings_.wall_clock();
    if (const auto until = next_deadline(); until && now < *until) {
        return refused(Refusal::wrong_state,
                       "the key before the present one still serves; clients that have not come "
                       "since the last rotation would be lost");
    }
    StoredKeys keys = keys_.followed_by(security::KeyPair::generate(), now + grace);
    if (const auto failure = store_.put_keys(keys)) {
        return refused(Refusal::not_durable, "the state file cannot be written: " +
                                                 failure.message() + "; nothing has changed");
    }
    keys_.put(std::move(keys));
    if (observer_ != nullptr) {
        observer_->on_key(copy_of(keys_.keys().current));
    }
    return keys_.public_key();
}

Outcome<EnrolledClients::Entry*> EnrolledClients::changeable(std::string_view name) {
    const std::string place = in_small_letters(name);
    if (configured_.contains(place)) {
        return refused(Refusal::is_configured,
                       in_quotes(name) + " is in the configuration file, and is changed there");
    }
    const auto found = entries_.find(place);
    if (found == entries_.end()) {
        return refused(Refusal::no_such_client, "there is no client " + in_quotes(name));
    }
    return &found->second;
}

Outcome<void> EnrolledClients::check_key_file() const {
    if (!settings_.can_invite) {
        return refused(Refusal::wrong_state,
                       "the configuration has no private_key_file, or no udp_ports, where clients "
                       "join");
    }
    return {};
}

Outcome<void> EnrolledClients::check_name(const std::string& name) const {
    if (!is_good_name(name)) {
        return refused(Refusal::bad_name,
                       "a name has 1 to 63 letters, digits, \"-\", \"_\" and \".\", and begins "
                       "with a letter or a digit");
    }
    if (find(name)) {
        return refused(Refusal::name_taken, "there is a client " + in_quotes(name) + " already");
    }
    return {};
}

Outcome<wire::HomeAddress> EnrolledClients::home_for(const InviteOrder& order) const {
    const HomeAddresses& addresses = settings_.addresses;
    if (!order.home) {
        const auto home = next_free(addresses, taken_);
        return home ? Outcome<wire::HomeAddress>(*home)
                    : refused(Refusal::no_address_left,
                              "all home addresses of " + addresses.prefix.text() + " are taken");
    }
    const std::string text = order.home->text();
    if (!addresses.prefix.contains(order.home->address)) {
        return refused(Refusal::address_outside_prefix,
                       text + " is not in the home prefix " + addresses.prefix.text());
    }
    if (is_reserved(addresses, order.home->address)) {
        return refused(Refusal::address_reserved,
                       text + " is the home agent's own, or an anycast address");
    }
    if (taken_.contains(*order.home)) {
        return refused(Refusal::address_taken, text + " belongs to another client");
    }
    return *order.home;
}

Outcome<void> EnrolledClients::check_networks(const std::vector<wire::Prefix>& prefixes,
                                              std::string_view name) const {
    if (prefixes.empty()) {
        return {};
    }
    if (!settings_.carries_networks) {
        return refused(Refusal::wrong_state,
                       "this home agent runs several pairs of workers, and prefixes behind clients "
                       "go with one only: write workers = 1 into its configuration and start it "
                       "anew");
    }
    if (const auto fault = fault_of_networks(prefixes, settings_.addresses)) {
        return refused(Refusal::bad_order, *fault);
    }
    const std::string place = in_small_letters(name);
    const auto check = [&](const std::string& other_place, const std::string& other,
                           const ClientPolicy& policy) -> Outcome<void> {
        const auto shared = place != other_place ? overlap(prefixes, policy.network_prefixes)
                                                 : std::optional<wire::Prefix>();
        return shared ? refused(Refusal::address_taken,
                                shared->text() + " overlaps a prefix of " + in_quotes(other))
                      : Outcome<void>();
    };
    Outcome<void> outcome;
    for (const auto& [other_place, other] : configured_) {
        outcome = outcome ? check(other_place, other.name, other.policy) : outcome;
    }
    for (const auto& [other_place, other] : entries_) {
        outcome = outcome ? check(other_place, other.stored.name, other.stored.policy) : outcome;
    }
    return outcome;
}

std::optional<wire::Ipv4Address> EnrolledClients::next_ipv4() const {
    return settings_.ipv4_pool ? server::next_ipv4(*settings_.ipv4_pool, taken_ipv4_)
                               : std::nullopt;
}

StoredInvite EnrolledClients::fresh_invite(std::chrono::seconds valid_for) const {
    StoredInvite invite{.id = {},
                        .secret = security::PresharedKey::generate(),
                        .expires = settings_.wall_clock() + valid_for};
    for (std::uint8_t& octet : invite.id.octets) {
        octet = static_cast<std::uint8_t>(security::random_number());
    }
    return invite;
}

IssuedInvite EnrolledClients::issued(const StoredClient& client) const {
    return {.name = client.name,
            .home = client.home,
            .line = settings_.invite_line({.name = client.name,
                                           .home = client.home,
                                           .home_agent = keys_.public_key(),
                                           .invite = *client.invite}),
            .expires = client.invite->expires};
}

Outcome<void> EnrolledClients::write(const StoredClient& client) {
    if (const auto failure = store_.put_client(client)) {
        return refused(Refusal::not_durable, "the state file cannot be written: " +
                                                 failure.message() + "; nothing has changed");
    }
    return {};
}

void EnrolledClients::take_key(StoredClient& client) {
    client.key.reset();
    client.preshared_key = {};
    client.joined.reset();
    client.invite.reset();
}

}  // namespace godwit::server
