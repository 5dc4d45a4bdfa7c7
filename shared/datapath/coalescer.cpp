#include "shared/datapath/coalescer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "shared/datapath/packet_fields.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

namespace ipv4 = field::ipv4;
namespace ipv6 = field::ipv6;
namespace tcp = field::tcp;
namespace udp = field::udp;
using wire::BytesView;
using wire::NextHeader;

constexpr std::size_t expected_packets = 256;  // in one batch; more only cost an allocation once

bool is_same(BytesView one, BytesView other, std::size_t from, std::size_t end) {
    return std::memcmp(one.data() + from, other.data() + from, end - from) == 0;
}

BytesView addresses_of(BytesView packet, bool is_ipv4) {
    return is_ipv4 ? packet.subspan(ipv4::addresses, ipv4::addresses_size)
                   : packet.subspan(ipv6::addresses, ipv6::addresses_size);
}

// What comes with the same hash by accident or by intent is told apart by its octets afterwards.
std::uint32_t hash_of(BytesView addresses_and_ports) {
    constexpr std::uint64_t golden_ratio = 0x9e37'79b9'7f4a'7c15;
    std::uint64_t hash = 0;
    for (std::size_t at = 0; at < addresses_and_ports.size(); at += sizeof hash) {
        std::uint64_t part = 0;
        std::memcpy(&part, addresses_and_ports.data() + at,
                    std::min(sizeof part, addresses_and_ports.size() - at));
        hash = (hash ^ part) * golden_ratio;
        hash ^= hash >> 32U;
    }
    return static_cast<std::uint32_t>(hash);
}

// Where the transport header begins, if nothing but a plain header stands before it.
std::optional<std::size_t> transport_behind(BytesView packet) {
    constexpr std::uint8_t ipv4_without_options = 0x45;
    if (packet.size() >= wire::Ipv4Header::size && packet[0] == ipv4_without_options) {
        const auto header = packet.first(wire::Ipv4Header::size);
        const unsigned fragment =
            field::word_at(packet, ipv4::fragment) & ~unsigned{ipv4::dont_fragment_bit};
        if (field::word_at(packet, ipv4::total_length) == packet.size() && fragment == 0 &&
            wire::internet_checksum(header) == 0) {
            return wire::Ipv4Header::size;
        }
    } else if (packet.size() >= wire::Ipv6Header::size && packet[0] >> 4U == 6) {
        if (wire::Ipv6Header::size + field::word_at(packet, ipv6::payload_length) ==
            packet.size()) {
            return wire::Ipv6Header::size;
        }
    }
    return std::nullopt;
}

// Octets; 0 if it is neither TCP nor UDP, or not consistent.
std::size_t transport_header_size(NextHeader protocol, BytesView transport) {
    if (protocol == NextHeader::udp) {
        return transport.size() >= udp::header &&
                       field::word_at(transport, udp::length) == transport.size()
                   ? udp::header
                   : 0;
    }
    if (protocol != NextHeader::tcp || transport.size() < tcp::least_header) {
        return 0;
    }
    const std::size_t size = std::size_t{4} * (transport[tcp::data_offset] >> 4U);
    return size < tcp::least_header || size > transport.size() ? 0 : size;
}

}  // namespace

std::optional<Coalescer::Headers> Coalescer::Headers::of(BytesView packet) {
    const auto transport = transport_behind(packet);
    if (!transport) {
        return std::nullopt;
    }
    const bool is_ipv4 = *transport == wire::Ipv4Header::size;
    const NextHeader protocol{packet[is_ipv4 ? ipv4::protocol : ipv6::next_header]};
    const std::size_t size = transport_header_size(protocol, packet.subspan(*transport));
    if (size == 0) {
        return std::nullopt;
    }
    return Headers{.is_ipv4 = is_ipv4,
                   .is_tcp = protocol == NextHeader::tcp,
                   .transport = *transport,
                   .payload = *transport + size};
}

Coalescer::Coalescer(Offloads offloads) : offloads_(offloads) {
    merges_.reserve(expected_packets);
    pieces_.reserve(expected_packets);
    ordered_pieces_.reserve(expected_packets);
    writes_.reserve(expected_packets);
}

void Coalescer::add(std::span<std::uint8_t> packet) {
    assert(writes_.empty());
    const auto headers = Headers::of(packet);
    if (!headers || !(headers->is_tcp ? offloads_.tcp : offloads_.udp)) {
        if (!headers) {
            close_between_addresses_of(packet);
        }
        begin(packet, {});
        return;
    }
    const std::size_t addresses = headers->is_ipv4 ? ipv4::addresses : ipv6::addresses;
    const std::uint32_t hash = hash_of(
        BytesView(packet).subspan(addresses, headers->transport + field::ports_size - addresses));
    const std::size_t flow = find(hash, packet, *headers);
    if (flow != open_) {
        const bool appended = append(merges_[flows_[flow].merge], packet, *headers);
        const Merge& merge = merges_[flows_[flow].merge];
        const std::size_t segment = merge.first.size() - merge.headers.payload;
        const bool ends = merge.push || packet.size() - headers->payload < segment;
        if (!appended || ends) {
            close(flow);
        }
        if (appended) {
            return;
        }
    }
    const std::size_t merge = begin(packet, *headers);
    if (may_begin(packet, *headers)) {
        open(hash, merge);
    }
}

std::size_t Coalescer::find(std::uint32_t hash, BytesView packet, const Headers& headers) const {
    std::size_t flow = 0;
    for (; flow < open_; ++flow) {
        if (flows_[flow].hash != hash) {
            continue;
        }
        const Merge& merge = merges_[flows_[flow].merge];
        const std::size_t addresses = headers.is_ipv4 ? ipv4::addresses : ipv6::addresses;
        if (merge.headers.is_ipv4 == headers.is_ipv4 && merge.headers.is_tcp == headers.is_tcp &&
            is_same(merge.first, packet, addresses, headers.transport + field::ports_size)) {
            break;
        }
    }
    return flow;
}

void Coalescer::open(std::uint32_t hash, std::size_t merge) {
    if (open_ == max_open_flows) {
        close(next_to_close_);
        next_to_close_ = (next_to_close_ + 1) % max_open_flows;
    }
    flows_[open_++] = {.hash = hash, .merge = merge};
}

void Coalescer::close(std::size_t flow) {
    flows_[flow] = flows_[--open_];
}

void Coalescer::close_between_addresses_of(BytesView packet) {
    const bool is_ipv4 = !packet.empty() && packet[0] >> 4U == 4;
    const bool is_ipv6 = !packet.empty() && packet[0] >> 4U == 6;
    const bool has_addresses = (is_ipv4 && packet.size() >= wire::Ipv4Header::size) ||
                               (is_ipv6 && packet.size() >= wire::Ipv6Header::size);
    if (!has_addresses) {
        return;  // of nobody: no order to be kept
    }
    for (std::size_t flow = open_; flow-- > 0;) {
        const Merge& merge = merges_[flows_[flow].merge];
        if (merge.headers.is_ipv4 == is_ipv4 &&
            std::ranges::equal(addresses_of(merge.first, is_ipv4), addresses_of(packet, is_ipv4))) {
            close(flow);
        }
    }
}

std::size_t Coalescer::begin(std::span<std::uint8_t> packet, const Headers& headers) {
    merges_.push_back({.first = packet,
                       .headers = headers,
                       .first_piece = pieces_.size(),
                       .last_piece = pieces_.size(),
                       .size = packet.size()});
    pieces_.push_back({.octets = packet});
    return merges_.size() - 1;
}

bool Coalescer::may_begin(BytesView packet, const Headers& headers) {
    const BytesView transport = packet.subspan(headers.transport);
    if (packet.size() == headers.payload) {
        return false;
    }
    return headers.is_tcp ? transport[tcp::flags] == tcp::ack
                          : field::word_at(transport, udp::checksum) != 0;
}

bool Coalescer::append(Merge& merge, BytesView packet, const Headers& headers) {
    if (!goes_on(merge, packet, headers) || !has_right_checksum(packet, headers) ||
        (!merge.first_is_right && !has_right_checksum(merge.first, merge.headers))) {
        return false;
    }
    const BytesView payload = packet.subspan(headers.payload);
    merge.first_is_right = true;
    merge.push = headers.is_tcp && (packet[headers.transport + tcp::flags] & tcp::psh) != 0;
    merge.size += payload.size();
    ++merge.packets;
    pieces_[merge.last_piece].next = pieces_.size();
    merge.last_piece = pieces_.size();
    pieces_.push_back({.octets = payload});
    return true;
}

bool Coalescer::goes_on(Merge& merge, BytesView packet, const Headers& headers) {
    const std::size_t payload = packet.size() - headers.payload;
    const std::size_t segment = merge.first.size() - merge.headers.payload;
    const std::size_t limit = headers.is_tcp ? max_tcp_segments : max_udp_segments;
    if (headers != merge.headers || payload == 0 || payload > segment || merge.packets == limit ||
        merge.size + payload > max_size || !goes_on_in_ip(merge, packet)) {
        return false;
    }
    return headers.is_tcp ? goes_on_in_tcp(merge, packet)
                          : field::word_at(packet, headers.transport + udp::checksum) != 0;
}

bool Coalescer::goes_on_in_ip(Merge& merge, BytesView packet) {
    const BytesView first = merge.first;
    if (!merge.headers.is_ipv4) {
        return is_same(first, packet, 0, ipv6::payload_length) &&
               first[ipv6::hop_limit] == packet[ipv6::hop_limit];
    }
    if (!is_same(first, packet, 0, ipv4::total_length) ||
        !is_same(first, packet, ipv4::fragment, ipv4::checksum)) {
        return false;
    }
    const auto ahead = static_cast<std::uint16_t>(field::word_at(packet, ipv4::identification) -
                                                  field::word_at(first, ipv4::identification));
    if (merge.packets == 1) {  // the second says which of both it is
        merge.has_one_identification =
            ahead == 0 && field::word_at(first, ipv4::fragment) == ipv4::dont_fragment_bit;
    }
    return ahead == (merge.has_one_identification ? 0U : merge.packets);
}

bool Coalescer::goes_on_in_tcp(const Merge& merge, BytesView packet) {
    const BytesView first = BytesView(merge.first).subspan(merge.headers.transport);
    const BytesView next = packet.subspan(merge.headers.transport);
    const std::size_t options_end = merge.headers.payload - merge.headers.transport;
    const auto merged = static_cast<std::uint32_t>(merge.size - merge.headers.payload);
    const unsigned flags_but_push = next[tcp::flags] & ~unsigned{tcp::psh};
    return flags_but_push == tcp::ack &&
           field::number_at(next, tcp::sequence) ==
               static_cast<std::uint32_t>(field::number_at(first, tcp::sequence) + merged) &&
           is_same(first, next, tcp::acknowledgment, tcp::flags) &&
           is_same(first, next, tcp::window, tcp::checksum) &&
           is_same(first, next, tcp::urgent_pointer, options_end);
}

bool Coalescer::has_right_checksum(BytesView packet, const Headers& headers) {
    const auto protocol = headers.is_tcp ? NextHeader::tcp : NextHeader::udp;
    wire::InternetSum sum = field::pseudo_header_sum(packet, headers.is_ipv4, protocol);
    sum.add_number(static_cast<std::uint32_t>(packet.size() - headers.transport));
    sum.add(packet.subspan(headers.transport));
    return sum.checksum() == 0;
}

std::span<const Coalescer::Write> Coalescer::writes() {
    if (!writes_.empty()) {
        return writes_;
    }
    ordered_pieces_.reserve(pieces_.size());  // so that none of them moves from now on
    for (const Merge& merge : merges_) {
        const auto begin = ordered_pieces_.size();
        std::size_t piece = merge.first_piece;
        for (std::size_t packet = 0; packet < merge.packets; ++packet) {
            ordered_pieces_.push_back(pieces_[piece].octets);
            piece = pieces_[piece].next;
        }
        writes_.push_back({.header = finish(merge),
                           .pieces = std::span(ordered_pieces_).subspan(begin),
                           .packets = merge.packets});
    }
    return writes_;
}

wire::VirtioNetHeader Coalescer::finish(const Merge& merge) {
    if (merge.packets == 1) {
        return {};
    }
    const Headers& headers = merge.headers;
    const auto ip = merge.first.first(headers.transport);
    const auto transport = merge.first.subspan(headers.transport);
    const std::size_t length = merge.size - headers.transport;
    if (headers.is_ipv4) {
        field::put_word(ip, ipv4::total_length, merge.size);
        field::put_ipv4_checksum(ip);
    } else {
        field::put_word(ip, ipv6::payload_length, length);
    }
    if (!headers.is_tcp) {
        field::put_word(transport, udp::length, length);
    } else if (merge.push) {
        transport[tcp::flags] |= tcp::psh;
    }
    const auto protocol = headers.is_tcp ? NextHeader::tcp : NextHeader::udp;
    const std::size_t checksum = headers.is_tcp ? tcp::checksum : udp::checksum;
    wire::InternetSum sum = field::pseudo_header_sum(merge.first, headers.is_ipv4, protocol);
    sum.add_number(static_cast<std::uint32_t>(length));
    field::put_word(transport, checksum, sum.folded());
    using Segmentation = wire::VirtioNetHeader::Segmentation;
    const auto of_tcp = headers.is_ipv4 ? Segmentation::tcp_ipv4 : Segmentation::tcp_ipv6;
    return {.needs_checksum = true,
            .segmentation = headers.is_tcp ? of_tcp : Segmentation::udp,
            .header_length = static_cast<std::uint16_t>(headers.payload),
            .segment_size = static_cast<std::uint16_t>(merge.first.size() - headers.payload),
            .checksum_start = static_cast<std::uint16_t>(headers.transport),
            .checksum_offset = static_cast<std::uint16_t>(checksum)};
}

void Coalescer::clear() {
    merges_.clear();
    pieces_.clear();
    ordered_pieces_.clear();
    writes_.clear();
    open_ = 0;
}

}  // namespace godwit::datapath
