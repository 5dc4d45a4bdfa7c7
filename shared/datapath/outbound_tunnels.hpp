#pragma once
// The way out: through which tunnel a packet goes, and the packet as it goes. One worker owns it.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/drop_reason.hpp"
#include "shared/datapath/flow_routes.hpp"
#include "shared/datapath/inner_address.hpp"
#include "shared/datapath/inner_packet.hpp"
#include "shared/datapath/ipv4_home_addresses.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/network_prefixes.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/datapath/rate_meter.hpp"
#include "shared/datapath/resend_memory.hpp"
#include "shared/datapath/resend_queue.hpp"
#include "shared/datapath/tunnel_memory.hpp"
#include "shared/datapath/tunnel_table.hpp"
#include "shared/mobility/flow_route.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/mobility/token_bucket.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/security/esp.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/next_header.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::datapath {

// What seals the packets of a tunnel.
struct OutboundSeal {
    mobility::SessionId session;
    security::EspSealer sealer;
    bool rekey_reported = false;

    // The calling thread keeps nothing of its key; another one is to destroy it.
    void forget() const { sealer.forget(); }
    // Sequence numbers run out at 2^32; half way there a new session is due (docs/protocol.md).
    [[nodiscard]] bool rekey_due() const { return sealer.sequence() >= (std::uint32_t{1} << 31U); }
};

// What is to be told of the next packet that goes out, once.
struct TrafficWatch {
    bool any_sent = false;
    bool large_sent = false;  // of more than mobility::large_packet octets
};

struct OutboundTunnel : InTunnelMemory<OutboundTunnel> {
    std::unique_ptr<OutboundTunnel> next;
    wire::HomeAddress home;
    mobility::Path path;
    mobility::TunnelMtu mtu = unfitted;
    bool is_held = false;  // until it is directed again
    TrafficWatch watch;
    std::optional<OutboundSeal> seal;  // none: the inner packet as it is (RFC 2473)
    mobility::TokenBucket replies;     // of answer_too_big()
    RateMeter* meter = nullptr;        // of the home address; none: there is no limit
    TrafficCounter sent;
    std::unique_ptr<ResendQueue> kept;  // sealed packets; made by the first
    const FlowRoutes* flows = nullptr;  // that take other paths; none: none does

    OutboundTunnel(const wire::HomeAddress& of, const mobility::Path& along,
                   std::optional<OutboundSeal> sealed_by = std::nullopt)
        : home(of), path(along), seal(std::move(sealed_by)) {}
    [[nodiscard]] const wire::HomeAddress& key() const { return home; }
};
static_assert(sizeof(OutboundTunnel) <= 3 * TunnelMemory::alignment, "as many misses each");

// What became of the copies of one packet that have left already.
struct CopiesSent {
    std::size_t left = 0;  // whose turn is still to come
    bool is_taken = false;
};

// What is to be sent along the tunnel's path, or by a rule along others, behind the outer headers.
struct Outgoing {
    OutboundTunnel* tunnel = nullptr;     // valid until the table changes; none: of no tunnel
    wire::NextHeader next_header{};       // esp, ipv6 or ipv4; over UDP the payload tells
    std::span<const std::uint8_t> bytes;  // lie in the packet's buffer, if it is not kept
    std::size_t inner_size = 0;           // octets
    std::uint8_t traffic_class = 0;       // for the outer header
    bool is_traffic = false;              // neither a message nor without content
    bool is_probe = false;                // goes in one piece or not at all
    bool is_kept = false;                 // bytes stay until on_departed()
    bool is_waiting = false;              // not now: next_resent() comes to it
    std::uint32_t longest = 0;  // octets of an outer packet, which goes in fragments; 0: no limit
    // A copy along each of these instead of the tunnel's path: copy_along().
    std::span<const mobility::NumberedPath> by_rule{};
    CopiesSent* copies = nullptr;  // whoever sends several keeps it; none: there is one

    // What goes along one of by_rule.
    [[nodiscard]] Outgoing copy_along(const mobility::NumberedPath& path) const;
    // One copy has been taken by the system, or refused: whether that settles what became of the
    // packet. It is sent with the first that is taken, and refused with the last that is not.
    [[nodiscard]] bool settles_as_sent() const;
    [[nodiscard]] bool settles_as_refused() const;
};

// What a move had cost a tunnel, and has been made good.
struct Resent {
    wire::HomeAddress home;
    ResendQueue::Outcome outcome;
};

class OutboundTunnels {
  public:
    OutboundTunnels(LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent,
                    const ResendLimits& limits = {},
                    wire::OuterDscp outer_dscp = wire::OuterDscp::zero)
        : look_up_by_(look_up_by),
          home_agent_(home_agent),
          outer_dscp_(outer_dscp),
          memory_(limits) {}
    OutboundTunnels(const OutboundTunnels&) = delete;
    OutboundTunnels& operator=(const OutboundTunnels&) = delete;

    // Gives back the tunnel of the same home address that was there before, or nothing. What was
    // watched goes on being watched, what was kept stays.
    std::unique_ptr<OutboundTunnel> direct(mobility::Instant now,
                                           std::unique_ptr<OutboundTunnel> tunnel);
    // The same tunnel along another path, which is all that a handover is. What was sent since
    // `doubted_since` is sent again at once.
    void move(mobility::Instant now, const wire::HomeAddress& home, const mobility::Path& path,
              std::optional<mobility::Instant> doubted_since = std::nullopt);
    // What the other end has received: the rest is sent again.
    void resend(mobility::Instant now, const wire::HomeAddress& home,
                const std::vector<mobility::Reception>& receptions);
    std::unique_ptr<OutboundTunnel> close(const wire::HomeAddress& home);
    // Nothing but messages goes out until the tunnel is directed or moved. What is sealed waits.
    void hold(const wire::HomeAddress& home);
    void fit(const wire::HomeAddress& home, const mobility::TunnelMtu& mtu);
    // By which meter packets are measured, and its rate; none: there is no limit. It outlives the
    // tunnel. What is too much is not sealed.
    void limit(const wire::HomeAddress& home, RateMeter* meter, mobility::BitRate rate);
    void watch(const wire::HomeAddress& home, mobility::WatchTraffic::What what);

    // Which flows take other paths, from now on; nothing: none does. It does not matter whether
    // there is a tunnel, or which. What it replaces is given back.
    std::unique_ptr<FlowRoutes> route_flows(const wire::HomeAddress& home,
                                            std::unique_ptr<FlowRoutes> flows);

    // Which IPv4 address goes through which tunnel; what they replace or end is given back.
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
    [[nodiscard]] const NetworkPrefixes& networks() const { return networks_; }

    // Before a batch of packets goes to encapsulate(): what that reads of their tunnels comes into
    // the cache, of all of them at once. `packets` is a range of octets, whatever they are. Among
    // few tunnels it does nothing.
    template <std::ranges::forward_range Packets>
    void prefetch(Packets&& packets) const {
        if (tunnels_.outgrows_cache()) {
            const auto inner = packets | std::views::transform([this](wire::BytesView packet) {
                                   return tunnelled_address(packet, look_up_by_);
                               });
            ipv4_.prefetch(inner);
            tunnels_.prefetch(inner | std::views::transform([this](const InnerAddress& address) {
                                  return ipv4_.home_of(address.value, address.is_ipv4)
                                      .value_or(wire::HomeAddress{});
                              }));
        }
    }

    // Seals the packet in the buffer, if its tunnel is not a plain one. One that is too long for
    // the tunnel is too_big and stays as it is, unless it is IPv4 that may be fragmented: of that,
    // and of what is longer than the path takes whole, the outer packet goes in fragments. What
    // would pass at the other end for a message of this end is not_tunnelled: those are made here.
    // By a rule it goes along other paths, each copy with the same number; of a plain packet there
    // is one only. The rule's paths may be shorter than the tunnel's: that too makes fragments.
    // Outside it has the ECN field that it has inside (RFC 6040 §4.1), sent again later too.
    [[nodiscard]] std::expected<Outgoing, DropReason> encapsulate(mobility::Instant now,
                                                                  PacketSlot& buffer);
    // All that was made here and is to be sent has gone to the system: what was kept may go.
    void on_departed() { memory_.on_departed(); }
    // The system has refused what was made here. Whether it is kept, for another path.
    bool on_refused(const Outgoing& packet, DropReason reason);

    // The next packet that waits for its turn or is to be sent again, if it is to be sent now. Its
    // bytes stay until the next call that makes a packet.
    [[nodiscard]] std::optional<Outgoing> next_resent(mobility::Instant now);
    // What has been made good since it was asked the last time.
    [[nodiscard]] std::optional<Resent> take_outcome();
    // When next_resent() is to be called.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    // What has been kept for long enough goes. When that is to be called; it need not be exact.
    void expire(mobility::Instant now) { memory_.expire(now); }
    [[nodiscard]] std::optional<mobility::Instant> next_expiry() const {
        return memory_.next_deadline();
    }
    // Octets that were kept and have been freed, since it was asked the last time.
    [[nodiscard]] std::size_t take_freed() { return memory_.take_freed(); }
    // Packets that have waited for a path in vain, or were refused, since it was asked the last
    // time.
    [[nodiscard]] ResendMemory::Unsent take_unsent() { return memory_.take_unsent(); }

    // To be written to the TUN device for a packet that was refused as too_big, or by its
    // encapsulation_limit; nothing where there is no answer (see datapath/too_big_reply.hpp), and
    // where there have been enough: a home address has a hundred a second of its own, so that
    // nobody uses up what another needs, and all have so many together (RFC 4443 §2.4 f).
    static constexpr mobility::Rate replies_of_each{.each_second = 100, .burst = 100};
    static constexpr mobility::Rate replies_of_all{.each_second = 1'000, .burst = 1'000};
    [[nodiscard]] std::optional<wire::Bytes> answer_too_big(mobility::Instant now,
                                                            PacketSlot& buffer);

    // Without content, made in the buffer, from a tunnel that is not held. Sealed it has next
    // header 59 (RFC 4303 §2.6) and shows the other end that this end has the keys; plain over UDP
    // it is the keepalive of RFC 3948 §2.3; plain on native IPv6 there is none.
    [[nodiscard]] std::expected<Outgoing, DropReason> dummy(const wire::HomeAddress& home,
                                                            PacketSlot& buffer);
    // An inner IPv6 packet that this end has made, put into the buffer as the tunnel wants it. Up
    // to `padded_to` octets zeros follow it, which its receiver cuts off by its length (RFC 4303
    // §2.7); such a one is a probe. 0: none.
    [[nodiscard]] std::expected<Outgoing, DropReason> message(const wire::HomeAddress& home,
                                                              wire::BytesView packet,
                                                              std::size_t padded_to,
                                                              PacketSlot& buffer);

    [[nodiscard]] const OutboundTunnel* find(const wire::HomeAddress& home) const {
        return tunnels_.find(home);
    }

  private:
    void on_path(mobility::Instant now, OutboundTunnel& tunnel,
                 std::optional<mobility::Instant> doubted_since);
    void note_behind(OutboundTunnel& tunnel);
    void note_outcome(OutboundTunnel& tunnel);
    // Nothing if the tunnel keeps nothing.
    [[nodiscard]] ResendQueue* queue_of(OutboundTunnel& tunnel);
    [[nodiscard]] OutboundTunnel* tunnel_of(const InnerPacket& packet) const;
    [[nodiscard]] OutboundTunnel* tunnel_of_network(const wire::Ipv6Address& own) const;
    [[nodiscard]] bool passes_for_message(const InnerPacket& inner) const;

    LookUpBy look_up_by_;
    wire::HomeAgentAddress home_agent_;
    wire::OuterDscp outer_dscp_;
    ResendMemory memory_;
    TunnelTable<OutboundTunnel> tunnels_;
    TunnelTable<FlowRoutes> flows_;
    std::vector<OutboundTunnel*> behind_;  // that may have something to send again
    std::vector<Resent> outcomes_;
    mobility::TokenBucket replies_;
    Ipv4HomeAddresses ipv4_;
    NetworkPrefixes networks_;
};

}  // namespace godwit::datapath
