#pragma once
// Packets on their way out, gathered by the socket that they leave by, so that one system call
// takes many.

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/tunnel_packet.hpp"
#include "shared/runtime/path_sockets.hpp"

namespace godwit::runtime {

// What becomes of the packets.
class DepartureObserver {
  public:
    DepartureObserver() = default;
    DepartureObserver(const DepartureObserver&) = delete;
    DepartureObserver& operator=(const DepartureObserver&) = delete;
    virtual ~DepartureObserver() = default;

    virtual void on_sent(const datapath::Outgoing& packet) = 0;
    virtual void on_refused(const datapath::Outgoing& packet, std::error_code reason) = 0;
};

class Departures {
  public:
    Departures(const PathSockets& sockets, DepartureObserver& observer);

    // Along this path. Probes and what goes in fragments leave at once, behind all that wait for
    // the same socket, which leave too if there are max_tunnel_departures of them. Else the bytes
    // stay where they are until send(). A UDP port that no socket has is std::errc::bad_address.
    void add(const datapath::Outgoing& packet, const mobility::Path& path);
    // All of them. A packet that the system refuses is passed over: when the care-of address has
    // just gone that is every one of them, until the tunnel is directed along another path.
    void send();

  private:
    template <class Socket>
    struct Queue {
        explicit Queue(Socket& leaves_by) : socket(&leaves_by) {
            departures.reserve(platform::max_tunnel_departures);
            packets.reserve(platform::max_tunnel_departures);
        }

        Socket* socket;
        std::vector<platform::TunnelDeparture> departures;
        std::vector<datapath::Outgoing> packets;  // as many, and no more than were reserved
    };
    using UdpQueue = Queue<platform::UdpTunnelSocket>;

    [[nodiscard]] UdpQueue* udp_queue(std::uint16_t port);
    template <class Socket>
    void add_to(Queue<Socket>& queue, const datapath::Outgoing& packet, const mobility::Path& path);
    void send_whole(const datapath::Outgoing& packet, const mobility::Path& path,
                    std::uint16_t local_port);
    template <class Socket>
    void put(Queue<Socket>& queue, const datapath::Outgoing& packet, const mobility::Path& path);
    template <class Socket>
    void send(Queue<Socket>& queue);

    platform::OuterPacketSocket* outer_;
    DepartureObserver* observer_;
    Queue<platform::RawTunnelSocket> esp_;
    Queue<platform::RawTunnelSocket> ipv6_;
    Queue<platform::RawTunnelSocket> ipv4_;
    std::vector<UdpQueue> udp_;
};

}  // namespace godwit::runtime
