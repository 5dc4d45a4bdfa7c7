// A flood of binding updates that start handshakes, as the worst sort of stranger sends them: he
// knows the home agent's public key, so mac1 is right, and the Noise message is noise. From
// addresses of one /64 that change all the time, in UDP or natively, past the kernel's own headers.
//   forged_handshakes PUBLIC_KEY HOME_AGENT SOURCE_PREFIX PACKETS_A_SECOND SECONDS [UDP_PORT]
// Prints one JSON object: how many were sent, and how many a second. Needs CAP_NET_RAW.

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "shared/security/handshake_option.hpp"
#include "shared/security/random.hpp"
#include "shared/security/secret.hpp"
#include "shared/wire/messages/binding_update.hpp"
#include "shared/wire/native_signalling.hpp"
#include "shared/wire/outer_packet.hpp"
#include "shared/wire/udp_header.hpp"

namespace godwit::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t different_packets = 4096;
constexpr std::size_t batch = 64;
constexpr std::size_t noise_length = 117;  // octets: as long as a real one

struct Flood {
    security::PublicKey key;
    wire::Ipv6Address home_agent;
    wire::Ipv6Address prefix;
    double rate = 0;     // packets a second
    double seconds = 0;  // for so long
    std::uint16_t port = 0;
};

void fill_at_random(std::span<std::uint8_t> octets) {
    std::ranges::generate(octets,
                          [] { return static_cast<std::uint8_t>(security::random_number()); });
}

wire::Ipv6Address random_address(wire::Ipv6Address prefix) {
    fill_at_random(std::span(prefix.octets).last<8>());
    return prefix;
}

wire::Bytes update_of(const Flood& flood, const wire::Ipv6Address& care_of,
                      const wire::Ipv6Address& home) {
    wire::BindingUpdate update{
        .sequence = wire::SequenceNumber(static_cast<std::uint16_t>(security::random_number())),
        .acknowledge = true,
        .home_registration = true,
        .lifetime = wire::Lifetime(150),
        .options = {wire::AlternateCareOfAddress{{care_of}},
                    security::blank_handshake_option(security::HandshakeOptionKind::initiation,
                                                     noise_length)}};
    const wire::PseudoHeader addresses{home, flood.home_agent};
    wire::Bytes header = wire::serialize_mobility_header(update, addresses);
    const auto option =
        security::find_handshake_option(header, security::HandshakeOptionKind::initiation).value();
    fill_at_random(option.noise.in(std::span(header)));
    security::Mac1Key(flood.key).write(header, option);
    wire::write_checksum(header, addresses);
    return header;
}

wire::Bytes in_udp(const Flood& flood, const wire::Ipv6Address& source, const wire::Bytes& inner) {
    const wire::UdpHeader header{.source_port = flood.port, .destination_port = flood.port};
    const wire::Bytes datagram = header.datagram(inner, {source, flood.home_agent});
    return wire::OuterPacket{.source = source,
                             .destination = flood.home_agent,
                             .protocol = wire::NextHeader::udp,
                             .payload = datagram}
        .packets()
        .front();
}

wire::Bytes packet_of(const Flood& flood) {
    const wire::Ipv6Address care_of = random_address(flood.prefix);
    const wire::Ipv6Address home = random_address(flood.home_agent);
    wire::SignallingPacket packet{.source = care_of,
                                  .destination = flood.home_agent,
                                  .home_address_option = wire::HomeAddress{home},
                                  .mobility_header = update_of(flood, care_of, home)};
    if (flood.port == 0) {
        return packet.serialize();
    }
    packet.source = home;
    packet.home_address_option.reset();
    return in_udp(flood, care_of, packet.serialize());
}

// Sends them again and again, at an even pace; how many left.
std::size_t send_all(const Flood& flood, std::vector<wire::Bytes>& packets) {
    const int socket = ::socket(AF_INET6, SOCK_RAW, IPPROTO_RAW);
    if (socket < 0) {
        throw std::system_error(errno, std::generic_category(), "open a raw socket");
    }
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    std::memcpy(&to.sin6_addr, flood.home_agent.octets.data(), sizeof to.sin6_addr);
    std::size_t sent = 0;
    std::size_t tried = 0;
    const auto began = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - began).count(); };
    while (passed() < flood.seconds) {
        std::array<mmsghdr, batch> messages{};
        std::array<iovec, batch> parts{};
        for (std::size_t i = 0; i < batch; ++i) {
            wire::Bytes& packet = packets[tried++ % packets.size()];
            parts[i] = {packet.data(), packet.size()};
            messages[i].msg_hdr = {
                .msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &parts[i], .msg_iovlen = 1};
        }
        const int done = ::sendmmsg(socket, messages.data(), batch, 0);
        sent += done > 0 ? static_cast<std::size_t>(done) : 0;
        const double ahead = static_cast<double>(tried) / flood.rate - passed();
        if (ahead > 0) {
            std::this_thread::sleep_for(std::chrono::duration<double>(ahead));
        }
    }
    return sent;
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    using namespace godwit;
    if (count < 6) {
        std::cerr << "forged_handshakes PUBLIC_KEY HOME_AGENT SOURCE_PREFIX PACKETS_A_SECOND "
                     "SECONDS [UDP_PORT]\n";
        return 2;
    }
    security::initialise();
    const bench::Flood flood{
        .key = security::PublicKey::parse(arguments[1]).value(),
        .home_agent = wire::Ipv6Address::parse(arguments[2]).value(),
        .prefix = wire::Ipv6Address::parse(arguments[3]).value(),
        .rate = std::stod(arguments[4]),
        .seconds = std::stod(arguments[5]),
        .port = static_cast<std::uint16_t>(count > 6 ? std::stoul(arguments[6]) : 0)};
    std::vector<wire::Bytes> packets;
    for (std::size_t number = 0; number < bench::different_packets; ++number) {
        packets.push_back(bench::packet_of(flood));
    }
    std::cout << "ready" << std::endl;
    const std::size_t sent = bench::send_all(flood, packets);
    std::cout << nlohmann::json{{"sent", sent},
                                {"per_second", static_cast<double>(sent) / flood.seconds}}
              << '\n';
}
