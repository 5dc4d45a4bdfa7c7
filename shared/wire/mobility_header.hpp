#pragma once
// The Mobility Header, RFC 6275 §6.1.1, and the messages it carries.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Payload Proto |  Header Len   |   MH Type     |   Reserved    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Checksum            |                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               |
//   |                                                               |
//   .                                                               .
//   .                       Message Data                            .
//   .                                                               .
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/messages/binding_acknowledgement.hpp"
#include "shared/wire/messages/binding_error.hpp"
#include "shared/wire/messages/binding_refresh_request.hpp"
#include "shared/wire/messages/binding_revocation.hpp"
#include "shared/wire/messages/binding_update.hpp"
#include "shared/wire/messages/experimental_message.hpp"
#include "shared/wire/messages/heartbeat.hpp"
#include "shared/wire/messages/home_agent_switch.hpp"
#include "shared/wire/messages/return_routability.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

using MobilityMessage = std::variant<BindingRefreshRequest, HomeTestInit, CareOfTestInit, HomeTest,
                                     CareOfTest, BindingUpdate, BindingAcknowledgement,
                                     BindingError, ExperimentalMessage, HomeAgentSwitch, Heartbeat,
                                     BindingRevocationIndication, BindingRevocationAcknowledgement>;

inline constexpr std::size_t mobility_checksum_offset = 4;  // octets
inline constexpr std::size_t max_mobility_header =
    8 + (8 * 255);  // octets, Header Len is one octet

// Whether a message of this MH Type is among the alternatives of MobilityMessage.
bool is_known_message_type(std::uint8_t type);

// Checks in the order of RFC 6275 §9.2: checksum, type, Payload Proto, Header Len, then the
// message. `in` is the whole Mobility Header and what follows it: fewer octets than Header Len says
// are truncated, more are bad_length.
Parsed<MobilityMessage> parse_mobility_header(BytesView in, const PseudoHeader& addresses);

// The whole header with its checksum. Its length is a multiple of 8 octets. One that is longer than
// max_mobility_header does not say its length, and must not be sent.
Bytes serialize_mobility_header(const MobilityMessage& message, const PseudoHeader& addresses);

// Writes the checksum of a serialised Mobility Header anew, after its bytes have been changed.
void write_checksum(std::span<std::uint8_t> mobility_header, const PseudoHeader& addresses);

}  // namespace godwit::wire
