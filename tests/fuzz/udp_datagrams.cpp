// What the kernel hands over of a UDP socket, one datagram or many in one, and what becomes of each
// by its first octets: ESP, an inner packet, a keepalive; and of an inner packet signalling, which
// goes on to the home agent's authenticator.
//
// An octet of choices, the size of a datagram (2 octets), the datagrams. Few random octets have a
// right tag, so they are sealed first where the choice says so.

#include <algorithm>
#include <memory>
#include <span>
#include <variant>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/udp_payload.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/mobility_header.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit {
namespace {

using namespace datapath;

constexpr std::size_t max_input = 4096;  // octets
constexpr std::uint32_t spi = 0x80000001;
enum Choice : std::uint8_t { many_in_one = 1, seal_first = 2, in_ipv4 = 4, right_checksum = 8 };

security::TunnelKeys keys() {
    return {.suite = security::Suite::chacha20_poly1305,
            .inbound_spi = spi,
            .outbound_spi = spi,
            .inbound = {},
            .outbound = {}};
}

security::HomeAgentCredentials credentials() {
    security::HomeAgentCredentials credentials{.address = test::home_agent,
                                               .own = security::key_pair(2)};
    credentials.protected_peers.push_back({{0}, security::key_pair(1).public_key(), {}});
    return credentials;
}

struct HomeAgentEnd {
    security::MemoryLedger ledger;
    security::HomeAgentAuthenticator authenticator{credentials(), ledger};
};

wire::Bytes sealed(wire::BytesView inner, security::EspSealer& sealer, std::uint8_t choice) {
    wire::Bytes buffer(security::esp_headroom + inner.size() + security::esp_max_tailroom);
    std::ranges::copy(inner, buffer.begin() + security::esp_headroom);
    const auto packet =
        sealer.seal(buffer, security::esp_headroom, inner.size(),
                    (choice & in_ipv4) != 0 ? wire::NextHeader::ipv4 : wire::NextHeader::ipv6);
    return {packet->begin(), packet->end()};
}

// One behind the other, each sealed by itself.
wire::Bytes sealed_each(std::span<std::uint8_t> payload, std::size_t size, std::uint8_t choice) {
    wire::Bytes all;
    security::EspSealer sealer(keys());
    each_datagram(payload, size, [&](std::span<std::uint8_t> datagram) {
        const wire::Bytes packet = sealed(datagram, sealer, choice);
        all.insert(all.end(), packet.begin(), packet.end());
    });
    return all;
}

void complete(std::span<std::uint8_t> datagram) {
    constexpr std::size_t least = wire::Ipv6Header::size + 8;
    const auto header = wire::Ipv6Header::parse(datagram);
    if (header && header->next_header == wire::NextHeader::mobility && datagram.size() >= least) {
        const auto mobility_header = datagram.subspan(wire::Ipv6Header::size);
        wire::write_checksum(mobility_header, {header->source, header->destination});
    }
}

// As runtime::NodeRunner does with what the worker has handed over.
void take_message(const mobility::Path& path, const Incoming& message) {
    static HomeAgentEnd end;
    const auto packet = wire::SignallingPacket::parse(message.inner);
    if (!packet) {
        return;
    }
    if (message.is_handshake()) {
        fuzz::require(security::is_initiation(packet->mobility_header));
    }
    const auto received = message.sealed != nullptr ? end.authenticator.open_tunnelled(
                                                          path, message.sealed->key(), *packet)
                                                    : end.authenticator.open(path, *packet);
    // No handshake has given that session to anybody here, and nobody's key is in the input.
    fuzz::require(!received || std::holds_alternative<mobility::Hint>(received->content));
}

void take(InboundTunnels& tunnels, const mobility::Path& path, std::span<std::uint8_t> datagram) {
    const auto protocol = protocol_of_udp_payload(datagram);
    if (!protocol) {
        const bool is_keepalive = datagram.size() == 1 && datagram[0] == nat_keepalive_octet;
        fuzz::require((protocol.error() == DropReason::nat_keepalive) == is_keepalive);
        return;
    }
    fuzz::require((datagram[0] >= 0x80) == (*protocol == wire::NextHeader::esp));
    const auto incoming = tunnels.decapsulate(path, *protocol, datagram, wire::ecn_of(datagram[0]));
    if (!incoming) {
        return;
    }
    const bool is_within =
        incoming->inner.empty() ||
        (incoming->inner.data() >= datagram.data() &&
         incoming->inner.data() + incoming->inner.size() <= datagram.data() + datagram.size());
    fuzz::require(is_within);
    fuzz::require((incoming->sealed != nullptr) == (*protocol == wire::NextHeader::esp));
    if (incoming->content == Incoming::Content::message) {
        take_message(path, *incoming);
    } else if (incoming->content == Incoming::Content::packet) {
        const auto inner = InnerPacket::parse(incoming->inner);
        fuzz::require(inner && (inner->source == test::home.address || inner->is_ipv4));
    }
}

void open_tunnels(InboundTunnels& tunnels, const mobility::Path& path) {
    tunnels.admit(std::make_unique<SealedTunnel>(test::home, security::EspOpener(keys())));
    tunnels.admit_plain(std::make_unique<PlainTunnel>(test::home, path));
    tunnels.carry_ipv4(
        std::make_unique<Ipv4HomeAddress>(wire::Ipv4Address{{10, 19, 0, 2}}, test::home));
}

void receive(fuzz::Input input) {
    const std::uint8_t choice = input.octet();
    std::size_t size = (choice & many_in_one) != 0 ? input.number<std::uint16_t>() : 0;
    const wire::BytesView rest = input.rest();
    wire::Bytes payload(rest.begin(), rest.end());
    if ((choice & right_checksum) != 0) {
        each_datagram(payload, size, complete);
    }
    if ((choice & seal_first) != 0) {
        payload = sealed_each(payload, size, choice);
        size = size == 0 ? 0 : security::esp_length(size);
    }
    const mobility::Path path{.encapsulation = mobility::Encapsulation::udp,
                              .local = test::home_agent.address,
                              .remote = test::care_of_a.address,
                              .local_port = 4191,
                              .remote_port = 4191};
    InboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
    open_tunnels(tunnels, path);
    std::size_t octets = 0;
    each_datagram(payload, size, [&](std::span<std::uint8_t> datagram) {
        octets += datagram.size();
        fuzz::require(size == 0 || datagram.size() == size || octets == payload.size());
        take(tunnels, path, datagram);
    });
    fuzz::require(octets == payload.size());
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > godwit::max_input) {
        return -1;
    }
    godwit::receive({data, size});
    return 0;
}
