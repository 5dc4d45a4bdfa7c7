#include "shared/security/mobile_node_signalling.hpp"

#include <utility>
#include <variant>

namespace godwit::security {
namespace {

// Whom a packet speaks to: the type 2 routing header's home address, or else its destination.
wire::HomeAddress addressee(const wire::SignallingPacket& packet) {
    return packet.routing_header.value_or(wire::HomeAddress{packet.destination});
}

}  // namespace

wire::PseudoHeader pseudo_header_to_home_agent(const mobility::SendMessage& order,
                                               const wire::HomeAgentAddress& home_agent) {
    if (goes_between_home_addresses(order)) {
        return {.source = order.home.address, .destination = home_agent.address};
    }
    return {.source = order.names_home ? order.home.address : order.path.local,
            .destination = order.path.remote};
}

std::expected<Incoming, Rejection> read_from_home_agent(const mobility::Path& path,
                                                        const wire::SignallingPacket& packet,
                                                        const wire::HomeAgentAddress& home_agent) {
    if (path.encapsulation == mobility::Encapsulation::udp &&
        !is_between(packet, home_agent.address, packet.destination)) {
        return rejected(RejectionReason::malformed);
    }
    auto message = wire::parse_mobility_header(packet.mobility_header, packet.pseudo_header());
    if (!message) {
        return malformed(message.error());
    }
    // RFC 6275 §6.1.9: a binding error names the home address itself.
    const auto* error = std::get_if<wire::BindingError>(&*message);
    const wire::HomeAddress home = error != nullptr ? error->home : addressee(packet);
    const wire::CareOfAddress care_of =
        covered_care_of_address(*message, path.encapsulation, path.local);
    return Incoming{.path = path,
                    .mobility_header = packet.mobility_header,
                    .message = *std::move(message),
                    .addresses = {.care_of = care_of, .home = home}};
}

std::expected<mobility::Received, Rejection> hint_from_home_agent(const Incoming& incoming) {
    using Kind = mobility::Hint::Kind;
    const wire::HomeAddress& home = incoming.addresses.home;
    if (const auto* answer = std::get_if<wire::BindingAcknowledgement>(&incoming.message)) {
        if (answer->status == wire::BindingStatus::authentication_failed) {
            return hint(incoming.path, home, Kind::authentication_failed, answer->sequence);
        }
        const auto refusal = mobility::join_refusal(answer->options);
        if (refusal && answer->status == wire::BindingStatus::administratively_prohibited) {
            return hint(incoming.path, home, Kind::join_refused, answer->sequence, *refusal);
        }
    }
    if (std::holds_alternative<wire::BindingRefreshRequest>(incoming.message)) {
        return hint(incoming.path, home, Kind::refresh_requested);
    }
    if (const auto* error = std::get_if<wire::BindingError>(&incoming.message);
        error != nullptr && error->status == wire::BindingErrorStatus::unknown_binding) {
        return hint(incoming.path, home, Kind::unknown_binding);
    }
    return rejected(RejectionReason::unauthenticated);
}

std::expected<mobility::Received, Rejection> hint_from_home_agent(
    const mobility::Path& path, const wire::SignallingPacket& packet, const Rejection& unread) {
    if (unread.parse_error == wire::ParseError::unknown_message_type) {
        return hint(path, addressee(packet), mobility::Hint::Kind::unrecognized_type);
    }
    return std::unexpected(unread);
}

}  // namespace godwit::security
