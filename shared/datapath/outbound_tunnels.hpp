#pragma once
// The way out: through which tunnel a packet goes, and the packet as it goes. One worker owns it.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/drop_reason.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/datapath/tunnel_table.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/esp.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::datapath {

// What seals the packets of a tunnel.
struct OutboundSeal {
    mobility::SessionId session;
    security::EspSealer sealer;
    bool rekey_reported = false;

    // Sequence numbers run out at 2^32; half way there a new session is due (docs/protocol.md).
    [[nodiscard]] bool rekey_due() const { return sealer.sequence() >= (std::uint32_t{1} << 31U); }
};

struct OutboundTunnel {
    std::unique_ptr<OutboundTunnel> next;
    wire::HomeAddress home;
    mobility::Path path;
    std::optional<OutboundSeal> seal;  // none: plain IPv6-in-IPv6 (RFC 2473)
    TrafficCounter sent;

    OutboundTunnel(const wire::HomeAddress& of, const mobility::Path& along,
                   std::optional<OutboundSeal> sealed_by = std::nullopt)
        : home(of), path(along), seal(std::move(sealed_by)) {}
    [[nodiscard]] const wire::HomeAddress& key() const { return home; }
};

// What is to be sent along the tunnel's path, behind an outer IPv6 header.
struct Outgoing {
    OutboundTunnel* tunnel = nullptr;     // valid until the table changes
    wire::NextHeader next_header{};       // esp or ipv6
    std::span<const std::uint8_t> bytes;  // lie in the packet's buffer
    std::size_t inner_size = 0;           // octets
};

class OutboundTunnels {
  public:
    explicit OutboundTunnels(LookUpBy look_up_by) : look_up_by_(look_up_by) {}

    // Gives back the tunnel of the same home address that was there before, or nothing.
    std::unique_ptr<OutboundTunnel> direct(std::unique_ptr<OutboundTunnel> tunnel);
    // The same tunnel along another path, which is all that a handover is.
    void move(const wire::HomeAddress& home, const mobility::Path& path);
    std::unique_ptr<OutboundTunnel> close(const wire::HomeAddress& home);

    // Seals the packet in the buffer, if its tunnel is not a plain one.
    [[nodiscard]] std::expected<Outgoing, DropReason> encapsulate(PacketBuffer& buffer);
    // A sealed packet without content, next header 59 (RFC 4303 §2.6), made in the buffer: it shows
    // the other end that this end has the keys. A plain tunnel has none.
    [[nodiscard]] std::expected<Outgoing, DropReason> dummy(const wire::HomeAddress& home,
                                                            PacketBuffer& buffer);

    [[nodiscard]] const OutboundTunnel* find(const wire::HomeAddress& home) const {
        return tunnels_.find(home);
    }

  private:
    LookUpBy look_up_by_;
    TunnelTable<OutboundTunnel> tunnels_;
};

}  // namespace godwit::datapath
