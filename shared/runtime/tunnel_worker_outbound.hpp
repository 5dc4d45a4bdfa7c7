#pragma once
// The thread that carries packets out: from the TUN device through their tunnels to the path
// sockets, a batch at a time.

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <variant>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/mobility/session.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/command_queue.hpp"
#include "shared/runtime/tunnel_worker_channel.hpp"

namespace godwit::runtime {

class OutboundTunnelWorker {
  public:
    struct Direct {
        std::unique_ptr<datapath::OutboundTunnel> tunnel;
    };
    struct Move {
        wire::HomeAddress home;
        mobility::Path path;
    };
    struct Close {
        wire::HomeAddress home;
    };
    struct SendDummy {
        wire::HomeAddress home;
    };
    using Command = std::variant<Direct, Move, Close, SendDummy>;
    using Receipt = std::unique_ptr<datapath::OutboundTunnel>;  // replaced or closed
    using Channel = TunnelWorkerChannel<Command, Receipt>;

    // All of them outlive the worker. `control` is raised when there is something to collect.
    OutboundTunnelWorker(const platform::TunDevice& tun, platform::RawTunnelSocket& esp,
                         platform::RawTunnelSocket& ipv6, datapath::LookUpBy look_up_by,
                         const platform::EventSignal& control);

    // The worker's thread, until it is asked to stop.
    void run(const std::stop_token& stop);

    // The control thread.
    [[nodiscard]] Channel& channel() { return channel_; }
    // A session that has used up half of its sequence numbers; each is told once.
    [[nodiscard]] std::optional<mobility::SessionId> take_rekey_due() { return rekey_due_.pop(); }
    // The TUN device is gone: nothing will come from it any more.
    [[nodiscard]] bool device_lost() const { return device_lost_; }
    [[nodiscard]] datapath::Traffic sent() const { return sent_.reading(); }
    [[nodiscard]] const datapath::DropCounters& drops() const { return drops_; }

  private:
    static constexpr std::size_t batch_size = platform::RawTunnelSocket::max_batch;

    // What goes out by one socket.
    struct Batch {
        platform::RawTunnelSocket* socket;
        std::array<platform::TunnelDeparture, batch_size> departures;
        std::array<datapath::Outgoing, batch_size> packets;
        std::size_t size = 0;
    };

    void receive_commands();
    Receipt carry_out(Command command);
    void send_dummy(const wire::HomeAddress& home);
    void forward_batch();
    bool read(datapath::PacketBuffer& buffer);
    void enqueue(const datapath::Outgoing& packet);
    void send(Batch& batch);
    void report_rekey(datapath::OutboundTunnel& tunnel);

    const platform::TunDevice* tun_;
    const platform::EventSignal* control_;
    Channel channel_;
    CommandQueue<mobility::SessionId, 256> rekey_due_;
    std::atomic<bool> device_lost_ = false;
    datapath::TrafficCounter sent_;
    datapath::DropCounters drops_;
    // The worker's alone.
    datapath::OutboundTunnels tunnels_;
    std::vector<datapath::PacketBuffer> buffers_;
    datapath::PacketBuffer dummy_;
    Batch esp_;
    Batch ipv6_;
};

}  // namespace godwit::runtime
