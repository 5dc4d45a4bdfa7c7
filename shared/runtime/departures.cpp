#include "shared/runtime/departures.hpp"

#include <type_traits>

namespace godwit::runtime {

using mobility::Encapsulation;

Departures::Departures(const PathSockets& sockets, DepartureObserver& observer)
    : outer_(&sockets.outer),
      observer_(&observer),
      esp_(sockets.esp),
      ipv6_(sockets.ipv6),
      ipv4_(sockets.ipv4) {
    for (platform::UdpTunnelSocket& socket : sockets.udp) {
        udp_.emplace_back(socket);
    }
}

void Departures::add(const datapath::Outgoing& packet, const mobility::Path& path) {
    if (path.encapsulation == Encapsulation::udp) {
        if (UdpQueue* queue = udp_queue(path.local_port)) {
            add_to(*queue, packet, path);
        } else {
            observer_->on_refused(packet, std::make_error_code(std::errc::bad_address));
        }
        return;
    }
    add_to(packet.next_header == wire::NextHeader::esp    ? esp_
           : packet.next_header == wire::NextHeader::ipv4 ? ipv4_
                                                          : ipv6_,
           packet, path);
}

void Departures::send() {
    send(esp_);
    send(ipv6_);
    send(ipv4_);
    for (UdpQueue& queue : udp_) {
        send(queue);
    }
}

Departures::UdpQueue* Departures::udp_queue(std::uint16_t port) {
    for (UdpQueue& queue : udp_) {
        if (port == 0 || queue.socket->port() == port) {
            return &queue;
        }
    }
    return nullptr;
}

template <class Socket>
void Departures::add_to(Queue<Socket>& queue, const datapath::Outgoing& packet,
                        const mobility::Path& path) {
    if (packet.longest == 0 && !packet.is_probe) {
        put(queue, packet, path);
        return;
    }
    send(queue);  // what came before it goes before it
    std::uint16_t local_port = 0;
    if constexpr (std::is_same_v<Socket, platform::UdpTunnelSocket>) {
        local_port = queue.socket->port();
    }
    send_whole(packet, path, local_port);
}

void Departures::send_whole(const datapath::Outgoing& packet, const mobility::Path& path,
                            std::uint16_t local_port) {
    const auto refusal = outer_->send({.path = path,
                                       .protocol = packet.next_header,
                                       .local_port = local_port,
                                       .payload = packet.bytes,
                                       .traffic_class = packet.traffic_class,
                                       .longest = packet.longest,
                                       .dont_fragment = packet.is_probe});
    if (refusal) {
        observer_->on_refused(packet, refusal);
    } else {
        observer_->on_sent(packet);
    }
}

template <class Socket>
void Departures::put(Queue<Socket>& queue, const datapath::Outgoing& packet,
                     const mobility::Path& path) {
    if (queue.packets.size() == platform::max_tunnel_departures) {
        send(queue);
    }
    queue.departures.push_back(
        {.payload = packet.bytes, .path = path, .traffic_class = packet.traffic_class});
    queue.packets.push_back(packet);
}

template <class Socket>
void Departures::send(Queue<Socket>& queue) {
    std::size_t next = 0;
    while (next < queue.packets.size()) {
        const auto sent = queue.socket->send(std::span(queue.departures).subspan(next));
        if (!sent) {
            observer_->on_refused(queue.packets[next], sent.error());
            ++next;
            continue;
        }
        for (const std::size_t end = next + *sent; next < end; ++next) {
            observer_->on_sent(queue.packets[next]);
        }
    }
    queue.departures.clear();
    queue.packets.clear();
}

}  // namespace godwit::runtime
