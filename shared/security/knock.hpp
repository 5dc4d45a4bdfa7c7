#pragma once
// Asks whether a home agent hears a path, and changes nothing by it: a binding update under a
// session that there has never been. The home agent says to who knows its public key that it does
// not know the session (status 146, docs/protocol.md), without proof and at most once a second;
// neither end does any public-key work, and no binding moves. No private key is needed.

#include <optional>

#include "shared/mobility/observed_source.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/keys.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/native_signalling.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::security {

struct Knock {
    wire::HomeAddress home;  // of an enrolled mobile node: others hear nothing
    wire::HomeAgentAddress home_agent;
    PublicKey home_agent_key;
    wire::SequenceNumber sequence;  // tells its answer from others
};

// As it travels along this path: in UDP it is the payload.
wire::SignallingPacket packet_of(const Knock& knock, const mobility::Path& path);
// Whether this packet, which came along this path, says that the knock was heard.
[[nodiscard]] bool is_answer(const Knock& knock, const mobility::Path& path,
                             const wire::SignallingPacket& packet);
// From where the home agent has seen the knock, as its answer says; natively, and where the home
// agent is older, it says nothing.
[[nodiscard]] std::optional<mobility::ObservedSource> observed_source(
    const Knock& knock, const mobility::Path& path, const wire::SignallingPacket& answer);

}  // namespace godwit::security
