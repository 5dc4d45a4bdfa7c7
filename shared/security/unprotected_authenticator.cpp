#include "shared/security/unprotected_authenticator.hpp"

#include <variant>

#include "shared/security/attestation.hpp"
#include "shared/security/mobile_node_signalling.hpp"

namespace godwit::security {

std::expected<wire::Bytes, SealError> UnprotectedAuthenticator::seal(
    const mobility::SendMessage& order) {
    if (!std::holds_alternative<mobility::Unprotected>(order.seal)) {
        return std::unexpected(SealError::wrong_role);
    }
    return serialized(order.message, pseudo_header_to_home_agent(order, home_agent_));
}

std::expected<mobility::Received, Rejection> UnprotectedAuthenticator::open(
    const mobility::Path& path, const wire::SignallingPacket& packet) {
    const auto incoming = read_from_home_agent(path, packet, home_agent_);
    if (!incoming) {
        return hint_from_home_agent(path, packet, incoming.error());
    }
    if (!std::holds_alternative<wire::BindingAcknowledgement>(incoming->message)) {
        return hint_from_home_agent(*incoming);
    }
    return mobility::Received{
        .path = path,
        .home = incoming->addresses.home,
        .content = Attestation::attest(incoming->message, {}, mobility::Unproven{})};
}

}  // namespace godwit::security
