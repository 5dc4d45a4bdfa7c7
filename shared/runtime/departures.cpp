#include "shared/runtime/departures.hpp"

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
    if (packet.longest != 0 || packet.is_probe) {
        send_whole(packet, path);
        return;
    }
    if (path.encapsulation == Encapsulation::udp) {
        if (UdpQueue* queue = udp_queue(path.local_port)) {
            put(*queue, packet, path);
        } else {
            observer_->on_refused(packet, std::make_error_code(std::errc::bad_address));
        }
        return;
    }
    put(packet.next_header == wire::NextHeader::esp    ? esp_
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

void Departures::send_whole(const datapath::Outgoing& packet, const mobility::Path& path) {
    const bool is_udp = path.encapsulation == Encapsulation::udp;
    const UdpQueue* queue = is_udp ? udp_queue(path.local_port) : nullptr;
    if (is_udp && queue == nullptr) {
        observer_->on_refused(packet, std::make_error_code(std::errc::bad_address));
        return;
    }
    const auto refusal =
        outer_->send({.path = path,
                      .protocol = packet.next_header,
                      .local_port = queue != nullptr ? queue->socket->port() : std::uint16_t{0},
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
