#pragma once
// The thread that carries packets in: from the path sockets through their tunnels to the TUN
// device, a batch at a time.

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <variant>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/mobility/session.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/command_queue.hpp"
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
    using Command = std::variant<Admit, End, AdmitPlain, ClosePlain>;
    struct Receipt {  // replaced or closed
        std::unique_ptr<datapath::SealedTunnel> sealed;
        std::unique_ptr<datapath::PlainTunnel> plain;
    };
    using Channel = TunnelWorkerChannel<Command, Receipt>;

    // All of them outlive the worker. `control` is raised when there is something to collect.
    InboundTunnelWorker(const platform::TunDevice& tun, platform::RawTunnelSocket& esp,
                        platform::RawTunnelSocket& ipv6, datapath::LookUpBy look_up_by,
                        const platform::EventSignal& control);

    // The worker's thread, until it is asked to stop.
    void run(const std::stop_token& stop);

    // The control thread.
    [[nodiscard]] Channel& channel() { return channel_; }
    // A session whose first packet has been opened; each is told once.
    [[nodiscard]] std::optional<mobility::SessionId> take_confirmed() { return confirmed_.pop(); }
    [[nodiscard]] datapath::Traffic received() const { return received_.reading(); }
    [[nodiscard]] const datapath::DropCounters& drops() const { return drops_; }

  private:
    static constexpr std::size_t batch_size = platform::RawTunnelSocket::max_batch;

    void receive_commands();
    Receipt carry_out(Command command);
    void forward_batch(platform::RawTunnelSocket& socket, wire::NextHeader next_header);
    void forward(const platform::TunnelArrival& arrival, wire::NextHeader next_header);
    void report_confirmed(datapath::SealedTunnel& tunnel);

    const platform::TunDevice* tun_;
    platform::RawTunnelSocket* esp_;
    platform::RawTunnelSocket* ipv6_;
    const platform::EventSignal* control_;
    Channel channel_;
    CommandQueue<mobility::SessionId, 1024> confirmed_;
    datapath::TrafficCounter received_;
    datapath::DropCounters drops_;
    // The worker's alone.
    datapath::InboundTunnels tunnels_;
    std::vector<datapath::PacketBuffer> buffers_;
    std::array<platform::TunnelArrival, batch_size> arrivals_;
};

}  // namespace godwit::runtime
