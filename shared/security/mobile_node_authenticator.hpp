#pragma once
// The mobile node's end: initiator of the handshakes (docs/protocol.md).

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <vector>

#include "shared/security/authenticator.hpp"
#include "shared/security/cookie.hpp"
#include "shared/security/enrolment.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/mobile_node_signalling.hpp"
#include "shared/security/noise.hpp"
#include "shared/security/session_table.hpp"
#include "shared/security/signalling.hpp"
#include "shared/security/suite.hpp"
#include "shared/security/tai64n.hpp"

namespace godwit::security {

struct MobileNodeCredentials {
    wire::HomeAgentAddress home_agent_address;
    KeyPair own;
    PublicKey home_agent;
    PresharedKey preshared_key;  // of who joins: the invite's secret
    SuiteSet suites = SuiteSet::of_this_machine();
    std::optional<InviteId> invite{};  // each handshake asks to join by it
    // The home agent has said, authentically, that this key shall take the place of its own. True
    // if that has been put on record: then it does. Else the home agent says it again next time.
    std::function<bool(const PublicKey& next)> on_next_key{};
};

class MobileNodeAuthenticator final : public Authenticator {
  public:
    // A binding update sent again is a new handshake; an answer to any of the last few will do.
    // One that joins tries up to six paths.
    static constexpr std::size_t max_pending = 16;

    // `time` need not be steady: what it says is raised to be greater than what it said before.
    MobileNodeAuthenticator(MobileNodeCredentials credentials, std::function<Tai64n()> time);

    [[nodiscard]] std::expected<wire::Bytes, SealError> seal(
        const mobility::SendMessage& order) override;
    [[nodiscard]] std::expected<mobility::Received, Rejection> open(
        const mobility::Path& path, const wire::SignallingPacket& packet) override;
    [[nodiscard]] std::expected<mobility::Received, Rejection> open_tunnelled(
        const mobility::Path& path, mobility::SessionId session,
        const wire::SignallingPacket& packet) override;
    void end(mobility::SessionId session) override;
    [[nodiscard]] Secret<TunnelKeys> take_tunnel_keys(mobility::SessionId session) override {
        return sessions_.take_tunnel_keys(session);
    }

  private:
    struct PendingHandshake {
        mobility::SessionId session;  // if it succeeds
        wire::HomeAddress home;
        wire::SequenceNumber sequence;  // of the binding update
        NoiseInitiator noise;
        mobility::Path path;
        Mac mac1{};
        bool has_cookie = false;  // its answer was one; it has no second
    };

    [[nodiscard]] wire::PseudoHeader pseudo_header(const mobility::SendMessage& order) const {
        return pseudo_header_to_home_agent(order, credentials_.home_agent_address);
    }
    std::expected<wire::Bytes, SealError> start_handshake(const mobility::SendMessage& order);
    std::expected<wire::Bytes, SealError> seal_in_session(const mobility::SendMessage& order,
                                                          mobility::SessionId id);
    std::expected<mobility::Received, Rejection> open_response(const Incoming& incoming,
                                                               const HandshakeOption& option);
    std::expected<mobility::Received, Rejection> open_in_session(const Incoming& incoming,
                                                                 std::uint32_t spi) const;
    std::expected<mobility::Received, Rejection> open_cookie_reply(
        const Incoming& incoming, const wire::ExperimentalMessage& message);
    [[nodiscard]] mobility::SessionId fresh_session_id() const;
    void take_next_key(const PublicKey& next);
    void forget_handshakes_up_to(wire::HomeAddress home, wire::SequenceNumber sequence);

    MobileNodeCredentials credentials_;
    std::function<Tai64n()> time_;
    Tai64n last_time_;
    Secret<KeyOctets> static_static_;
    Mac1Key mac1_outbound_;
    Mac1Key mac1_inbound_;
    CookieKey cookie_key_;
    CookiesHeld cookies_;
    std::vector<PendingHandshake> pending_;  // the oldest first
    SessionTable sessions_;
};

}  // namespace godwit::security
