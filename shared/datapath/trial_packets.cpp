#include "shared/datapath/trial_packets.hpp"

#include <algorithm>

#include "shared/datapath/packet_fields.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

using wire::NextHeader;

constexpr std::uint16_t discard_port = 9;  // RFC 863
constexpr std::uint8_t hops = 64;
constexpr std::uint32_t first_sequence = 0xffff'f000;  // so that it passes zero on the way
constexpr std::uint16_t window = 1024;

// Any sequence without a short period will do (Numerical Recipes' linear congruential one).
void fill(std::span<std::uint8_t> octets, std::uint32_t seed) {
    for (std::uint8_t& octet : octets) {
        seed = seed * 1'664'525U + 1'013'904'223U;
        octet = static_cast<std::uint8_t>(seed >> 24U);
    }
}

void write_ip(std::span<std::uint8_t> packet, const TrialFlow& flow, std::size_t index) {
    const auto protocol =
        static_cast<std::uint8_t>(flow.is_tcp ? NextHeader::tcp : NextHeader::udp);
    if (!flow.is_ipv4) {
        packet[0] = 0x60;
        field::put_word(packet, field::ipv6::payload_length,
                        packet.size() - wire::Ipv6Header::size);
        packet[field::ipv6::next_header] = protocol;
        packet[field::ipv6::hop_limit] = hops;
        packet[field::ipv6::addresses + 15] = 1;
        packet[field::ipv6::addresses + 31] = 1;
        return;
    }
    packet[0] = 0x45;
    field::put_word(packet, field::ipv4::total_length, packet.size());
    field::put_word(packet, field::ipv4::identification, index);
    packet[field::ipv4::time_to_live] = hops;
    packet[field::ipv4::protocol] = protocol;
    constexpr std::array<std::uint8_t, 4> destination{192, 0, 2, 1};  // RFC 5737
    std::ranges::copy(destination, packet.begin() + field::ipv4::addresses + 4);
    field::put_ipv4_checksum(packet.first(wire::Ipv4Header::size));
}

void write_transport(std::span<std::uint8_t> transport, const TrialFlow& flow, std::size_t index) {
    field::put_word(transport, 0, discard_port);
    field::put_word(transport, 2, discard_port);
    if (!flow.is_tcp) {
        field::put_word(transport, field::udp::length, transport.size());
        return;
    }
    namespace tcp = field::tcp;
    field::put_number(transport, tcp::sequence,
                      first_sequence + static_cast<std::uint32_t>(index * trial_payload));
    transport[tcp::data_offset] = (tcp::least_header / 4) << 4U;
    const bool is_last = index + 1 == trial_packet_count;
    transport[tcp::flags] = is_last ? tcp::ack | tcp::psh : tcp::ack;
    field::put_word(transport, tcp::window, window);
}

void write_checksum(std::span<std::uint8_t> packet, std::size_t transport, const TrialFlow& flow) {
    const auto protocol = flow.is_tcp ? NextHeader::tcp : NextHeader::udp;
    wire::InternetSum sum = field::pseudo_header_sum(packet, flow.is_ipv4, protocol);
    sum.add_number(static_cast<std::uint32_t>(packet.size() - transport));
    sum.add(packet.subspan(transport));
    const std::uint16_t checksum = sum.checksum();
    field::put_word(packet, transport + (flow.is_tcp ? field::tcp::checksum : field::udp::checksum),
                    checksum == 0 && !flow.is_tcp ? 0xffff : checksum);
}

}  // namespace

std::vector<wire::Bytes> trial_payloads() {
    std::vector<wire::Bytes> payloads(trial_packet_count, wire::Bytes(trial_payload));
    payloads.back().resize(last_trial_payload);
    for (std::size_t index = 0; index < payloads.size(); ++index) {
        fill(payloads[index], static_cast<std::uint32_t>(index));
    }
    return payloads;
}

std::vector<wire::Bytes> trial_packets(const TrialFlow& flow) {
    const std::size_t ip = flow.is_ipv4 ? wire::Ipv4Header::size : wire::Ipv6Header::size;
    const std::size_t headers = ip + (flow.is_tcp ? field::tcp::least_header : field::udp::header);
    std::vector<wire::Bytes> packets = trial_payloads();
    for (std::size_t index = 0; index < packets.size(); ++index) {
        wire::Bytes& packet = packets[index];
        packet.insert(packet.begin(), headers, 0);
        write_ip(packet, flow, index);
        write_transport(std::span(packet).subspan(ip), flow, index);
        write_checksum(packet, ip, flow);
    }
    return packets;
}

bool is_of_trial(wire::BytesView packet, const TrialFlow& flow) {
    const std::size_t size = flow.is_ipv4 ? wire::Ipv4Header::size : wire::Ipv6Header::size;
    if (packet.size() < size || packet[0] >> 4U != (flow.is_ipv4 ? 4U : 6U)) {
        return false;
    }
    wire::Bytes header(size);
    write_ip(header, flow, 0);
    const std::size_t addresses = flow.is_ipv4 ? field::ipv4::addresses : field::ipv6::addresses;
    return std::ranges::equal(packet.first(size).subspan(addresses),
                              std::span(header).subspan(addresses));
}

}  // namespace godwit::datapath
