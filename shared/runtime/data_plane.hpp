#pragma once
// The data plane as the control thread sees it: tunnels are published here, and two threads carry
// the packets, or two for each shard (mobility/shard.hpp). A tunnel is sealed by a session, or
// plain. All calls are for the control thread and return at once; those for one home address take
// effect in the order they are made.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/datapath/rate_meter.hpp"
#include "shared/datapath/traffic_total.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/tun_steering.hpp"
#include "shared/runtime/path_sockets.hpp"
#include "shared/runtime/tunnel_worker_inbound.hpp"
#include "shared/runtime/tunnel_worker_outbound.hpp"
#include "shared/runtime/tunnel_workers.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::runtime {

class DataPlane {
  public:
    using Sockets = PathSockets;
    // Starts the threads; packets without a tunnel are dropped from here on. What is passed by
    // reference outlives the data plane. Mobility Headers between a home address and the home
    // agent's are messages (see Notices), and it answers packets that are too long. The outer
    // headers show the ECN field of what is inside, and of its DSCP what `outer_dscp` says.
    DataPlane(const platform::TunDevice& tun, const Sockets& sockets, datapath::LookUpBy look_up_by,
              const wire::HomeAgentAddress& home_agent,
              const datapath::ResendLimits& resend_limits = {},
              wire::OuterDscp outer_dscp = wire::OuterDscp::zero);
    // With as many pairs of threads as there are shards. The kernel puts what goes to an IPv4 home
    // address into the queue that `steering` is told of; without it, into the first's.
    DataPlane(std::span<const ShardDevices> shards, datapath::LookUpBy look_up_by,
              const wire::HomeAgentAddress& home_agent,
              const datapath::ResendLimits& resend_limits = {},
              wire::OuterDscp outer_dscp = wire::OuterDscp::zero,
              const platform::TunSteering* steering = nullptr);
    DataPlane(const DataPlane&) = delete;
    DataPlane& operator=(const DataPlane&) = delete;

    // Opens sealed packets of this session, named by its inbound SPI, from now on. The half that
    // seals rests here until the session is directed. False, and nothing done, for a session that
    // was admitted before: its sequence numbers would start again; and for one whose SPI is of
    // another shard than the home address.
    bool admit(const wire::HomeAddress& home, const security::TunnelKeys& keys);
    // Sends what belongs to this home address along this path: sealed by the session, or plain
    // without one, and then takes plain packets from there as well. False, and nothing done, if the
    // session is not admitted for this home address, or if another took its place before. What the
    // other end has received, if it has told, says what is sent again; what was sent since
    // `doubted_since` is, in any case.
    bool direct(const wire::HomeAddress& home, const mobility::Path& path,
                const std::optional<mobility::SessionId>& session,
                const std::vector<mobility::Reception>& receptions = {},
                std::optional<mobility::Instant> doubted_since = std::nullopt);
    // What has come in of the latest sessions of this home address, the newest first.
    [[nodiscard]] std::vector<mobility::Reception> receptions(const wire::HomeAddress& home) const;
    // Sends nothing but messages for this home address until it is directed again. What is to be
    // sealed waits.
    void hold(const wire::HomeAddress& home);
    // How long inner packets may be. Without it there is no limit. Stays until it is closed.
    void fit(const wire::HomeAddress& home, const mobility::TunnelMtu& mtu);
    // How fast inner packets may go: those of this home address; none: as those of all. It stays
    // whatever is opened and closed. What is too much is dropped.
    void limit(const wire::HomeAddress& home, const std::optional<datapath::RateLimits>& limits);
    void limit_all(const datapath::RateLimits& limits);
    // The home address is nobody's any more: with its tunnels, what is known of how much it has
    // used up goes. Until then that stays, whatever is opened and closed.
    void forget(const wire::HomeAddress& home);
    // Which IPv4 address travels through the tunnel beside the home address; none: none does. It
    // is taken from whom it belonged to before. Stays until it is closed.
    void carry_ipv4(const wire::HomeAddress& home, const std::optional<wire::Ipv4Address>& ipv4);
    // Which prefixes are behind the home address (RFC 3963), in place of what was said before.
    // They are taken from whom they belonged to. Stays until it is closed. Not with several shards:
    // the kernel divides by single addresses.
    void carry_prefixes(const wire::HomeAddress& home, const std::vector<wire::Prefix>& prefixes);
    // Which flows take which paths instead of the tunnel's own, in place of what was said before;
    // from all of the paths packets are taken. Stays until it is closed.
    void route_flows(const wire::HomeAddress& home,
                     const std::vector<mobility::NumberedPath>& paths,
                     const std::vector<mobility::FlowRule>& rules);
    // Notices, once, the next packet that goes out through the tunnel, which must be directed, or
    // that comes in; `reading` is answered by traffic().
    void watch(const mobility::WatchTraffic& order);

    // Sends a packet without content: sealed it tells the other end that this end has the keys;
    // plain over UDP it is the keepalive of RFC 3948 §2.3.
    void send_dummy(const wire::HomeAddress& home);
    // Sends an inner IPv6 packet along this path, as the tunnel sends its own: sealed by its
    // session, or as it is. It is no traffic. If `padded_to` is not 0, zeros follow it up to so
    // many octets, and it goes in one outer packet, which nobody fragments, or not at all.
    void send_message(const wire::HomeAddress& home, const mobility::Path& path, wire::Bytes packet,
                      std::size_t padded_to);
    // Sends a UDP payload as it is along a path over UDP, whatever tunnels there are.
    void send_bare(const mobility::Path& path, wire::Bytes payload);

    // Neither sends nor takes packets for this home address any more, nor ever by its sessions.
    void close(const wire::HomeAddress& home);
    // Forgets a session and its keys, and with them a tunnel that it still seals.
    void end(mobility::SessionId session);

    // What the workers have to tell, each of it once.
    struct Notices {
        std::vector<mobility::SessionId> confirmed;  // a first packet was opened
        std::vector<mobility::SessionId> rekey_due;  // half of the sequence numbers are used
        // By their urgency, and of one urgency in the order in which they came.
        std::vector<InboundTunnelWorker::Message> messages;
        // The newest data packet came over UDP from another place than the one before: as often as
        // mobility::moves_of_each says, so not each of many, but always the last.
        std::vector<InboundTunnelWorker::MovedEndpoint> moved_endpoints;
        std::vector<OutboundTunnelWorker::Watched> watched;
        std::vector<datapath::Resent> resent;
        bool device_lost = false;  // the TUN device is gone; told every time
    };
    // Anybody may send messages: so many of each urgency are taken at once, of all shards together
    // and by turns, and the rest is left for the next time.
    static constexpr std::size_t max_messages = 64;
    // So many are taken at once, likewise: every one is work, and has heartbeats sent.
    static constexpr std::size_t max_moved_endpoints = 64;
    // A descriptor, readable when there is something to take.
    [[nodiscard]] int notices() const { return control_.descriptor(); }
    [[nodiscard]] Notices take_notices();

    struct Traffic {
        datapath::Traffic sent;
        datapath::Traffic received;
    };
    // Since the start.
    [[nodiscard]] Traffic traffic() const;
    [[nodiscard]] std::uint64_t drops(datapath::DropReason reason) const;
    // Of this home address since it was first admitted or directed.
    [[nodiscard]] Traffic traffic(const wire::HomeAddress& home) const;
    [[nodiscard]] datapath::RateLimits limits(const wire::HomeAddress& home) const;
    // What was dropped of it for being too much, since it was first limited.
    [[nodiscard]] Traffic over_limits(const wire::HomeAddress& home) const;
    // Of each shard since the start.
    [[nodiscard]] std::vector<Traffic> traffic_by_shard() const;

  private:
    struct Session {
        wire::HomeAddress home;
        std::optional<datapath::OutboundSeal> seal;  // until the session is directed or closed
    };
    struct Admitted {
        mobility::SessionId session;
        const datapath::SealedTunnel* tunnel = nullptr;  // the inbound worker's; lives until then
    };
    enum class Tunnel : std::uint8_t { closed, plain, sealed };
    struct Binding {
        Tunnel tunnel = Tunnel::closed;
        mobility::SessionId sealed_by;   // if it is
        std::vector<Admitted> admitted;  // the newest last
        mobility::TunnelMtu mtu = datapath::unfitted;
        std::optional<wire::Ipv4Address> ipv4;
        std::vector<wire::Prefix> prefixes;      // behind it
        std::vector<mobility::Path> flow_paths;  // beside the tunnel's own; empty: there are none
        datapath::TrafficTotal sent;
        datapath::TrafficTotal received;

        [[nodiscard]] bool is_sealed_by(mobility::SessionId session) const {
            return tunnel == Tunnel::sealed && sealed_by == session;
        }
        // As long as a worker may hold a counter of it, it is in use.
        [[nodiscard]] bool is_in_use() const {
            return tunnel != Tunnel::closed || !admitted.empty() || sent.is_open() ||
                   received.is_open() || ipv4 || !prefixes.empty() || !flow_paths.empty() ||
                   mtu != datapath::unfitted;
        }
    };

    // What a home address may use up, by all of its tunnels, one after another too: nobody gets it
    // anew by leaving and coming back. The workers' for as long as they have a tunnel of it, and
    // always the same ones'.
    struct Allowances {
        // Made by the first limit. Each worker has its own.
        std::unique_ptr<datapath::RateMeter> received_meter;
        std::unique_ptr<datapath::RateMeter> plain_meter_of_first;  // if that is another worker
        std::unique_ptr<datapath::RateMeter> sent_meter;
        datapath::SignallingBudget budget;  // the inbound worker's
        bool is_nobodys = false;            // dropped once there is no binding
    };

    bool direct_sealed(const wire::HomeAddress& home, const mobility::Path& path,
                       mobility::SessionId session,
                       const std::vector<mobility::Reception>& receptions,
                       std::optional<mobility::Instant> doubted_since);
    void direct_plain(const wire::HomeAddress& home, const mobility::Path& path);
    void end_ipv4(const wire::HomeAddress& home, Binding& binding);
    void end_prefix(const wire::HomeAddress& home, const wire::Prefix& prefix);
    void end_flows(const wire::HomeAddress& home, Binding& binding);
    void expect(const wire::HomeAddress& home, Binding& binding, std::vector<mobility::Path> paths);
    Allowances& allowances_of_somebody(const wire::HomeAddress& home);
    void limit_tunnels(const wire::HomeAddress& home, const Binding& binding);
    void limit_session(const wire::HomeAddress& home, mobility::SessionId session);
    void limit_plain(const wire::HomeAddress& home);
    void limit_outbound(const wire::HomeAddress& home);
    void publish_tunnel(Binding& binding, std::unique_ptr<datapath::OutboundTunnel> tunnel,
                        const std::vector<mobility::Reception>& receptions);
    void close_plain(const wire::HomeAddress& home);
    void close_outbound(const wire::HomeAddress& home, Binding& binding);
    void close_inbound(const wire::HomeAddress& home, Binding& binding,
                       mobility::SessionId session);
    void collect_receipts(TunnelWorkers::Pair& pair);
    void take_notices(TunnelWorkers::Pair& pair, Notices& notices);
    void take_moved_endpoints(Notices& notices);
    void take_messages(Notices& notices);
    void forget_if_unused(const wire::HomeAddress& home);
    void drop_if_nobodys(const wire::HomeAddress& home);

    std::unordered_map<mobility::SessionId, Session> sessions_;
    std::unordered_map<wire::HomeAddress, Binding> bindings_;
    std::unordered_map<wire::HomeAddress, Allowances> allowances_;
    std::unordered_map<wire::HomeAddress, datapath::RateLimits> own_limits_;
    datapath::RateLimits limits_of_all_;
    datapath::FlowDirection flow_direction_;
    platform::EventSignal control_;
    const platform::TunSteering* steering_;
    TunnelWorkers workers_;  // last: their threads stop first
};

}  // namespace godwit::runtime
