#pragma once
// The way in: which packets of a tunnel are let in, and the packet inside. One worker owns it.

#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/drop_reason.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/tunnel_table.hpp"
#include "shared/mobility/session.hpp"
#include "shared/security/esp.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::datapath {

// A session whose sealed packets are opened.
struct SealedTunnel {
    std::unique_ptr<SealedTunnel> next;
    security::EspOpener opener;  // its SPI is the session's name
    wire::HomeAddress home;
    bool confirmed = false;  // its first packet has been reported
    TrafficCounter received;

    SealedTunnel(const wire::HomeAddress& of, security::EspOpener opened_by)
        : opener(std::move(opened_by)), home(of) {}
    [[nodiscard]] mobility::SessionId key() const { return {opener.spi()}; }
};

// Where plain packets of a home address are taken from.
struct PlainTunnel {
    std::unique_ptr<PlainTunnel> next;
    wire::HomeAddress home;
    wire::Ipv6Address outer_source;
    TrafficCounter received;

    PlainTunnel(const wire::HomeAddress& of, const wire::Ipv6Address& from)
        : home(of), outer_source(from) {}
    [[nodiscard]] const wire::HomeAddress& key() const { return home; }
};

// A packet that may come in. The pointers are valid until the table changes.
struct Incoming {
    std::span<const std::uint8_t> inner;  // empty: sealed without content, nothing to deliver
    SealedTunnel* sealed = nullptr;       // the session that it is of; nothing if it came plain
    TrafficCounter* received = nullptr;   // of the tunnel it came through
};

class InboundTunnels {
  public:
    // `look_up_by` is what the outbound direction of the same role goes by.
    explicit InboundTunnels(LookUpBy look_up_by) : look_up_by_(look_up_by) {}

    // These give back what was there before under the same key, or nothing.
    std::unique_ptr<SealedTunnel> admit(std::unique_ptr<SealedTunnel> tunnel);
    std::unique_ptr<SealedTunnel> end(mobility::SessionId session);
    std::unique_ptr<PlainTunnel> admit_plain(std::unique_ptr<PlainTunnel> tunnel);
    std::unique_ptr<PlainTunnel> close_plain(const wire::HomeAddress& home);

    // The payload of an outer packet of next header esp or ipv6; opened in place.
    [[nodiscard]] std::expected<Incoming, DropReason> decapsulate(
        const wire::Ipv6Address& outer_source, wire::NextHeader next_header,
        std::span<std::uint8_t> bytes);

  private:
    [[nodiscard]] std::expected<Incoming, DropReason> open(std::span<std::uint8_t> bytes);
    [[nodiscard]] std::expected<Incoming, DropReason> take_plain(
        const wire::Ipv6Address& outer_source, std::span<std::uint8_t> bytes);

    LookUpBy look_up_by_;
    TunnelTable<SealedTunnel> sealed_;
    TunnelTable<PlainTunnel> plain_;
};

}  // namespace godwit::datapath
