#pragma once
// The thread that carries packets in: from the path sockets through their tunnels to the TUN
// device, a batch at a time. Messages go to the control thread.

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <variant>
#include <vector>

#include "shared/datapath/coalescer.hpp"
#include "shared/datapath/counters.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/ipv4_home_addresses.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/readiness.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/tunnel_packet.hpp"
#include "shared/runtime/command_queue.hpp"
#include "shared/runtime/merged_writes.hpp"
#include "shared/runtime/path_sockets.hpp"
#include "shared/runtime/tunnel_worker_channel.hpp"

namespace godwit::runtime {

class InboundTunnelWorker {
  public:
    struct Admit {
        std::unique_ptr<datapath::SealedTunnel> tunnel;
    };
    struct End {
        mobility::SessionId session;
    };
    struct AdmitPlain {
        std::unique_ptr<datapath::PlainTunnel> tunnel;
    };
    struct ClosePlain {
        wire::HomeAddress home;
    };
    struct Fit {
        mobility::SessionId session;
        std::uint32_t whole = 0;  // octets: mobility::TunnelMtu::whole
    };
    struct FitPlain {
        wire::HomeAddress home;
        std::uint32_t whole = 0;  // octets: mobility::TunnelMtu::whole
    };
    // By which meter packets are measured, and its rate; none: there is no limit.
    struct Limit {
        mobility::SessionId session;
        datapath::RateMeter* meter = nullptr;
        mobility::BitRate rate;
    };
    struct LimitPlain {
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
    // Tell, once, when a packet of this session has come in along this path.
    struct Watch {
        mobility::SessionId session;
        mobility::Path path;
    };
    // That packets come along these paths too is no sign of a movement.
    struct Expect {
        mobility::SessionId session;
        std::vector<mobility::Path> paths;
    };
    struct ExpectPlain {
        wire::HomeAddress home;
        std::vector<mobility::Path> paths;
    };
    using Command =
        std::variant<Admit, End, AdmitPlain, ClosePlain, Fit, FitPlain, Limit, LimitPlain,
                     CarryIpv4, EndIpv4, CarryPrefix, EndPrefix, Watch, Expect, ExpectPlain>;
    struct Receipt {  // replaced or closed
        std::unique_ptr<datapath::SealedTunnel> sealed;
        std::unique_ptr<datapath::PlainTunnel> plain;
        std::unique_ptr<datapath::Ipv4HomeAddress> ipv4;
        std::unique_ptr<datapath::NetworkPrefix> prefix;
        std::vector<mobility::Path> expected;
    };
    using Channel = TunnelWorkerChannel<Command, Receipt>;

    // An inner IPv6 packet with a Mobility Header, between a home address and the home agent's.
    struct Message {
        mobility::Path path;
        wire::Bytes packet;
        std::optional<mobility::SessionId> sealed_by;  // none: nothing is proved
    };
    // Which messages must not wait for which others. Anybody may send those in clear, and the last
    // are dear: each sort has room of its own, so that no flood of one hides another.
    enum class Urgency : std::uint8_t {
        sealed,     // came through a tunnel, so from its other end
        in_clear,   // may prove itself by a session
        handshake,  // in clear, wants public-key work
    };
    static constexpr std::array urgencies{Urgency::sealed, Urgency::in_clear, Urgency::handshake};

    // The newest packet of a session came over UDP by another path than the one before.
    struct MovedEndpoint {
        mobility::SessionId session;
        mobility::Path path;
    };

    // All of them outlive the worker. `control` is raised when there is something to collect.
    InboundTunnelWorker(const platform::TunDevice& tun, const PathSockets& sockets,
                        datapath::LookUpBy look_up_by, const wire::HomeAgentAddress& home_agent,
                        const platform::EventSignal& control);

    // The worker's thread, until it is asked to stop.
    void run(const std::stop_token& stop);

    // The control thread.
    [[nodiscard]] Channel& channel() { return channel_; }
    // A session whose first packet has been opened; each is told once.
    [[nodiscard]] std::optional<mobility::SessionId> take_confirmed() { return confirmed_.pop(); }
    [[nodiscard]] std::optional<Message> take_message(Urgency urgency);
    [[nodiscard]] std::optional<MovedEndpoint> take_moved_endpoint() { return moved_.pop(); }
    // A home address for which what Watch asked for has come in.
    [[nodiscard]] std::optional<wire::HomeAddress> take_watched() { return watched_.pop(); }
    [[nodiscard]] datapath::Traffic received() const { return received_.reading(); }
    [[nodiscard]] const datapath::DropCounters& drops() const { return drops_; }

  private:
    // The commands, then the sockets.
    [[nodiscard]] std::vector<int> descriptors() const;
    void forward_from(platform::Readiness::Places readable);
    void receive_commands();
    Receipt carry_out(Admit order);
    Receipt carry_out(const End& order);
    Receipt carry_out(AdmitPlain order);
    Receipt carry_out(const ClosePlain& order);
    Receipt carry_out(const Fit& order);
    Receipt carry_out(const FitPlain& order);
    Receipt carry_out(const Limit& order);
    Receipt carry_out(const LimitPlain& order);
    Receipt carry_out(CarryIpv4 order);
    Receipt carry_out(const EndIpv4& order);
    Receipt carry_out(CarryPrefix order);
    Receipt carry_out(const EndPrefix& order);
    Receipt carry_out(const Watch& order);
    Receipt carry_out(Expect order);
    Receipt carry_out(ExpectPlain order);
    // What a socket has just put there.
    std::span<const platform::TunnelArrival> take_batch(
        platform::Transferred count, std::span<platform::TunnelArrival> arrivals);
    void forward_batch(platform::RawTunnelSocket& socket, wire::NextHeader next_header);
    void forward_batch(platform::UdpTunnelSocket& socket, std::array<bool, 2> from);
    void forward_from_udp(const platform::TunnelArrival& arrival);
    void forward(const platform::TunnelArrival& arrival, std::span<std::uint8_t> payload,
                 wire::NextHeader next_header);
    void deliver(const datapath::Incoming& packet, const mobility::Path& path);
    void hand_over(const datapath::Incoming& message, const mobility::Path& path);
    template <std::size_t capacity>
    void hand_over(CommandQueue<Message, capacity>& queue, const datapath::Incoming& message,
                   const mobility::Path& path);
    void finish_batch();
    void write_delivered();
    void tell();
    void report_confirmed(datapath::SealedTunnel& tunnel);
    void report_moved(datapath::SealedTunnel& tunnel, const mobility::Path& path);
    void report_watched(datapath::SealedTunnel& tunnel, const mobility::Path& path);

    PathSockets sockets_;
    const platform::EventSignal* control_;
    Channel channel_;
    CommandQueue<mobility::SessionId, 1024> confirmed_;
    // In clear, of a hundred thousand handshakes a second so many come in while the control thread
    // waits 40 ms for a processor. 9 MiB at most.
    static constexpr std::size_t max_handshakes = 4096;
    CommandQueue<Message, 256> sealed_messages_;
    CommandQueue<Message, 1024> clear_messages_;
    using Handshakes = CommandQueue<Message, max_handshakes>;
    std::unique_ptr<Handshakes> handshakes_ = std::make_unique<Handshakes>();
    CommandQueue<MovedEndpoint, 1024> moved_;
    CommandQueue<wire::HomeAddress, 256> watched_;
    datapath::TrafficCounter received_;
    datapath::DropCounters drops_;
    // The worker's alone.
    bool has_news_ = false;  // for the control thread, who has not been woken yet
    mobility::Instant now_;  // of this batch
    datapath::InboundTunnels tunnels_;
    // A batch of packets one by one, or of payloads that are many in one. Pages that none has
    // reached stay with the system.
    static constexpr std::size_t coalesced_batch = 16;
    static constexpr std::size_t room_octets =
        coalesced_batch * platform::UdpTunnelSocket::longest_arrival;
    std::unique_ptr<std::uint8_t[]> room_ =
        std::make_unique_for_overwrite<std::uint8_t[]>(room_octets);
    std::array<platform::TunnelArrival, platform::max_tunnel_batch> arrivals_;
    std::array<platform::TunnelArrival, coalesced_batch> coalesced_arrivals_;
    datapath::Coalescer delivered_;  // of this batch, not yet written to the TUN device
    TunSink sink_;
    MergedWrites writes_;
};

}  // namespace godwit::runtime
