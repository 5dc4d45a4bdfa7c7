#pragma once
// What the authenticators of both roles share: a message on its way in or out, and the proof of one
// under a session.

#include <expected>
#include <utility>
#include <variant>

#include "shared/mobility/node.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/cookie.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/rejection.hpp"
#include "shared/security/session_table.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::security {

// A message that has been parsed, but not yet proved.
struct Incoming {
    const mobility::Path& path;
    wire::BytesView mobility_header;
    wire::MobilityMessage message;
    CoveredAddresses addresses;
    CookieJar::Source source{};  // the home agent's only
};

// RFC 5555 §4.1: in UDP, and in the tunnel, a message goes between the home address and the home
// agent's own, and needs neither a Home Address option nor a routing header.
inline bool goes_between_home_addresses(const mobility::SendMessage& order) {
    return order.path.encapsulation == mobility::Encapsulation::udp ||
           std::holds_alternative<wire::Heartbeat>(order.message);
}
// Nothing but heartbeats travels through the tunnel without a proof of its own.
inline bool is_sealable(const mobility::SendMessage& order) {
    return !std::holds_alternative<mobility::ThroughTunnel>(order.seal) ||
           std::holds_alternative<wire::Heartbeat>(order.message);
}
inline bool is_between(const wire::SignallingPacket& packet, const wire::Ipv6Address& source,
                       const wire::Ipv6Address& destination) {
    return packet.source == source && packet.destination == destination &&
           !packet.home_address_option && !packet.routing_header;
}

// A message of this end, which may be made of what the other end has said.
inline std::expected<wire::Bytes, SealError> serialized(const wire::MobilityMessage& message,
                                                        const wire::PseudoHeader& addresses) {
    wire::Bytes header = wire::serialize_mobility_header(message, addresses);
    if (header.size() > wire::max_mobility_header) {
        return std::unexpected(SealError::too_long);
    }
    return header;
}

inline mobility::Received hint(const mobility::Path& path, const wire::HomeAddress& home,
                               mobility::Hint::Kind kind, wire::SequenceNumber sequence = {},
                               mobility::JoinRefusal refusal = {}) {
    return {.path = path, .home = home, .content = mobility::Hint{kind, sequence, refusal}};
}

inline std::unexpected<Rejection> rejected(RejectionReason reason) {
    return std::unexpected(Rejection{reason});
}
inline std::unexpected<Rejection> malformed(wire::ParseError error) {
    return std::unexpected(Rejection{RejectionReason::malformed, error});
}

// Looks the message's session up by the SPI of its authentication option, and checks the
// authenticator.
inline std::expected<const Session*, RejectionReason> proving_session(const SessionTable& sessions,
                                                                      std::uint32_t spi,
                                                                      const Incoming& incoming) {
    const Session* session = sessions.find({spi});
    if (session == nullptr) {
        return std::unexpected(RejectionReason::unknown_session);
    }
    if (!has_right_authenticator(session->keys.signalling->inbound, incoming.addresses,
                                 incoming.mobility_header)) {
        return std::unexpected(RejectionReason::bad_authenticator);
    }
    return session;
}

}  // namespace godwit::security
