#pragma once
// The way in: which packets of a tunnel are let in, and the packet inside. One worker owns it.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/drop_reason.hpp"
#include "shared/datapath/inner_packet.hpp"
#include "shared/datapath/ipv4_home_addresses.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/network_prefixes.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/datapath/rate_meter.hpp"
#include "shared/datapath/tunnel_memory.hpp"
#include "shared/datapath/tunnel_table.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/mobility/token_bucket.hpp"
#include "shared/security/esp.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::datapath {

// How much of the control thread's time the sessions of one home address have left, all together.
struct SignallingBudget {
    mobility::TokenBucket messages;
    mobility::TokenBucket moves;
};

// A session whose sealed packets are opened.
struct SealedTunnel : InTunnelMemory<SealedTunnel> {
    std::unique_ptr<SealedTunnel> next;
    security::EspOpener opener;  // its SPI is the session's name
    wire::HomeAddress home;
    bool confirmed = false;                  // its first packet has been reported
    std::uint32_t whole = unfitted.whole;    // octets: mobility::TunnelMtu::whole
    std::optional<mobility::Path> heard_by;  // the path of its newest packet, as far as reported
    // By which the other end may send without having moved, beside the tunnel's own path.
    std::vector<mobility::Path> expected;
    std::optional<mobility::Path> watched;  // the next packet that comes along it is to be told of
    RateMeter* meter = nullptr;             // of the home address; none: there is no limit
    SignallingBudget* budget = nullptr;     // likewise
    TrafficCounter received;

    SealedTunnel(const wire::HomeAddress& of, security::EspOpener opened_by)
        : opener(std::move(opened_by)), home(of) {}
    [[nodiscard]] mobility::SessionId key() const { return {opener.spi()}; }
};

// Where plain packets of a home address are taken from.
struct PlainTunnel {
    std::unique_ptr<PlainTunnel> next;
    wire::HomeAddress home;
    mobility::Path path;
    std::vector<mobility::Path> expected;  // others that packets are taken from
    std::uint32_t whole = unfitted.whole;  // octets: mobility::TunnelMtu::whole
    RateMeter* meter = nullptr;            // of the home address; none: there is no limit
    TrafficCounter received;

    PlainTunnel(const wire::HomeAddress& of, const mobility::Path& along) : home(of), path(along) {}
    [[nodiscard]] const wire::HomeAddress& key() const { return home; }
};

// A packet that may come in. The pointers are valid until the table changes.
struct Incoming {
    enum class Content : std::uint8_t {
        packet,   // for the TUN device
        nothing,  // sealed without content
        message,  // signalling, for the control plane; unsealed it has yet to prove itself
    };
    Content content = Content::packet;
    std::span<std::uint8_t> inner;
    SealedTunnel* sealed = nullptr;      // the session that it is of; nothing if it came plain
    TrafficCounter* received = nullptr;  // of the tunnel it came through, if it counts
    RateMeter* meter = nullptr;          // whoever passes a packet on asks it; none: it may pass
    // The newest of its session, and over UDP from another place than the one before: to be
    // reported, and then put into heard_by.
    bool has_moved = false;

    // Of a message in clear: whether it starts a handshake. One with extension headers, which
    // nobody sends, does not.
    [[nodiscard]] bool is_handshake() const;
};

// Whether packets that come along the two come from one end to one address of the other.
bool comes_from_the_same(const mobility::Path& one, const mobility::Path& other);

class InboundTunnels {
  public:
    // `look_up_by` is what the outbound direction of the same role goes by. Mobility Headers
    // between a home address and the home agent's are messages.
    InboundTunnels(LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent)
        : look_up_by_(look_up_by), home_agent_(home_agent) {}

    // These give back what was there before under the same key, or nothing.
    std::unique_ptr<SealedTunnel> admit(std::unique_ptr<SealedTunnel> tunnel);
    std::unique_ptr<SealedTunnel> end(mobility::SessionId session);
    std::unique_ptr<PlainTunnel> admit_plain(std::unique_ptr<PlainTunnel> tunnel);
    std::unique_ptr<PlainTunnel> close_plain(const wire::HomeAddress& home);
    // How long inner packets may be so that the path takes them in one piece, in octets.
    void fit(mobility::SessionId session, std::uint32_t whole);
    void fit_plain(const wire::HomeAddress& home, std::uint32_t whole);
    // By which meter packets are measured, and its rate; none: there is no limit. It outlives the
    // tunnel.
    void limit(mobility::SessionId session, RateMeter* meter, mobility::BitRate rate);
    void limit_plain(const wire::HomeAddress& home, RateMeter* meter, mobility::BitRate rate);
    void watch(mobility::SessionId session, const mobility::Path& path);
    // Gives back what was expected before.
    std::vector<mobility::Path> expect(mobility::SessionId session,
                                       std::vector<mobility::Path> paths);
    std::vector<mobility::Path> expect_plain(const wire::HomeAddress& home,
                                             std::vector<mobility::Path> paths);

    // Which IPv4 address belongs to which home address; what they replace or end is given back.
    std::unique_ptr<Ipv4HomeAddress> carry_ipv4(std::unique_ptr<Ipv4HomeAddress> address) {
        return ipv4_.insert(std::move(address));
    }
    std::unique_ptr<Ipv4HomeAddress> end_ipv4(const wire::HomeAddress& home,
                                              wire::Ipv4Address address) {
        return ipv4_.remove(home, address);
    }
    // Which prefixes are behind which home address, likewise.
    std::unique_ptr<NetworkPrefix> carry_prefix(std::unique_ptr<NetworkPrefix> prefix) {
        return networks_.insert(std::move(prefix));
    }
    std::unique_ptr<NetworkPrefix> end_prefix(const wire::HomeAddress& home,
                                              const wire::Prefix& prefix) {
        return networks_.remove(home, prefix);
    }

    // Before a batch of packets goes to decapsulate(): what that reads of their tunnels comes into
    // the cache, of all of them at once. `payloads` is a range of octets as decapsulate() takes
    // them, whatever they are. Among few tunnels it does nothing.
    template <std::ranges::input_range Payloads>
    void prefetch(Payloads&& payloads) const {
        if (sealed_.outgrows_cache()) {
            sealed_.prefetch(payloads | std::views::transform([](wire::BytesView payload) {
                                 return mobility::SessionId{
                                     wire::Reader(payload).integer<std::uint32_t>()};
                             }));
        }
    }
    // The payload of an outer packet of next header esp, ipv6 or ipv4, or what stands for that in
    // UDP; opened in place. What routers have said of congestion in the outer header stands in the
    // inner one then (RFC 6040 §4.2); messages and what has no content have no sender to be told.
    [[nodiscard]] std::expected<Incoming, DropReason> decapsulate(
        const mobility::Path& path, wire::NextHeader next_header, std::span<std::uint8_t> bytes,
        wire::Ecn outer = wire::Ecn::not_ect);

  private:
    [[nodiscard]] std::expected<Incoming, DropReason> open(const mobility::Path& path,
                                                           std::span<std::uint8_t> bytes,
                                                           wire::Ecn outer);
    [[nodiscard]] std::expected<Incoming, DropReason> take_plain(const mobility::Path& path,
                                                                 wire::NextHeader next_header,
                                                                 std::span<std::uint8_t> bytes,
                                                                 wire::Ecn outer);
    [[nodiscard]] const wire::Ipv6Address& own_address(const InnerPacket& inner) const {
        return look_up_by_ == LookUpBy::inner_source ? inner.destination : inner.source;
    }
    [[nodiscard]] std::optional<wire::HomeAddress> home_of(const InnerPacket& inner) const;
    [[nodiscard]] bool is_of_network(const InnerPacket& inner, const wire::HomeAddress& home) const;
    [[nodiscard]] PlainTunnel* plain_tunnel_of(const InnerPacket& inner) const;
    [[nodiscard]] bool is_message(const InnerPacket& inner) const;

    LookUpBy look_up_by_;
    wire::HomeAgentAddress home_agent_;
    TunnelTable<SealedTunnel> sealed_;
    TunnelTable<PlainTunnel> plain_;
    Ipv4HomeAddresses ipv4_;
    NetworkPrefixes networks_;
};

}  // namespace godwit::datapath
