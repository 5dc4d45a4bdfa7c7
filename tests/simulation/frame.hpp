#pragma once
// A packet of the virtual network: outer addresses (IPv4 ones as ::ffff:0:0/96), and in it what
// the encapsulation has. What is sealed also stands there in clear, for the story and for those who
// lose some packets and others not; its receiver has to open it.

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
    // In clear and native: the packet as it is. Else the inner one, or what stands for data.
    wire::SignallingPacket packet;
    wire::Bytes sealed;  // the ESP packet, if it is one

    [[nodiscard]] wire::Bytes serialize() const;
    static std::optional<Frame> parse(wire::BytesView bytes);
    // Whether parse() finds it in clear, if it finds anything.
    static bool is_clear(wire::BytesView bytes);
};

}  // namespace godwit::simulation
