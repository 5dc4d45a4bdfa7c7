#pragma once
// The mobile nodes that this home agent serves, as those who run it see and change them: from the
// command line, by the API, on the page. Some stand in the configuration file and are only shown
// here; the others are invited, join, and live in the store.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/mobility/bit_rate.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

// How fast a client's packets may go; none: as is said of all clients.
struct ClientRates {
    std::optional<mobility::BitRate> up{};    // those from it
    std::optional<mobility::BitRate> down{};  // those to it
    bool operator==(const ClientRates&) const = default;
};

// Where a client's packets may go, and how fast; the answers to them come back in any case.
struct ClientPolicy {
    bool internet = true;                // everywhere but to other clients
    bool clients = true;                 // to the home addresses of other clients
    std::vector<wire::Prefix> prefixes;  // there too, whatever the two above say; either family
    ClientRates rates{};
    // What may be behind it (RFC 3963), and then goes where it may go itself. Of IPv6; none
    // overlaps another, of any client.
    std::vector<wire::Prefix> network_prefixes{};
    bool operator==(const ClientPolicy&) const = default;
};

enum class ClientState : std::uint8_t {
    invited,   // has not joined yet
    enabled,   // may register
    disabled,  // has a key, and may not register
    revoked,   // its key has been taken from it; it needs another invite
};
std::string_view name(ClientState state);  // "invited"

struct Client {
    std::string name;
    wire::HomeAddress home;
    std::optional<wire::Ipv4Address> ipv4;
    ClientState state{};
    bool is_configured = false;              // in the configuration file, and changed only there
    std::optional<security::PublicKey> key;  // once it has joined
    ClientPolicy policy;
    std::optional<std::chrono::sys_seconds> created;         // not of those in the file
    std::optional<std::chrono::sys_seconds> joined;          // not of those in the file
    std::optional<std::chrono::sys_seconds> invite_expires;  // while an invite is open
};

struct InviteOrder {
    std::string name;
    std::optional<wire::HomeAddress> home;  // none: the next free one
    std::chrono::seconds valid_for = std::chrono::hours(24);
    ClientPolicy policy;
};

struct IssuedInvite {
    std::string name;
    wire::HomeAddress home;
    std::string line;  // "godwit://...": a secret until it is spent
    std::chrono::sys_seconds expires;
};

enum class Refusal : std::uint8_t {
    no_such_client,
    bad_name,
    name_taken,
    address_outside_prefix,
    address_taken,
    address_reserved,  // the home agent's own, or the prefix's anycast address
    no_address_left,
    bad_duration,
    is_configured,  // in the configuration file
    wrong_state,    // of the client: it has not joined, or has already
    not_durable,    // the store cannot be written
    not_in_force,   // it is in the store, and the kernel does not do it yet: that is tried again
    bad_backup,
    bad_order,  // not of the form that it should have
};
std::string_view name(Refusal refusal);  // "name-taken"

struct Refused {
    Refusal reason{};
    std::string text;  // a sentence for people: what is wrong, and what would be right
};
template <class T>
using Outcome = std::expected<T, Refused>;

// All of it is on disk before it answers; what is refused has changed nothing, but for a policy
// that is not in force yet.
class Clients {
  public:
    Clients() = default;
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;
    virtual ~Clients() = default;

    [[nodiscard]] virtual std::vector<Client> all() const = 0;  // by name
    [[nodiscard]] virtual std::optional<Client> find(std::string_view name) const = 0;

    // A new client, with an address of its own from now on.
    virtual Outcome<IssuedInvite> invite(const InviteOrder& order) = 0;
    // Another invite for a client that has not joined, or was revoked; older ones are void.
    virtual Outcome<IssuedInvite> invite_again(std::string_view name,
                                               std::chrono::seconds valid_for) = 0;
    virtual Outcome<void> rename(std::string_view name, const std::string& to) = 0;
    virtual Outcome<void> set_enabled(std::string_view name, bool is_enabled) = 0;
    virtual Outcome<void> set_policy(std::string_view name, const ClientPolicy& policy) = 0;
    // Its binding ends at once (RFC 5846), its key and its invites are void; name and address stay.
    virtual Outcome<void> revoke(std::string_view name) = 0;
    // As revoke, and its name and address are free.
    virtual Outcome<void> remove(std::string_view name) = 0;
    // Its binding ends at once; it may register again.
    virtual Outcome<void> kick(std::string_view name) = 0;

    // Another key pair for the home agent. The old one serves as well for this long, and those who
    // still use it are told of the new one. Returns the new public key.
    virtual Outcome<security::PublicKey> rotate_key(std::chrono::seconds grace) = 0;

    // All that is in the store, and the home agent's keys, as one file's octets.
    [[nodiscard]] virtual Outcome<std::string> backup() const = 0;
    // In place of all that there is. Handshakes taken since the backup stay on record.
    virtual Outcome<void> restore(std::string_view backup) = 0;
};

}  // namespace godwit::server
