#pragma once
// The thread that carries packets out: from the TUN device through their tunnels to the path
// sockets, a batch at a time. What is read waits for its turn in a fair queue, of which each turn
// of the loop sends no more than others can wait for.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <variant>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/ipv4_home_addresses.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/session.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/readiness.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/tunnel_packet.hpp"
#include "shared/runtime/command_queue.hpp"
#include "shared/runtime/departures.hpp"
#include "shared/runtime/merged_reads.hpp"
#include "shared/runtime/path_sockets.hpp"
#include "shared/runtime/tunnel_reads.hpp"
#include "shared/runtime/tunnel_worker_channel.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::runtime {

class OutboundTunnelWorker final : private DepartureObserver {
  public:
    // With what the other end has received, if it has told.
    struct Direct {
        std::unique_ptr<datapath::OutboundTunnel> tunnel;
        std::vector<mobility::Reception> receptions;
    };
    struct Move {
        wire::HomeAddress home;
        mobility::Path path;
        std::vector<mobility::Reception> receptions;
        std::optional<mobility::Instant> doubted_since;
    };
    struct Hold {
        wire::HomeAddress home;
    };
    struct Fit {
        wire::HomeAddress home;
        mobility::TunnelMtu mtu;
    };
    // By which meter packets are measured, and its rate; none: there is no limit.
    struct Limit {
        wire::HomeAddress home;
        datapath::RateMeter* meter = nullptr;
        mobility::BitRate rate;
    };
    struct CarryIpv4 {
        std::unique_ptr<datapath::Ipv4HomeAddress> address;
    };
    struct EndIpv4 {
        wire::HomeAddress home;
        wire::Ipv4Address address;
    };
    struct CarryPrefix {
        std::unique_ptr<datapath::NetworkPrefix> prefix;
    };
    struct EndPrefix {
        wire::HomeAddress home;
        wire::Prefix prefix;
    };
    struct RouteFlows {
        wire::HomeAddress home;
        std::unique_ptr<datapath::FlowRoutes> flows;  // nothing: none
    };
    struct Watch {
        wire::HomeAddress home;
        mobility::WatchTraffic::What what{};
    };
    struct Close {
        wire::HomeAddress home;
    };
    struct SendDummy {
        wire::HomeAddress home;
    };
    struct SendMessage {
        wire::HomeAddress home;
        mobility::Path path;
        wire::Bytes packet;
        std::size_t padded_to = 0;  // octets
    };
    struct SendBare {  // in UDP, as it is
        mobility::Path path;
        wire::Bytes payload;
    };
    using Command =
        std::variant<Direct, Move, Hold, Fit, Limit, CarryIpv4, EndIpv4, CarryPrefix, EndPrefix,
                     RouteFlows, Watch, Close, SendDummy, SendMessage, SendBare>;
    struct Receipt {  // replaced, closed or sent
        std::unique_ptr<datapath::OutboundTunnel> tunnel;
        std::unique_ptr<datapath::Ipv4HomeAddress> ipv4;
        std::unique_ptr<datapath::NetworkPrefix> prefix;
        std::unique_ptr<datapath::FlowRoutes> flows;
        wire::Bytes message;
    };
    using Channel = TunnelWorkerChannel<Command, Receipt>;

    // A packet that Watch asked for has gone out.
    struct Watched {
        wire::HomeAddress home;
        mobility::WatchTraffic::What what{};
    };

    // All of them outlive the worker. `control` is raised when there is something to collect.
    OutboundTunnelWorker(const platform::TunDevice& tun, const PathSockets& sockets,
                         datapath::LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent,
                         const datapath::ResendLimits& resend_limits,
                         const platform::EventSignal& control,
                         wire::OuterDscp outer_dscp = wire::OuterDscp::zero);

    // The worker's thread, until it is asked to stop.
    void run(const std::stop_token& stop);

    // The control thread.
    [[nodiscard]] Channel& channel() { return channel_; }
    // A session that has used up half of its sequence numbers; each is told once.
    [[nodiscard]] std::optional<mobility::SessionId> take_rekey_due() { return rekey_due_.pop(); }
    [[nodiscard]] std::optional<Watched> take_watched() { return watched_.pop(); }
    // What a move had cost, and has been made good.
    [[nodiscard]] std::optional<datapath::Resent> take_resent() { return resent_.pop(); }
    // The TUN device is gone: nothing will come from it any more.
    [[nodiscard]] bool device_lost() const { return device_lost_; }
    [[nodiscard]] datapath::Traffic sent() const { return sent_.reading(); }
    [[nodiscard]] const datapath::DropCounters& drops() const { return drops_; }

  private:
    // Of a packet in a slot, which has to stay as it is only if it departs from there.
    enum class Fate : std::uint8_t { departs, is_done, wants_answer };

    void receive_commands();
    Receipt carry_out(Direct order);
    Receipt carry_out(Move order);
    Receipt carry_out(const Hold& order);
    Receipt carry_out(const Fit& order);
    Receipt carry_out(const Limit& order);
    Receipt carry_out(CarryIpv4 order);
    Receipt carry_out(const EndIpv4& order);
    Receipt carry_out(CarryPrefix order);
    Receipt carry_out(const EndPrefix& order);
    Receipt carry_out(RouteFlows order);
    Receipt carry_out(const Watch& order);
    Receipt carry_out(const Close& order);
    Receipt carry_out(const SendDummy& order);
    Receipt carry_out(SendMessage order);
    Receipt carry_out(SendBare order);
    void resend(const wire::HomeAddress& home, const std::vector<mobility::Reception>& receptions);
    void read_packets(const platform::Readiness& readiness);
    void forward_batch();
    void forward(TunnelReads::Read& read);
    [[nodiscard]] Fate forward(datapath::PacketSlot slot);
    [[nodiscard]] datapath::PacketSlot segment_slot(std::size_t size);
    void send_batch();
    void send_again();
    void expire();
    // Along the tunnel's path, or by a rule along others; the record is its copies'.
    void depart(const datapath::Outgoing& packet);
    [[nodiscard]] std::optional<std::chrono::nanoseconds> timeout() const;
    void answer_too_big(datapath::PacketSlot& slot);
    void on_sent(const datapath::Outgoing& packet) override;
    void on_refused(const datapath::Outgoing& packet, std::error_code reason) override;
    void report_rekey(datapath::OutboundSeal& seal);
    void report_resent();
    void report_watched(datapath::OutboundTunnel& tunnel, std::size_t inner_size);

    const platform::TunDevice* tun_;
    const platform::EventSignal* control_;
    Channel channel_;
    CommandQueue<mobility::SessionId, 256> rekey_due_;
    CommandQueue<Watched, 256> watched_;
    CommandQueue<datapath::Resent, 256> resent_;
    std::atomic<bool> device_lost_ = false;
    datapath::TrafficCounter sent_;
    datapath::DropCounters drops_;
    // The worker's alone.
    datapath::OutboundTunnels tunnels_;
    TunnelReads reads_;
    std::vector<TunnelReads::Read> turn_;  // whose turn it is
    MergedReads merged_reads_;
    // Where what is many packets in one is taken apart, until they are sent.
    static constexpr std::size_t segments_room = 384 * 1024;  // octets
    std::unique_ptr<std::uint8_t[]> segments_;
    std::size_t segments_used_ = 0;
    std::array<datapath::CopiesSent, platform::max_tunnel_departures> copies_;
    std::size_t copies_used_ = 0;
    datapath::PacketBuffer own_;  // for what this end makes itself
    Departures departures_;
    mobility::Instant now_;  // when it looked up the last time
    platform::Alarm expiry_;
    std::size_t freed_ = 0;  // octets, that the system has not been given back yet
};

}  // namespace godwit::runtime
