#pragma once
// What the mobile node's authenticators share, with and without protection: which addresses a
// message speaks of at this end, and what one that nobody has proved may still hint at.

#include <expected>

#include "shared/security/signalling.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::security {

// What the checksum of a message to the home agent covers.
wire::PseudoHeader pseudo_header_to_home_agent(const mobility::SendMessage& order,
                                               const wire::HomeAgentAddress& home_agent);

// A message from the home agent; a Mobility Header of an unknown type is malformed, and says so.
std::expected<Incoming, Rejection> read_from_home_agent(const mobility::Path& path,
                                                        const wire::SignallingPacket& packet,
                                                        const wire::HomeAgentAddress& home_agent);

// An acknowledgement of status 146 or one that says why nobody is taken, a refresh request or a
// binding error, as a hint; a type that is not known here as well, where `unread` says so. Else the
// rejection that goes for all the rest.
std::expected<mobility::Received, Rejection> hint_from_home_agent(const Incoming& incoming);
std::expected<mobility::Received, Rejection> hint_from_home_agent(
    const mobility::Path& path, const wire::SignallingPacket& packet, const Rejection& unread);

}  // namespace godwit::security
