#pragma once
// The home agent's end: responder of the handshakes (docs/protocol.md). It says nothing to somebody
// who does not know its public key, and does no public-key work for him.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "shared/mobility/shard.hpp"
#include "shared/security/authenticator.hpp"
#include "shared/security/enrolment.hpp"
#include "shared/security/handshake_door.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/handshake_payload.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/noise.hpp"
#include "shared/security/own_keys.hpp"
#include "shared/security/session_table.hpp"
#include "shared/security/signalling.hpp"
#include "shared/security/suite.hpp"
#include "shared/security/tai64n.hpp"

namespace godwit::security {

// A mobile node of the laboratory profile, which nothing but its home address names.
struct UnprotectedPeer {
    mobility::PeerId id;
    wire::HomeAddress home;
};

struct HomeAgentCredentials {
    wire::HomeAgentAddress address;
    KeyPair own;
    std::optional<KeyPair> previous{};  // of an unfinished change; serves beside its own
    SuiteSet suites = SuiteSet::of_this_machine();
    std::vector<ProtectedPeer> protected_peers;
    std::vector<UnprotectedPeer> unprotected_peers;
    mobility::Shards shards{};  // a session's SPI names that of its home address
};

// The time of the last handshake taken from each peer, under each of the home agent's own keys: who
// has stolen one of them can write any time in the name of any peer, which must not count once that
// key serves no more. What was recorded under it cannot be sent again then.
class HandshakeLedger {
  public:
    HandshakeLedger() = default;
    HandshakeLedger(const HandshakeLedger&) = delete;
    HandshakeLedger& operator=(const HandshakeLedger&) = delete;
    virtual ~HandshakeLedger() = default;

    // True if `time` is greater than the peer's last ones under `own`, both; it is then on record
    // under the one that was used, and will be after a restart too.
    [[nodiscard]] virtual bool advance(const ServingKeys& own, const PublicKey& peer,
                                       const Tai64n& time) = 0;
    // False if the last advance() failed since nothing could be put on record.
    [[nodiscard]] virtual bool is_durable() const { return true; }

    // What is advanced between the two need only be safe once the second has answered true; false:
    // none of it is on record. So one wait for the disk serves many handshakes.
    virtual void begin_batch() {}
    [[nodiscard]] virtual bool commit_batch() { return true; }
};

class HomeAgentAuthenticator final : public Authenticator {
  public:
    // Handshakes of one peer that the core has not answered yet; the oldest gives way.
    static constexpr std::size_t max_waiting = max_handshakes_together;
    // Sessions of one peer: at 3 binding updates a second (RFC 6275 §12), each a handshake, 30 s of
    // sessions that have been replaced but still receive.
    static constexpr std::size_t max_sessions = 128;

    // Both outlive it. Without an enrolment nobody can join. By the time `now` it is known how many
    // handshakes come; without it there is no limit to them.
    HomeAgentAuthenticator(HomeAgentCredentials credentials, HandshakeLedger& ledger,
                           Enrolment* enrolment = nullptr,
                           std::function<mobility::Instant()> now = {});

    // Another mobile node from now on; in place of one of this number or with this key.
    void add_peer(ProtectedPeer peer);
    // Its key is a stranger's from now on. Its sessions stay until end().
    void remove_peer(mobility::PeerId peer);

    // Another key pair of its own. The one before serves as well until it is forgotten, and who
    // uses it is told of the next.
    void rotate(KeyPair next) { own_.rotate(std::move(next)); }
    void forget_previous() { own_.forget_previous(); }

    [[nodiscard]] std::expected<wire::Bytes, SealError> seal(
        const mobility::SendMessage& order) override;
    [[nodiscard]] std::expected<mobility::Received, Rejection> open(
        const mobility::Path& path, const wire::SignallingPacket& packet) override;
    [[nodiscard]] std::expected<mobility::Received, Rejection> open_tunnelled(
        const mobility::Path& path, mobility::SessionId session,
        const wire::SignallingPacket& packet) override;
    void begin_handshakes() override { ledger_.begin_batch(); }
    bool commit_handshakes() override { return ledger_.commit_batch(); }
    void end(mobility::SessionId session) override;
    [[nodiscard]] Secret<TunnelKeys> take_tunnel_keys(mobility::SessionId session) override {
        return sessions_.take_tunnel_keys(session);
    }

  private:
    struct Peer {
        ProtectedPeer identity;
        Secret<KeyOctets> static_static;           // once it has been computed
        std::uint32_t static_static_of = 0;        // generation of the own key that it is made of
        std::vector<mobility::SessionId> waiting;  // the oldest first
        std::size_t sessions = 0;
    };
    // A handshake that the core has not answered yet.
    struct WaitingHandshake {
        Peer* peer = nullptr;
        NoiseResponder noise;
        Suite suite{};
        std::uint32_t peer_spi = 0;
        std::uint32_t generation = 0;  // of the own key that the peer has used
    };
    struct Admitted {
        mobility::PeerId peer;
        mobility::SessionId session;
    };
    using Refused = std::variant<Rejection, mobility::JoinRefusal>;

    [[nodiscard]] wire::PseudoHeader pseudo_header(const mobility::SendMessage& order) const;
    std::expected<wire::Bytes, SealError> finish_handshake(const mobility::SendMessage& order,
                                                           mobility::SessionId id);
    std::expected<wire::Bytes, SealError> seal_in_session(const mobility::SendMessage& order,
                                                          mobility::SessionId id) const;
    std::expected<mobility::Received, Rejection> open_initiation(const Incoming& incoming,
                                                                 const HandshakeOption& option);
    std::expected<mobility::Received, Rejection> open_in_session(Incoming&& incoming,
                                                                 std::uint32_t spi) const;
    std::expected<mobility::Received, Rejection> open_unproved(const Incoming& incoming) const;
    [[nodiscard]] Peer* find_peer(const PublicKey& key);
    [[nodiscard]] Peer* find_peer(mobility::PeerId id);
    const KeyOctets* static_static(Peer& peer, const OwnKeys::Key& own);
    std::expected<Peer*, Refused> join(const PublicKey& key, const InitiationPayload& payload);
    // Of a key that has been proved, known or not. Whether it has that home address the core says.
    std::expected<Admitted, Refused> admit(const PublicKey& key, const OwnKeys::Key& own,
                                           NoiseResponder noise, const InitiationPayload& payload,
                                           const wire::HomeAddress& home);
    [[nodiscard]] bool hints_at_unknown_session(const Incoming& incoming) const;
    [[nodiscard]] mobility::SessionId fresh_session_id(const wire::HomeAddress& home) const;
    void forget_waiting(mobility::SessionId session);

    wire::HomeAgentAddress address_;
    OwnKeys own_;
    SuiteSet suites_;
    mobility::Shards shards_;
    HandshakeLedger& ledger_;
    Enrolment* enrolment_;
    std::optional<HandshakeDoor> door_;
    std::unordered_map<PublicKey, Peer> peers_;
    std::unordered_map<std::uint32_t, Peer*> peers_by_id_;
    std::unordered_map<wire::HomeAddress, mobility::PeerId> unprotected_;
    std::unordered_map<mobility::SessionId, WaitingHandshake> waiting_;
    SessionTable sessions_;
};

}  // namespace godwit::security
