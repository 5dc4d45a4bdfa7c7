#pragma once
// The clients of a home agent: those in its configuration file, and those in its store, who were
// invited and have joined. Everything is on disk before it is said or done.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "server/clients/address_allocation.hpp"
#include "server/clients/clients.hpp"
#include "server/clients/clients_observer.hpp"
#include "server/clients/home_agent_keys.hpp"
#include "server/store/store.hpp"
#include "shared/security/enrolment.hpp"

namespace godwit::server {

// What an invite says, besides where the home agent is.
struct InviteWords {
    const std::string& name;
    const wire::HomeAddress& home;
    const security::PublicKey& home_agent;
    const StoredInvite& invite;
};

struct ClientsSettings {
    HomeAddresses addresses;
    std::optional<wire::Prefix> ipv4_pool;
    std::vector<Client> configured;  // in the order of their PeerIds
    bool can_invite = true;          // it has a key file, and hears UDP
    bool carries_networks = true;    // one pair of workers has all packets
    std::function<std::chrono::sys_seconds()> wall_clock;
    std::function<std::string(const InviteWords&)> invite_line;
};

class EnrolledClients final : public Clients, public security::Enrolment {
  public:
    // A name is for people and for file names: letters, digits, "-", "_" and ".".
    static constexpr std::size_t max_name = 63;
    static constexpr std::chrono::seconds max_duration = std::chrono::days(366);
    // After a restore the key that served before it serves on for those who know only that one.
    static constexpr std::chrono::seconds grace_after_restore = std::chrono::days(30);

    // The store must outlive it. Throws std::system_error, and std::runtime_error if a client in
    // the store has the name, the home address or the key of one in the configuration file.
    EnrolledClients(ClientsSettings settings, Store& store, HomeAgentKeys keys);
    // Who hears of changes from now on.
    void observe(ClientsObserver& observer) { observer_ = &observer; }

    // Those in the store that have a key. Their PeerIds follow those of the configuration file.
    [[nodiscard]] std::vector<security::ProtectedPeer> peers() const;
    // The same in the order of their PeerIds, disabled ones too.
    [[nodiscard]] std::vector<Client> joined() const;

    [[nodiscard]] std::vector<Client> all() const override;
    [[nodiscard]] std::optional<Client> find(std::string_view name) const override;
    Outcome<IssuedInvite> invite(const InviteOrder& order) override;
    Outcome<IssuedInvite> invite_again(std::string_view name,
                                       std::chrono::seconds valid_for) override;
    Outcome<void> rename(std::string_view name, const std::string& to) override;
    Outcome<void> set_enabled(std::string_view name, bool is_enabled) override;
    Outcome<void> set_policy(std::string_view name, const ClientPolicy& policy) override;
    Outcome<void> revoke(std::string_view name) override;
    Outcome<void> remove(std::string_view name) override;
    Outcome<void> kick(std::string_view name) override;
    Outcome<security::PublicKey> rotate_key(std::chrono::seconds grace) override;
    [[nodiscard]] Outcome<std::string> backup() const override;
    Outcome<void> restore(std::string_view backup) override;

    [[nodiscard]] const security::PresharedKey* secret(
        const security::InviteId& invite) const override;
    [[nodiscard]] std::expected<mobility::PeerId, security::JoinRefusal> join(
        const security::InviteId& invite, const security::PublicKey& key) override;

    [[nodiscard]] const StoredKeys& keys() const { return keys_.keys(); }
    // The end of the time that a previous key serves is to be told; nothing: there is none.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> next_deadline() const;
    void on_deadline(std::chrono::sys_seconds now);

    // What is wrong with some client, a sentence each.
    [[nodiscard]] std::vector<std::string> health() const;

  private:
    struct Entry {
        StoredClient stored;
        std::optional<mobility::PeerId> peer;  // while it has a key
    };
    // By the name in small letters: no two differ only in that.
    using Entries = std::map<std::string, Entry, std::less<>>;

    [[nodiscard]] Client shown(const Entry& entry) const;
    Outcome<Entry*> changeable(std::string_view name);
    [[nodiscard]] Outcome<void> check_key_file() const;
    [[nodiscard]] Outcome<void> check_name(const std::string& name) const;
    [[nodiscard]] Outcome<wire::HomeAddress> home_for(const InviteOrder& order) const;
    // Of the client of this name, in place of those that it has.
    [[nodiscard]] Outcome<void> check_networks(const std::vector<wire::Prefix>& prefixes,
                                               std::string_view name) const;
    [[nodiscard]] std::optional<wire::Ipv4Address> next_ipv4() const;
    [[nodiscard]] StoredInvite fresh_invite(std::chrono::seconds valid_for) const;
    [[nodiscard]] IssuedInvite issued(const StoredClient& client) const;
    // It was given its address when the home prefix was another one.
    [[nodiscard]] bool is_outside(const StoredClient& client) const {
        return !settings_.addresses.prefix.contains(client.home.address);
    }
    [[nodiscard]] Outcome<void> write(const StoredClient& client);
    // Its key and its invite are void.
    static void take_key(StoredClient& client);
    mobility::PeerId next_peer() { return {next_peer_++}; }
    void index(const StoredClient& client, const std::string& place);
    void forget(const StoredClient& client);
    std::error_code tell(ClientEvent event, const Entry& entry,
                         std::optional<mobility::PeerId> peer);

    // enrolled_clients_restore.cpp
    [[nodiscard]] Outcome<void> check(const StoreContent& content) const;
    [[nodiscard]] Outcome<void> check_networks(const StoreContent& content) const;
    void assign_ipv4_anew(StoreContent& content) const;
    [[nodiscard]] std::optional<StoredKeys> keys_after(const StoreContent& content) const;
    void take_over(std::vector<StoredClient> clients);
    void tell_of_takeover(const Entries& before);
    [[nodiscard]] std::vector<ClientChange> restored() const;

    ClientsSettings settings_;
    Store& store_;
    HomeAgentKeys keys_;
    ClientsObserver* observer_ = nullptr;
    std::map<std::string, Client, std::less<>> configured_;  // by the name in small letters
    Entries entries_;
    std::map<security::InviteId, std::string> by_invite_;  // the place in entries_
    std::set<wire::HomeAddress> taken_;
    std::set<wire::Ipv4Address> taken_ipv4_;
    std::uint32_t next_peer_;
    std::size_t outside_prefix_ = 0;  // clients of before the prefix was another one
};

}  // namespace godwit::server
