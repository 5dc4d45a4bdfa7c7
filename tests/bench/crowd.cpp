#include "tests/bench/crowd.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/messages/binding_update.hpp"
#include "shared/wire/messages/heartbeat.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t handshakes_at_once = 32;
constexpr double handshakes_a_second = 900;  // a home agent takes 1,000

std::uint32_t node_at(const wire::Ipv6Address& home) {
    return static_cast<std::uint32_t>(home.octets[14]) << 8U | home.octets[15];
}

// Each in a /64 of its own, as if behind its own router.
wire::Ipv6Address care_of(std::uint32_t node, std::uint8_t place) {
    wire::Ipv6Address address = wire::Ipv6Address::parse("2001:db8:100::1").value();
    address.octets[5] = place;
    address.octets[6] = static_cast<std::uint8_t>(node >> 8U);
    address.octets[7] = static_cast<std::uint8_t>(node);
    return address;
}

}  // namespace

wire::HomeAddress Crowd::home_of(std::uint32_t node) {
    wire::Ipv6Address address = wire::Ipv6Address::parse("2001:db8:f:0:1::").value();
    address.octets[14] = static_cast<std::uint8_t>(node >> 8U);
    address.octets[15] = static_cast<std::uint8_t>(node);
    return {address};
}

Crowd::Crowd(wire::HomeAgentAddress home_agent, const security::PublicKey& key, std::uint32_t count,
             std::ostream& entries)
    : nodes_(count), home_agent_(home_agent), socket_(home_agent.address) {
    for (std::uint32_t node = 0; node < count; ++node) {
        auto own = security::KeyPair::generate();
        entries << "\n[[mobile_node]]\nname = \"" << node << "\"\nhome_address = \""
                << home_of(node).address.text() << "\"\npublic_key = \"" << own.public_key().text()
                << "\"\n";
        nodes_[node].authenticator = std::make_unique<security::MobileNodeAuthenticator>(
            security::MobileNodeCredentials{
                .home_agent_address = home_agent, .own = std::move(own), .home_agent = key},
            [] { return security::Tai64n::from(std::chrono::system_clock::now()); });
    }
}

mobility::Path Crowd::path(std::uint32_t node) const {
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = care_of(node, nodes_[node].place),
            .remote = home_agent_.address,
            .local_port = mobility::dsmip_port,
            .remote_port = mobility::dsmip_port};
}

void Crowd::seal_update(std::uint32_t number) {
    MobileNode& node = nodes_[number];
    node.sequence = node.sequence.next();
    const mobility::Path path = this->path(number);
    const mobility::SendMessage order{
        .path = path,
        .home = home_of(number),
        .message = wire::BindingUpdate{.sequence = node.sequence,
                                       .acknowledge = true,
                                       .home_registration = true,
                                       .lifetime = wire::Lifetime(150),
                                       .options = {wire::AlternateCareOfAddress{{path.local}}}},
        .seal = node.session ? mobility::Seal{mobility::InSession{*node.session}}
                             : mobility::Seal{mobility::StartHandshake{}}};
    wire::SignallingPacket packet{.source = home_of(number).address,
                                  .destination = home_agent_.address,
                                  .mobility_header = node.authenticator->seal(order).value()};
    wire::write_checksum(packet.mobility_header, packet.pseudo_header());
    node.update = packet.serialize();
}

void Crowd::send_update(std::uint32_t number) {
    MobileNode& node = nodes_[number];
    node.sent = Clock::now();
    socket_.send(care_of(number, node.place), node.update);
}

void Crowd::take_arrivals() {
    answered_.clear();
    for (const ManyAddresses::Arrival& arrival : socket_.receive()) {
        if (arrival.payload.size() > 40 && arrival.payload[0] >> 4U == 6) {
            take_message(arrival);
        } else if (!arrival.payload.empty()) {
            take_sealed(arrival);
        }
    }
}

void Crowd::take_message(const ManyAddresses::Arrival& arrival) {
    const auto packet = wire::SignallingPacket::parse(arrival.payload);
    if (!packet || packet->mobility_header.size() < 12) {
        return;
    }
    const std::uint32_t number = node_at(packet->destination);
    if (number >= nodes_.size()) {
        return;
    }
    if (is_registering_) {
        open_answer(number, *packet);
        return;
    }
    constexpr std::uint8_t acknowledgement = 6;  // RFC 6275 §6.1.8: status at 6, sequence at 8
    const wire::Bytes& header = packet->mobility_header;
    const std::uint16_t sequence = static_cast<std::uint16_t>(header[8] << 8U | header[9]);
    if (header[2] == acknowledgement && header[6] == 0 &&
        wire::SequenceNumber(sequence) == nodes_[number].sequence) {
        answered_.push_back(number);
    }
}

void Crowd::open_answer(std::uint32_t number, const wire::SignallingPacket& packet) {
    MobileNode& node = nodes_[number];
    const auto received = node.authenticator->open(path(number), packet);
    if (!received || node.session) {
        return;
    }
    if (std::holds_alternative<mobility::Hint>(received->content)) {  // a cookie
        seal_update(number);
        send_update(number);
        return;
    }
    node.session = mobility::session_of(std::get<0>(received->content).proof());
    const auto keys = node.authenticator->take_tunnel_keys(*node.session);
    node.opener = std::make_unique<security::EspOpener>(*keys);
    node.sealer = std::make_unique<security::EspSealer>(*keys);
    by_spi_[keys->inbound_spi] = number;
    send_sealed(number, {}, wire::NextHeader::none);
    answered_.push_back(number);
}

void Crowd::take_sealed(const ManyAddresses::Arrival& arrival) {
    if (arrival.payload.size() < 4) {
        return;
    }
    std::uint32_t spi = 0;
    for (const std::uint8_t octet : arrival.payload.first<4>()) {
        spi = spi << 8U | octet;
    }
    const auto found = by_spi_.find(spi);
    if (found == by_spi_.end()) {
        return;
    }
    const auto opened = nodes_[found->second].opener->open(arrival.payload);
    if (!opened || opened->next_header != wire::NextHeader::ipv6) {
        return;
    }
    const auto header = wire::Ipv6Header::parse(opened->inner);
    if (header && header->next_header == wire::NextHeader::mobility) {
        take_signalling(found->second, opened->inner);
    } else if (header) {
        on_packet(found->second, opened->inner);
    }
}

void Crowd::take_signalling(std::uint32_t number, wire::BytesView inner) {
    const auto packet = wire::SignallingPacket::parse(inner);
    const auto message =
        packet ? wire::parse_mobility_header(packet->mobility_header, packet->pseudo_header())
               : std::unexpected(packet.error());
    const auto* heartbeat = message ? std::get_if<wire::Heartbeat>(&*message) : nullptr;
    if (heartbeat == nullptr || heartbeat->response) {
        return;
    }
    wire::SignallingPacket answer{.source = packet->destination, .destination = packet->source};
    answer.mobility_header = wire::serialize_mobility_header(
        wire::Heartbeat{.response = true, .sequence = heartbeat->sequence}, answer.pseudo_header());
    send_sealed(number, answer.serialize(), wire::NextHeader::ipv6);
}

void Crowd::send_sealed(std::uint32_t number, wire::BytesView inner, wire::NextHeader protocol) {
    std::array<std::uint8_t, 2048> buffer;  // NOLINT: only what is sealed is sent
    std::ranges::copy(inner, buffer.begin() + security::esp_headroom);
    const auto sealed =
        nodes_[number].sealer->seal(buffer, security::esp_headroom, inner.size(), protocol);
    socket_.send(care_of(number, nodes_[number].place), *sealed);
}

void Crowd::register_all() {
    std::size_t done = 0;
    std::uint32_t next = 0;
    std::vector<std::uint32_t> waiting;
    const auto began = Clock::now();
    while (done < nodes_.size()) {
        const double passed = std::chrono::duration<double>(Clock::now() - began).count();
        while (next < nodes_.size() && waiting.size() < handshakes_at_once &&
               static_cast<double>(next) < passed * handshakes_a_second) {
            seal_update(next);
            send_update(next);
            waiting.push_back(next++);
        }
        take_arrivals();
        done += answered_.size();
        std::erase_if(waiting,
                      [&](std::uint32_t node) { return nodes_[node].session.has_value(); });
        for (const std::uint32_t node : waiting) {
            if (Clock::now() - nodes_[node].sent > patience) {
                seal_update(node);
                send_update(node);
            }
        }
        socket_.flush();
    }
    for (const auto until = Clock::now() + 2s;
         Clock::now() < until;) {  // the rest of the questions
        take_arrivals();
        socket_.flush();
    }
    is_registering_ = false;
}

}  // namespace godwit::bench
