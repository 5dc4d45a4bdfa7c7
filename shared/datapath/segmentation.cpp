#include "shared/datapath/segmentation.hpp"

#include <algorithm>
#include <cassert>

#include "shared/datapath/packet_fields.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

using Kind = wire::VirtioNetHeader::Segmentation;
using wire::NextHeader;

// What the IP header and those behind it say; octets.
struct Layout {
    bool is_ipv4 = false;
    bool has_extension_headers = false;
    bool is_fragment = false;
    NextHeader protocol = NextHeader::none;
    std::size_t transport = 0;
    std::size_t end = 0;
};

std::expected<Layout, DropReason> layout_of_ipv4(wire::BytesView packet) {
    if (packet.size() < wire::Ipv4Header::size) {
        return std::unexpected(DropReason::malformed);
    }
    constexpr unsigned more_fragments_and_offset = 0x3fff;
    const Layout layout{.is_ipv4 = true,
                        .is_fragment = (field::word_at(packet, field::ipv4::fragment) &
                                        more_fragments_and_offset) != 0,
                        .protocol = NextHeader{packet[field::ipv4::protocol]},
                        .transport = std::size_t{4} * (packet[0] & 0xfU),
                        .end = field::word_at(packet, field::ipv4::total_length)};
    if (layout.transport < wire::Ipv4Header::size || layout.end < layout.transport ||
        layout.end > packet.size()) {
        return std::unexpected(DropReason::malformed);
    }
    return layout;
}

std::expected<Layout, DropReason> layout_of_ipv6(wire::BytesView packet) {
    if (packet.size() < wire::Ipv6Header::size) {
        return std::unexpected(DropReason::malformed);
    }
    const std::size_t length = field::word_at(packet, field::ipv6::payload_length);
    if (packet.size() < wire::Ipv6Header::size + length) {
        return std::unexpected(DropReason::malformed);
    }
    const NextHeader first{packet[field::ipv6::next_header]};
    const auto upper =
        wire::find_upper_layer(first, packet.subspan(wire::Ipv6Header::size, length));
    if (!upper) {
        return std::unexpected(DropReason::malformed);
    }
    const std::size_t end = wire::Ipv6Header::size + length;
    const std::size_t transport = end - upper->payload.size();
    return Layout{.has_extension_headers = transport != wire::Ipv6Header::size,
                  .is_fragment = upper->fragment.has_value(),
                  .protocol = upper->type,
                  .transport = transport,
                  .end = end};
}

std::expected<Layout, DropReason> layout_of(wire::BytesView packet) {
    if (packet.empty()) {
        return std::unexpected(DropReason::malformed);
    }
    switch (packet[0] >> 4U) {
        case 4:
            return layout_of_ipv4(packet);
        case 6:
            return layout_of_ipv6(packet);
        default:
            return std::unexpected(DropReason::not_ip);
    }
}

// Where the header says, whatever protocol that is: only what lies in the packet is touched.
bool complete_checksum(const wire::VirtioNetHeader& header, const Layout& layout,
                       std::span<std::uint8_t> packet) {
    const std::size_t ip = layout.is_ipv4 ? layout.transport : wire::Ipv6Header::size;
    const std::size_t start = header.checksum_start;
    const std::size_t offset = header.checksum_offset;
    if (start < ip || offset % 2 != 0 || start + offset + 2 > layout.end) {
        return false;
    }
    const auto covered = packet.first(layout.end).subspan(start);
    std::uint16_t checksum = wire::internet_checksum(covered);
    if (checksum == 0 && offset == field::udp::checksum) {
        checksum = 0xffff;  // RFC 768: zero means that there is none
    }
    field::put_word(covered, offset, checksum);
    return true;
}

bool is_of(Kind kind, const Layout& layout) {
    switch (kind) {
        case Kind::none:
            return false;
        case Kind::tcp_ipv4:
            return layout.is_ipv4 && layout.protocol == NextHeader::tcp;
        case Kind::tcp_ipv6:
            return !layout.is_ipv4 && layout.protocol == NextHeader::tcp;
        case Kind::udp:
            return layout.protocol == NextHeader::udp;
    }
    return false;
}

// Octets of the header that all segments repeat; 0 if it is not all there or contradicts the rest.
std::size_t transport_header_size(const Layout& layout, wire::BytesView packet) {
    const wire::BytesView transport = packet.first(layout.end).subspan(layout.transport);
    if (layout.protocol == NextHeader::udp) {
        return transport.size() >= field::udp::header &&
                       field::word_at(transport, field::udp::length) == transport.size()
                   ? field::udp::header
                   : 0;
    }
    if (transport.size() < field::tcp::least_header) {
        return 0;
    }
    const std::size_t size = std::size_t{4} * (transport[field::tcp::data_offset] >> 4U);
    return size < field::tcp::least_header || size > transport.size() ? 0 : size;
}

std::size_t checksum_offset_of(NextHeader protocol) {
    return protocol == NextHeader::tcp ? field::tcp::checksum : field::udp::checksum;
}

bool is_consistent(const wire::VirtioNetHeader& header, const Layout& layout) {
    return is_of(header.segmentation, layout) && !layout.is_fragment && header.segment_size > 0 &&
           (!header.needs_checksum ||
            (header.checksum_start == layout.transport &&
             header.checksum_offset == checksum_offset_of(layout.protocol))) &&
           (header.needs_checksum || !layout.has_extension_headers);
}

// Behind extension headers only the sender knows which addresses count: a routing header or a Home
// Address option has others (RFC 8200 §8.1, RFC 6275 §11.3.1). What stands in the field is their
// sum with the length of all; that is taken off again.
wire::InternetSum pseudo_header_of(const Layout& layout, wire::BytesView packet) {
    if (!layout.has_extension_headers) {
        return field::pseudo_header_sum(packet, layout.is_ipv4, layout.protocol);
    }
    wire::InternetSum sum;
    const std::size_t length = layout.end - layout.transport;
    sum.add_number(field::word_at(packet, layout.transport + checksum_offset_of(layout.protocol)));
    sum.add_number(static_cast<std::uint16_t>(~length));
    return sum;
}

}  // namespace

std::expected<Segmentation, DropReason> Segmentation::of(const wire::VirtioNetHeader& header,
                                                         std::span<std::uint8_t> packet) {
    Segmentation segmentation{packet};
    if (header.segmentation == Kind::none && !header.needs_checksum) {
        return segmentation;
    }
    const auto layout = layout_of(packet);
    if (!layout) {
        return std::unexpected(layout.error());
    }
    if (header.segmentation != Kind::none) {
        const std::size_t transport_header = transport_header_size(*layout, packet);
        if (!is_consistent(header, *layout) || transport_header == 0) {
            return std::unexpected(DropReason::malformed);
        }
        segmentation.is_ipv4_ = layout->is_ipv4;
        segmentation.is_tcp_ = layout->protocol == NextHeader::tcp;
        segmentation.transport_ = layout->transport;
        segmentation.payload_ = layout->transport + transport_header;
        segmentation.segment_size_ = header.segment_size;
        const std::size_t payload = layout->end - segmentation.payload_;
        if (payload > header.segment_size) {
            if (segmentation.is_tcp_ && (packet[layout->transport + field::tcp::flags] &
                                         (field::tcp::syn | field::tcp::rst)) != 0) {
                return std::unexpected(DropReason::malformed);
            }
            segmentation.packet_ = packet.first(layout->end);
            segmentation.count_ = (payload + header.segment_size - 1) / header.segment_size;
            segmentation.pseudo_header_ = pseudo_header_of(*layout, packet);
            return segmentation;
        }
    }
    if (header.needs_checksum && !complete_checksum(header, *layout, packet)) {
        return std::unexpected(DropReason::malformed);
    }
    return segmentation;
}

std::size_t Segmentation::size(std::size_t index) const {
    assert(index < count_);
    if (is_whole()) {
        return packet_.size();
    }
    const std::size_t before = index * segment_size_;
    return payload_ + std::min(segment_size_, packet_.size() - payload_ - before);
}

void Segmentation::write(std::size_t index, std::span<std::uint8_t> to) const {
    assert(to.size() == size(index));
    if (is_whole()) {
        std::ranges::copy(packet_, to.begin());
        return;
    }
    std::ranges::copy(packet_.first(payload_), to.begin());
    write_ip(index, to);
    const auto header = to.subspan(transport_, payload_ - transport_);
    const std::size_t length = to.size() - transport_;
    const std::size_t checksum_at = is_tcp_ ? field::tcp::checksum : field::udp::checksum;
    if (is_tcp_) {
        write_tcp(index, header);
    } else {
        field::put_word(header, field::udp::length, length);
    }
    field::put_word(header, checksum_at, 0);
    wire::InternetSum sum = pseudo_header_;
    sum.add_number(static_cast<std::uint32_t>(length));
    sum.add(header);
    const auto payload = to.subspan(payload_);
    sum.add_copying(packet_.subspan(payload_ + index * segment_size_, payload.size()), payload);
    const std::uint16_t checksum = sum.checksum();
    field::put_word(header, checksum_at, checksum == 0 && !is_tcp_ ? 0xffff : checksum);
}

void Segmentation::write_ip(std::size_t index, std::span<std::uint8_t> to) const {
    if (!is_ipv4_) {
        field::put_word(to, field::ipv6::payload_length, to.size() - wire::Ipv6Header::size);
        return;
    }
    field::put_word(to, field::ipv4::total_length, to.size());
    field::put_word(to, field::ipv4::identification,
                    field::word_at(to, field::ipv4::identification) + index);
    field::put_ipv4_checksum(to.first(transport_));
}

void Segmentation::write_tcp(std::size_t index, std::span<std::uint8_t> header) const {
    namespace tcp = field::tcp;
    const std::size_t before = index * segment_size_;
    field::put_number(header, tcp::sequence,
                      field::number_at(header, tcp::sequence) + static_cast<std::uint32_t>(before));
    unsigned flags = header[tcp::flags];
    if (index > 0) {
        flags &= ~unsigned{tcp::cwr};
    }
    if (index + 1 < count_) {
        flags &= ~unsigned{tcp::fin | tcp::psh};
    }
    // RFC 9293 §3.8.5: the urgent pointer counts from this segment's own sequence number.
    if ((flags & tcp::urg) != 0) {
        const std::size_t urgent = field::word_at(header, tcp::urgent_pointer);
        flags &= urgent > before ? ~0U : ~unsigned{tcp::urg};
        field::put_word(header, tcp::urgent_pointer, urgent > before ? urgent - before : 0);
    }
    header[tcp::flags] = static_cast<std::uint8_t>(flags);
}

}  // namespace godwit::datapath
