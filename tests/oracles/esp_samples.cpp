// Prints sealed packets of both suites and directions with the keys that open them, a line of JSON
// for each.

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "shared/security/esp.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit {
namespace {

using security::HandshakeRole;
using security::Suite;
using wire::NextHeader;

struct Inner {
    std::string name;
    NextHeader next_header;
    wire::Bytes octets;
};

// An ICMPv6 echo request with so much data, from the home address to a correspondent node.
Inner echo(std::size_t length) {
    wire::Bytes message = test::octets("8000 0000 0001 0002");
    message.resize(message.size() + length, 0x61);
    const wire::PseudoHeader addresses{test::home.address, test::ip("2001:db8:c::1")};
    const std::uint16_t checksum =
        wire::upper_layer_checksum(addresses, NextHeader::icmpv6, message);
    message[2] = static_cast<std::uint8_t>(checksum >> 8U);
    message[3] = static_cast<std::uint8_t>(checksum);
    wire::Bytes packet(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(message.size()),
                     .next_header = NextHeader::icmpv6,
                     .source = addresses.source,
                     .destination = addresses.destination}
        .write(std::span(packet).first<wire::Ipv6Header::size>());
    packet.insert(packet.end(), message.begin(), message.end());
    return {"echo " + std::to_string(length), NextHeader::ipv6, packet};
}

std::vector<Inner> every_inner() {
    std::vector<Inner> all;
    for (const std::size_t length : {0U, 1U, 2U, 3U, 1300U}) {
        all.push_back(echo(length));
    }
    // UDP to port 9 with no data, from 10.9.0.5 to 192.0.2.7.
    all.push_back({"ipv4", NextHeader::ipv4,
                   test::octets("4500 001c 0000 0000 4011 ac0b 0a09 0005 c000 0207"
                                "0009 0009 0008 0000")});
    all.push_back({"dummy", NextHeader::none, {}});
    return all;
}

void print(const std::string& name, const security::TunnelKeys& keys, const Inner& inner,
           wire::BytesView packet) {
    const security::TunnelKey& key = keys.outbound;
    std::cout << R"({"name": ")" << name << R"(", "suite": ")" << security::name(keys.suite)
              << R"(", "spi": )" << keys.outbound_spi << R"(, "key": ")" << test::hex(key.key)
              << R"(", "salt": ")" << test::hex(key.salt) << R"(", "next_header": )"
              << static_cast<unsigned>(inner.next_header) << R"(, "inner": ")"
              << test::hex(inner.octets) << R"(", "packet": ")" << test::hex(packet) << "\"}\n";
}

void seal_all(const std::string& direction, const security::TunnelKeys& keys,
              const wire::PseudoHeader& outer) {
    security::EspSealer sealer(keys);
    for (const Inner& inner : every_inner()) {
        wire::Bytes buffer(security::esp_headroom + inner.octets.size() +
                           security::esp_max_tailroom);
        std::ranges::copy(inner.octets, buffer.begin() + security::esp_headroom);
        const auto sealed =
            sealer.seal(buffer, security::esp_headroom, inner.octets.size(), inner.next_header);
        wire::Bytes packet(wire::Ipv6Header::size);
        wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(sealed->size()),
                         .next_header = NextHeader::esp,
                         .source = outer.source,
                         .destination = outer.destination}
            .write(std::span(packet).first<wire::Ipv6Header::size>());
        packet.insert(packet.end(), sealed->begin(), sealed->end());
        print(direction + " " + inner.name, keys, inner, packet);
    }
}

void seal_session(Suite suite, std::uint32_t spi_of_mobile_node, std::uint32_t spi_of_home_agent) {
    security::TransportKeys transport{};
    transport.to_responder.fill(static_cast<std::uint8_t>(suite));
    transport.to_initiator.fill(static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(suite)));
    const auto at_mobile_node = security::derive_session_keys(
        transport, HandshakeRole::initiator, suite, spi_of_mobile_node, spi_of_home_agent);
    const auto at_home_agent = security::derive_session_keys(
        transport, HandshakeRole::responder, suite, spi_of_home_agent, spi_of_mobile_node);
    seal_all("up", *at_mobile_node.tunnel, {test::care_of_a.address, test::home_agent.address});
    seal_all("down", *at_home_agent.tunnel, {test::home_agent.address, test::care_of_a.address});
}

}  // namespace
}  // namespace godwit

int main() {
    using godwit::security::Suite;
    if (godwit::security::SuiteSet::of_this_machine().contains(Suite::aes_256_gcm)) {
        godwit::seal_session(Suite::aes_256_gcm, 0x80000001, 0x80000002);
    }
    godwit::seal_session(Suite::chacha20_poly1305, 0x80000003, 0x80000004);
}
