#include "shared/datapath/segment_size.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>

#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

// RFC 9293 §3.1; everything in octets.
constexpr std::size_t least_header = 20;
constexpr std::size_t data_offset_at = 12;
constexpr std::size_t flags_at = 13;
constexpr std::size_t checksum_at = 16;
constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t end_of_options = 0;
constexpr std::uint8_t no_operation = 1;
constexpr std::uint8_t maximum_segment_size = 2;
constexpr std::uint8_t maximum_segment_size_length = 4;
// However small the path: less than this makes a TCP that sends next to nothing but headers.
constexpr std::uint32_t least_segment = 64;

unsigned word_at(std::span<const std::uint8_t> octets, std::size_t at) {
    return static_cast<unsigned>(octets[at]) << 8U | octets[at + 1];
}

void put_word(std::span<std::uint8_t> octets, std::size_t at, unsigned word) {
    octets[at] = static_cast<std::uint8_t>(word >> 8U);
    octets[at + 1] = static_cast<std::uint8_t>(word);
}

// The header of a SYN with its options, if all of it is there.
std::span<std::uint8_t> header_of_syn(std::span<std::uint8_t> tcp) {
    if (tcp.size() < least_header || (tcp[flags_at] & syn) == 0) {
        return {};
    }
    const std::size_t size = std::size_t{4} * (tcp[data_offset_at] >> 4U);
    return size < least_header || size > tcp.size() ? std::span<std::uint8_t>{} : tcp.first(size);
}

// Where the value of the option stands.
std::optional<std::size_t> find_segment_size(std::span<const std::uint8_t> header) {
    std::size_t at = least_header;
    while (at < header.size() && header[at] != end_of_options) {
        if (header[at] == no_operation) {
            ++at;
            continue;
        }
        if (at + 1 >= header.size() || header[at + 1] < 2 || at + header[at + 1] > header.size()) {
            return std::nullopt;
        }
        if (header[at] == maximum_segment_size && header[at + 1] == maximum_segment_size_length) {
            return at + 2;
        }
        at += header[at + 1];
    }
    return std::nullopt;
}

// Of a value at an odd offset each octet counts in the other half of its word, which swaps both in
// the sum.
std::uint16_t updated(unsigned checksum, unsigned before, unsigned after, bool is_odd) {
    auto from = static_cast<std::uint16_t>(before);
    auto to = static_cast<std::uint16_t>(after);
    if (is_odd) {
        from = std::byteswap(from);
        to = std::byteswap(to);
    }
    return wire::updated_checksum(static_cast<std::uint16_t>(checksum), from, to);
}

}  // namespace

void clamp_segment_size(const InnerPacket& packet, std::uint32_t whole) {
    if (packet.content != wire::NextHeader::tcp || packet.fragment_offset != 0) {
        return;
    }
    const std::span<std::uint8_t> header = header_of_syn(packet.payload());
    const auto at = find_segment_size(header);
    if (!at) {
        return;
    }
    const std::size_t headers =
        (packet.is_ipv4 ? wire::Ipv4Header::size : wire::Ipv6Header::size) + least_header;
    const auto limit = std::max<std::uint32_t>(
        whole - std::min(whole, static_cast<std::uint32_t>(headers)), least_segment);
    const unsigned size = word_at(header, *at);
    if (size > limit) {
        put_word(header, *at, limit);
        put_word(header, checksum_at,
                 updated(word_at(header, checksum_at), size, limit, *at % 2 != 0));
    }
}

}  // namespace godwit::datapath
