#pragma once
// TCP and UDP packets with everything in them that is right or wrong about dividing and merging.

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "shared/datapath/coalescer.hpp"
#include "shared/datapath/packet_fields.hpp"
#include "shared/datapath/segmentation.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::test {

namespace field = datapath::field;

// Octets that tell from where in a payload they are.
inline wire::Bytes payload_of(std::size_t size, unsigned seed = 0) {
    wire::Bytes octets(size);
    for (std::size_t at = 0; at < size; ++at) {
        octets[at] = static_cast<std::uint8_t>(at * 7 + at / 256 + seed);
    }
    return octets;
}

struct Segment {
    bool is_ipv4 = false;
    bool is_tcp = true;
    wire::Bytes payload = payload_of(100);
    std::uint16_t source_port = 1000;
    std::uint32_t sequence = 1;
    std::uint32_t acknowledgment = 7;
    std::uint16_t window = 500;
    std::uint8_t flags = field::tcp::ack;
    std::uint16_t urgent_pointer = 0;
    wire::Bytes tcp_options = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    std::uint16_t identification = 100;
    std::uint16_t fragment = field::ipv4::dont_fragment_bit;
    std::uint8_t type_of_service = 0;
    std::uint8_t hop_limit = 64;
    std::uint32_t flow_label = 0;
    wire::Bytes ipv4_options = {};
    wire::Bytes extension_headers = {};  // a chain that ends in the transport
    std::uint8_t first_extension = 0;

    [[nodiscard]] std::size_t transport() const {
        return is_ipv4 ? 20 + ipv4_options.size() : 40 + extension_headers.size();
    }
    [[nodiscard]] std::size_t headers() const {
        return transport() + (is_tcp ? 20 + tcp_options.size() : 8);
    }
    [[nodiscard]] wire::NextHeader protocol() const {
        return is_tcp ? wire::NextHeader::tcp : wire::NextHeader::udp;
    }
};

inline wire::Bytes ip_header(const Segment& segment, std::size_t upper_layer) {
    wire::Bytes octets;
    wire::Writer out(octets);
    const std::size_t size = segment.transport() + upper_layer;
    const auto protocol = static_cast<std::uint8_t>(segment.protocol());
    if (segment.is_ipv4) {
        out.integer(static_cast<std::uint8_t>(0x40U + segment.transport() / 4));
        out.integer(segment.type_of_service);
        out.integer(static_cast<std::uint16_t>(size));
        out.integer(segment.identification);
        out.integer(segment.fragment);
        out.bytes(wire::Bytes{segment.hop_limit, protocol, 0, 0, 192, 0, 2, 9, 192, 0, 2, 1});
        out.bytes(segment.ipv4_options);
        field::put_ipv4_checksum(octets);
        return octets;
    }
    out.integer(static_cast<std::uint32_t>(6U << 28U | unsigned{segment.type_of_service} << 20U |
                                           segment.flow_label));
    out.integer(static_cast<std::uint16_t>(size - 40));
    out.integer(segment.extension_headers.empty() ? protocol : segment.first_extension);
    out.integer(segment.hop_limit);
    for (const std::uint8_t end : {std::uint8_t{9}, std::uint8_t{1}}) {
        out.bytes(wire::Bytes{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, end});
    }
    out.bytes(segment.extension_headers);
    return octets;
}

inline wire::Bytes transport_header(const Segment& segment) {
    wire::Bytes octets;
    wire::Writer out(octets);
    out.integer(segment.source_port);
    out.integer(std::uint16_t{443});
    if (!segment.is_tcp) {
        out.integer(static_cast<std::uint16_t>(8 + segment.payload.size()));
        out.integer(std::uint16_t{0});
        return octets;
    }
    out.integer(segment.sequence);
    out.integer(segment.acknowledgment);
    out.integer(static_cast<std::uint8_t>((20 + segment.tcp_options.size()) / 4 << 4U));
    out.integer(segment.flags);
    out.integer(segment.window);
    out.integer(std::uint16_t{0});
    out.integer(segment.urgent_pointer);
    out.bytes(segment.tcp_options);
    return octets;
}

// The checksum over what begins at `transport`, with what stands in its field left out.
inline void complete(std::span<std::uint8_t> packet, std::size_t transport, bool is_tcp) {
    const auto upper = packet.subspan(transport);
    const std::size_t at = is_tcp ? field::tcp::checksum : field::udp::checksum;
    field::put_word(upper, at, 0);
    auto sum = field::pseudo_header_sum(packet, packet[0] >> 4U == 4,
                                        is_tcp ? wire::NextHeader::tcp : wire::NextHeader::udp);
    sum.add_number(static_cast<std::uint32_t>(upper.size()));
    sum.add(upper);
    field::put_word(upper, at, sum.checksum() == 0 && !is_tcp ? 0xffff : sum.checksum());
}

inline wire::Bytes packet(const Segment& segment) {
    const wire::Bytes transport = transport_header(segment);
    wire::Bytes octets = ip_header(segment, transport.size() + segment.payload.size());
    octets.insert(octets.end(), transport.begin(), transport.end());
    octets.insert(octets.end(), segment.payload.begin(), segment.payload.end());
    complete(octets, segment.transport(), segment.is_tcp);
    return octets;
}

// Of a merged packet its checksum field has only the pseudo-header's sum.
inline wire::Bytes unfinished(const Segment& segment) {
    wire::Bytes octets = packet(segment);
    auto sum = field::pseudo_header_sum(octets, segment.is_ipv4, segment.protocol());
    sum.add_number(static_cast<std::uint32_t>(octets.size() - segment.transport()));
    const std::size_t at = segment.is_tcp ? field::tcp::checksum : field::udp::checksum;
    field::put_word(octets, segment.transport() + at, sum.folded());
    return octets;
}

inline wire::VirtioNetHeader virtio_header(const Segment& segment, std::uint16_t segment_size) {
    using Kind = wire::VirtioNetHeader::Segmentation;
    const auto tcp = segment.is_ipv4 ? Kind::tcp_ipv4 : Kind::tcp_ipv6;
    return {.needs_checksum = true,
            .segmentation = segment.is_tcp ? tcp : Kind::udp,
            .header_length = static_cast<std::uint16_t>(segment.headers()),
            .segment_size = segment_size,
            .checksum_start = static_cast<std::uint16_t>(segment.transport()),
            .checksum_offset = static_cast<std::uint16_t>(segment.is_tcp ? field::tcp::checksum
                                                                         : field::udp::checksum)};
}

inline std::vector<wire::Bytes> all_of(const datapath::Segmentation& segmentation) {
    std::vector<wire::Bytes> segments;
    for (std::size_t index = 0; index < segmentation.count(); ++index) {
        segments.emplace_back(segmentation.size(index));
        segmentation.write(index, segments.back());
    }
    return segments;
}

inline wire::Bytes joined(const datapath::Coalescer::Write& write) {
    wire::Bytes octets;
    for (const auto& piece : write.pieces) {
        octets.insert(octets.end(), piece.begin(), piece.end());
    }
    return octets;
}

// TCP and UDP over IPv6 and IPv4.
inline std::vector<Segment> every_kind() {
    return {{}, {.is_ipv4 = true}, {.is_tcp = false}, {.is_ipv4 = true, .is_tcp = false}};
}

}  // namespace godwit::test
