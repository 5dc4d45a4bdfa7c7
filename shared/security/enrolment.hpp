#pragma once
// How a mobile node that has an invite becomes one that the home agent knows by its key
// (docs/protocol.md, "Joining"). The first message of its first handshake names the invite and
// proves that it holds the invite's secret; the secret is the pre-shared key of the two from then
// on. An invite serves one key: the same key may come again, since an acknowledgement can be lost.

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>

#include "shared/mobility/join_refusal.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/tai64n.hpp"

namespace godwit::security {

struct InviteId {
    std::array<std::uint8_t, 8> octets{};
    auto operator<=>(const InviteId&) const = default;
};

// What the first message of a joining handshake says.
struct JoinRequest {
    InviteId invite;
    // BLAKE2b-128 keyed by the invite's secret over "godwit join" | the joiner's public key | the
    // message's timestamp: who does not hold the secret cannot spend the invite.
    Mac proof{};
};

Mac join_proof(const PresharedKey& secret, const PublicKey& joiner, const Tai64n& time);

using mobility::JoinRefusal;

// A mobile node that proves itself by its key.
struct ProtectedPeer {
    mobility::PeerId id;
    PublicKey key;
    PresharedKey preshared_key;
};

// Who may join, and who has.
class Enrolment {
  public:
    Enrolment() = default;
    Enrolment(const Enrolment&) = delete;
    Enrolment& operator=(const Enrolment&) = delete;
    virtual ~Enrolment() = default;

    // The secret of an invite that there is, spent and expired ones too; nullptr without one.
    [[nodiscard]] virtual const PresharedKey* secret(const InviteId& invite) const = 0;
    // Ties this key to the invite's client and spends the invite; on disk before it answers. The
    // same answer for the same key again. The proof has been checked.
    [[nodiscard]] virtual std::expected<mobility::PeerId, JoinRefusal> join(
        const InviteId& invite, const PublicKey& key) = 0;
};

}  // namespace godwit::security
