#pragma once
// Who has to know what becomes of the clients: the home agent that runs.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "server/clients/clients.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/enrolment.hpp"
#include "shared/security/keys.hpp"

namespace godwit::server {

enum class ClientEvent : std::uint8_t {
    invited,   // for the first time, or again
    joined,    // by a key of its own
    restored,  // out of a backup, with its key
    renamed,
    enabled,
    disabled,
    policy_changed,
    kicked,
    revoked,  // its key is void
    removed,  // and its name and address are free
};
std::string_view name(ClientEvent event);  // "policy-changed"

struct ClientChange {
    ClientEvent event{};
    Client client;  // as it is now; of one that has been removed: as it was
    // While it has a key, and of the one that it has just lost.
    std::optional<mobility::PeerId> peer;
};

// What a restore has made of the clients.
struct Restoration {
    std::vector<ClientChange> removed;           // who is not in the backup
    std::vector<security::ProtectedPeer> peers;  // keys that the authenticator has not seen itself
    std::vector<ClientChange> restored;          // all who are in it
};

class ClientsObserver {
  public:
    ClientsObserver() = default;
    ClientsObserver(const ClientsObserver&) = delete;
    ClientsObserver& operator=(const ClientsObserver&) = delete;
    virtual ~ClientsObserver() = default;

    // Each once it is on disk. With an error it may not yet go where its policy says, and where it
    // may not: that is tried again.
    virtual std::error_code on_client(const ClientChange& change) = 0;
    // All of it at once, since what was one's may be another's by it. Keys and addresses of those
    // who are removed may come back with those who are restored.
    virtual void on_restored(Restoration restoration) = 0;
    // A key that the authenticator has not seen itself; a change of its client follows.
    virtual void on_peer(security::ProtectedPeer peer) = 0;
    // The home agent has another key pair; the one before serves as well until further notice.
    virtual void on_key(security::KeyPair current) = 0;
    virtual void on_previous_key_over() = 0;
};

}  // namespace godwit::server
