#pragma once
// The mobile node's end in the laboratory profile: RFC 6275 with nothing proved and nothing secret.

#include <expected>

#include "shared/security/authenticator.hpp"

namespace godwit::security {

class UnprotectedAuthenticator final : public Authenticator {
  public:
    explicit UnprotectedAuthenticator(const wire::HomeAgentAddress& home_agent)
        : home_agent_(home_agent) {}

    [[nodiscard]] std::expected<wire::Bytes, SealError> seal(
        const mobility::SendMessage& order) override;
    // Acknowledgements are taken on trust; the rest stays a hint, or nothing.
    [[nodiscard]] std::expected<mobility::Received, Rejection> open(
        const mobility::Path& path, const wire::SignallingPacket& packet) override;
    // There are no sessions.
    [[nodiscard]] std::expected<mobility::Received, Rejection> open_tunnelled(
        const mobility::Path& /*path*/, mobility::SessionId /*session*/,
        const wire::SignallingPacket& /*packet*/) override {
        return std::unexpected(Rejection{RejectionReason::unknown_session});
    }
    void end(mobility::SessionId /*session*/) override {}
    [[nodiscard]] Secret<TunnelKeys> take_tunnel_keys(mobility::SessionId /*session*/) override {
        return nullptr;
    }

  private:
    wire::HomeAgentAddress home_agent_;
};

}  // namespace godwit::security
