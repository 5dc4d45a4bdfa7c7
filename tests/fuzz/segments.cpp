// A TUN device's packets with forged virtio headers, divided; and packets from anybody, merged.
// What comes of it stays in its bounds, is what it should be, and is undone by the opposite.
//
// The first octet says which. Dividing: 10 octets of virtio header, the packet. Merging: the length
// of a packet that begins a flow, that packet, then four octets for each one that follows.

#include "tests/datapath/segments.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

using namespace datapath;
namespace field = datapath::field;
using Packets = std::vector<wire::Bytes>;

constexpr std::size_t max_input = 4096;  // octets
constexpr Offloads both{.tcp = true, .udp = true};

// In memory of exactly that size, where a sanitizer sees every step beyond.
Packets divided(const wire::VirtioNetHeader& header, const wire::Bytes& packet) {
    const auto octets = std::make_unique<std::uint8_t[]>(packet.size());
    const std::span<std::uint8_t> lying(octets.get(), packet.size());
    std::ranges::copy(packet, lying.begin());
    const auto segmentation = Segmentation::of(header, lying);
    if (!segmentation) {
        return {};
    }
    fuzz::require(segmentation->is_whole() == (segmentation->count() == 1));
    Packets segments;
    for (std::size_t index = 0; index < segmentation->count(); ++index) {
        segments.emplace_back(segmentation->size(index));
        segmentation->write(index, segments.back());
    }
    return segments;
}

// What is compared of a packet that was merged: IPv4's identification means nothing with DF, and a
// sum of 0 is written in two ways.
wire::Bytes comparable(wire::Bytes packet) {
    const bool is_ipv4 = packet[0] >> 4U == 4;
    if (is_ipv4) {
        fuzz::require(wire::internet_checksum(wire::BytesView(packet).first(20)) == 0);
        field::put_word(packet, field::ipv4::checksum, 0);
        if (field::word_at(packet, field::ipv4::fragment) != 0) {
            field::put_word(packet, field::ipv4::identification, 0);
        }
    }
    const std::size_t at = is_ipv4 ? 20 + field::tcp::checksum : 40 + field::tcp::checksum;
    const wire::NextHeader protocol{
        packet[is_ipv4 ? field::ipv4::protocol : field::ipv6::next_header]};
    if (protocol == wire::NextHeader::tcp && field::word_at(packet, at) == 0xffff) {
        field::put_word(packet, at, 0);
    }
    return packet;
}

// Addresses, ports, protocol and version, where they are in plain headers.
wire::Bytes flow_of(const wire::Bytes& packet) {
    if (packet.size() < 44) {
        return packet;
    }
    const bool is_ipv4 = packet[0] >> 4U == 4;
    wire::Bytes flow(packet.begin() + (is_ipv4 ? 12 : 8), packet.begin() + (is_ipv4 ? 24 : 44));
    flow.push_back(packet[is_ipv4 ? field::ipv4::protocol : field::ipv6::next_header]);
    flow.push_back(packet[0] >> 4U);
    return flow;
}

// Which packet each piece is of, by where it ends.
using Ends = std::map<const std::uint8_t*, std::size_t>;

void undo(const Coalescer::Write& write, const Packets& before, const Ends& ends) {
    fuzz::require(write.packets == write.pieces.size() && write.packets > 0);
    const wire::Bytes joined = test::joined(write);
    if (write.packets == 1) {
        fuzz::require(write.header == wire::VirtioNetHeader{});
        fuzz::require(joined == before[ends.at(write.pieces[0].data() + joined.size())]);
        return;
    }
    fuzz::require(joined.size() <= Coalescer::max_size);
    const Packets again = divided(write.header, joined);
    fuzz::require(again.size() == write.packets);
    for (std::size_t index = 0; index < again.size(); ++index) {
        const auto& piece = write.pieces[index];
        const wire::Bytes& came = before[ends.at(piece.data() + piece.size())];
        fuzz::require(comparable(again[index]) == comparable(came));
    }
}

// None is lost or comes twice, none overtakes another of its flow.
void merge(Packets packets) {
    const Packets before = packets;
    Coalescer coalescer(both);
    Ends ends;
    for (std::size_t index = 0; index < packets.size(); ++index) {
        ends[packets[index].data() + packets[index].size()] = index;
        coalescer.add(packets[index]);
    }
    std::map<wire::Bytes, std::size_t> next;  // the first that may come now, in each flow
    std::size_t count = 0;
    for (const Coalescer::Write& write : coalescer.writes()) {
        undo(write, before, ends);
        for (const auto& piece : write.pieces) {
            const std::size_t index = ends.at(piece.data() + piece.size());
            std::size_t& least = next[flow_of(before[index])];
            fuzz::require(index >= least);
            least = index + 1;
            ++count;
        }
    }
    fuzz::require(count == packets.size());
}

bool has_right_checksum(const wire::Bytes& packet, std::size_t transport) {
    const bool is_ipv4 = packet[0] >> 4U == 4;
    const wire::NextHeader protocol{
        packet[is_ipv4 ? field::ipv4::protocol : field::ipv6::next_header]};
    wire::InternetSum sum = field::pseudo_header_sum(packet, is_ipv4, protocol);
    sum.add_number(static_cast<std::uint32_t>(packet.size() - transport));
    sum.add(wire::BytesView(packet).subspan(transport));
    return sum.checksum() == 0;
}

void divide(wire::BytesView input) {
    const auto header = wire::VirtioNetHeader::parse(input);
    if (!header) {
        return;
    }
    const wire::BytesView packet = input.subspan(wire::VirtioNetHeader::size);
    Packets segments = divided(*header, {packet.begin(), packet.end()});
    if (segments.size() < 2) {
        return;
    }
    const std::size_t payload_at = segments[0].size() - header->segment_size;
    const bool is_ipv4 = packet[0] >> 4U == 4;
    const std::size_t transport = is_ipv4 ? 4U * (packet[0] & 0xfU) : 40;
    const wire::NextHeader next{packet[field::ipv6::next_header]};
    const bool is_plain = is_ipv4 || next == wire::NextHeader::tcp || next == wire::NextHeader::udp;
    wire::Bytes payload;
    for (const wire::Bytes& each : segments) {
        fuzz::require(each.size() > payload_at);
        fuzz::require(&each == &segments.back() || each.size() == segments[0].size());
        fuzz::require(field::word_at(each, is_ipv4 ? 2 : 4) == each.size() - (is_ipv4 ? 0 : 40));
        fuzz::require(!is_ipv4 ||
                      wire::internet_checksum(wire::BytesView(each).first(transport)) == 0);
        fuzz::require(!is_plain || has_right_checksum(each, transport));
        payload.insert(payload.end(), each.begin() + static_cast<long>(payload_at), each.end());
    }
    fuzz::require(std::ranges::equal(payload, packet.subspan(payload_at, payload.size())));
    merge(std::move(segments));
}

// Where the payload begins and the transport header, if the first packet is one to be merged.
struct Beginning {
    std::size_t transport = 0;
    std::size_t payload = 0;
    bool is_tcp = false;
};

Beginning beginning_of(wire::BytesView packet) {
    const bool is_ipv4 = packet.size() > 20 && packet[0] == 0x45;
    const bool is_ipv6 = packet.size() > 40 && packet[0] >> 4U == 6;
    Beginning beginning{.transport = is_ipv4 ? 20U : 40U};
    if (!is_ipv4 && !is_ipv6) {
        return {};
    }
    const wire::NextHeader protocol{
        packet[is_ipv4 ? field::ipv4::protocol : field::ipv6::next_header]};
    beginning.is_tcp = protocol == wire::NextHeader::tcp;
    const std::size_t room = packet.size() - beginning.transport;
    std::size_t header = field::udp::header;
    if (beginning.is_tcp && room >= field::tcp::least_header) {
        header = 4U * (packet[beginning.transport + field::tcp::data_offset] >> 4U);
    }
    const std::size_t least = beginning.is_tcp ? field::tcp::least_header : field::udp::header;
    if (header < least || header > room) {
        return {};
    }
    beginning.payload = beginning.transport + header;
    return beginning;
}

// Lengths and checksums as they should be.
void make_right(std::span<std::uint8_t> packet, const Beginning& beginning) {
    if (packet[0] >> 4U == 4) {
        field::put_word(packet, field::ipv4::total_length, packet.size());
        field::put_ipv4_checksum(packet.first(20));
    } else {
        field::put_word(packet, field::ipv6::payload_length, packet.size() - 40);
    }
    if (!beginning.is_tcp) {
        field::put_word(packet, beginning.transport + field::udp::length,
                        packet.size() - beginning.transport);
    }
    test::complete(packet, beginning.transport, beginning.is_tcp);
}

// One behind the other, with what the four octets say changed about it.
wire::Bytes follow(wire::Bytes& last, const Beginning& beginning, wire::BytesView change) {
    const auto is_set = [&](unsigned bit) { return ((std::uint32_t{change[1]} >> bit) & 1U) != 0; };
    const std::size_t ahead = last.size() - beginning.payload;
    if (beginning.is_tcp && is_set(1)) {
        const std::size_t at = beginning.transport + field::tcp::sequence;
        field::put_number(last, at, field::number_at(last, at) + static_cast<std::uint32_t>(ahead));
    }
    if (last[0] >> 4U == 4 && is_set(2)) {
        field::put_word(last, field::ipv4::identification,
                        field::word_at(last, field::ipv4::identification) + 1U);
    }
    last.resize(beginning.payload + change[0], change[3]);
    if (is_set(0)) {
        make_right(last, beginning);
    }
    wire::Bytes packet = last;
    packet[change[2] % packet.size()] ^= is_set(3) ? change[3] : std::uint8_t{0};
    if (is_set(4) && packet[0] == last[0]) {
        make_right(packet, beginning);
    }
    return packet;
}

void merge_a_flow(wire::BytesView input) {
    constexpr std::size_t change_size = 4;
    const std::size_t size = input.empty() ? 0 : input[0];
    if (size == 0 || input.size() <= size) {
        return;
    }
    wire::Bytes last(input.begin() + 1, input.begin() + 1 + static_cast<long>(size));
    const Beginning beginning = beginning_of(last);
    Packets packets{last};
    for (std::size_t at = 1 + size; at + change_size <= input.size(); at += change_size) {
        const auto change = input.subspan(at, change_size);
        if (beginning.payload != 0) {
            packets.push_back(follow(last, beginning, change));
        } else {
            packets.push_back(last);
            packets.back()[change[2] % size] ^= change[3];
        }
    }
    merge(std::move(packets));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > godwit::max_input) {
        return -1;
    }
    const godwit::wire::BytesView input{data + 1, size - 1};
    if (data[0] % 2 == 0) {
        godwit::divide(input);
    } else {
        godwit::merge_a_flow(input);
    }
    return 0;
}
