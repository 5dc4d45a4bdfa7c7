#pragma once
// A packet of the virtual network: outer addresses (IPv4 ones as ::ffff:0:0/96), and in it what
// the encapsulation has. What ESP would hide stands in clear behind the session it is for: sealing
// has tests of its own.

#include <cstdint>
#include <optional>

#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::simulation {

struct Frame {
    mobility::Path path;  // local: the source; remote: the destination
    // The session, named by the receiver, that seals the packet; none: it is in clear.
    std::optional<mobility::SessionId> sealed_for;
    // In clear and native: the packet as it is. Else the inner one.
    wire::SignallingPacket packet;

    [[nodiscard]] wire::Bytes serialize() const;
    static std::optional<Frame> parse(wire::BytesView bytes);
};

}  // namespace godwit::simulation
