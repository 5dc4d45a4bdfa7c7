#pragma once
// What a home agent has to know again after a restart, and several home agents would share: who its
// clients are, the time of the last handshake of each key, who was bound where, its own keys.
// Small, so that it can stand on something else than a file (docs/decisions/0014).

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "server/clients/clients.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/enrolment.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/tai64n.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct StoredBinding {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    mobility::Encapsulation encapsulation{};
    wire::Ipv6Address remote;          // of the path
    std::chrono::sys_seconds expires;  // by the wall clock
    wire::Ipv6Address local{};         // of the path, as the two ports
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    bool operator==(const StoredBinding&) const = default;
};

struct StoredInvite {
    security::InviteId id;
    security::PresharedKey secret;
    std::chrono::sys_seconds expires;
    std::optional<security::PublicKey> spent_by{};
};

// A client that does not stand in the configuration file. Its home address never changes.
struct StoredClient {
    wire::HomeAddress home;
    std::string name;
    std::optional<wire::Ipv4Address> ipv4{};
    ClientState state = ClientState::invited;
    std::optional<security::PublicKey> key{};
    security::PresharedKey preshared_key{};  // with the key
    ClientPolicy policy{};
    std::chrono::sys_seconds created;
    std::optional<std::chrono::sys_seconds> joined{};
    std::optional<StoredInvite> invite{};  // the latest, spent or not
};

// The home agent's key pairs once they are not those of the key file any more.
struct StoredKeys {
    security::PublicKey key_file;  // of the file that these are in place of
    security::KeyPair current;
    std::optional<security::KeyPair> previous{};
    std::chrono::sys_seconds previous_until{};  // with the previous one
};

struct StoredHandshake {
    security::PublicKey key;
    security::PublicKey home_agent_key;
    security::Tai64n time;
};

// What a restore replaces.
struct StoreContent {
    std::vector<StoredClient> clients;
    std::optional<StoredKeys> keys;
    std::vector<StoredHandshake> handshakes;
};

using Ipv4Assignments = std::map<wire::HomeAddress, wire::Ipv4Address>;

class Store : public security::HandshakeLedger {
  public:
    // What writes answers with an error leaves everything as it was. All but bindings are on disk
    // before it answers. What reads throws std::system_error, and is for the start.

    [[nodiscard]] virtual std::vector<StoredClient> clients() = 0;
    // New, or in place of the one with this home address; with its IPv4 address and its invite.
    [[nodiscard]] virtual std::error_code put_client(const StoredClient& client) = 0;
    // Its key's handshakes stay on record: a removed client may come back with the same key.
    [[nodiscard]] virtual std::error_code remove_client(const wire::HomeAddress& home) = 0;

    // Which IPv4 home address everybody has, those in the configuration file too.
    [[nodiscard]] virtual Ipv4Assignments ipv4_home_addresses() = 0;
    [[nodiscard]] virtual std::error_code put_ipv4_home_addresses(
        const Ipv4Assignments& addresses) = 0;

    [[nodiscard]] virtual std::optional<StoredKeys> keys() = 0;
    // The handshakes under a key that serves no more stay on record, though they count under no
    // other: a backup may bring the key back, and with it whoever has recorded them.
    [[nodiscard]] virtual std::error_code put_keys(const StoredKeys& keys) = 0;

    // Bindings are only asked after, never believed: a loss of power may take the last ones along.
    // What is put and removed is written by write_bindings(), all of it in one transaction.
    virtual void put_binding(const StoredBinding& binding) = 0;
    virtual void remove_binding(const wire::HomeAddress& home) = 0;
    [[nodiscard]] virtual std::size_t unwritten_bindings() const = 0;
    virtual void write_bindings() = 0;
    // Those that have not expired; the others are forgotten.
    [[nodiscard]] virtual std::vector<StoredBinding> bindings(std::chrono::sys_seconds now) = 0;

    // Counts this start (RFC 5847 §3.4). Throws std::system_error.
    [[nodiscard]] virtual std::uint32_t count_restart() = 0;

    // Everything above, as one file's octets, with `keys` for the home agent's own.
    [[nodiscard]] virtual std::expected<std::string, std::error_code> backup(
        const StoredKeys& keys) = 0;
    // What a backup holds; or what is wrong with it, for people. Nothing is changed by it.
    [[nodiscard]] virtual std::expected<StoreContent, std::string> read_backup(
        std::string_view backup) const = 0;
    // In place of the clients and the keys that there are, at once. Handshake times are the greater
    // of both; the IPv4 addresses of others than clients stay, and so do bindings.
    [[nodiscard]] virtual std::error_code replace(const StoreContent& content) = 0;

    // Why the last write failed; none if it did not.
    [[nodiscard]] virtual std::error_code failure() const = 0;
};

}  // namespace godwit::server
