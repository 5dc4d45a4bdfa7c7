#pragma once
// Why a home agent does not take a mobile node that knows its public key, told in an
// unauthenticated acknowledgement of status 129 (docs/protocol.md, "Joining"). It travels in an
// Experimental mobility option (RFC 5096 §4):
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |  Length = 3   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Kind = 6    |  Version = 1  |    Reason     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/wire/mobility_options.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::mobility {

// The numbers go over the wire.
enum class JoinRefusal : std::uint8_t {
    unknown_invite = 1,  // of another home agent, or withdrawn
    expired_invite = 2,
    spent_invite = 3,     // by another key
    client_disabled = 4,  // the invite's client is known, and may not register
    stale_clock = 5,      // this key has been used with a later time
    not_durable = 6,      // the home agent cannot write to its disk
};

std::string_view name(JoinRefusal refusal);  // "unknown-invite"

wire::ExperimentalOption to_option(JoinRefusal refusal);
// The first of a message's; nothing if there is none, or of a reason that is not known here.
std::optional<JoinRefusal> join_refusal(const wire::MobilityOptions& options);

}  // namespace godwit::mobility
