#include "shared/wire/checksum.hpp"

#include <bit>
#include <cstring>

namespace godwit::wire {
namespace {

// The sum of the 16-bit words, an odd last octet padded with zero; carries are not yet folded in.
std::uint64_t sum_of_words(BytesView octets) {
    std::uint64_t sum = 0;
    std::size_t at = 0;
    // Two words at a time weigh the same as one after the other, once folded (RFC 1071 §2).
    for (std::uint32_t words = 0; at + sizeof words <= octets.size(); at += sizeof words) {
        std::memcpy(&words, octets.data() + at, sizeof words);
        sum += std::endian::native == std::endian::little ? std::byteswap(words) : words;
    }
    for (; at + 1 < octets.size(); at += 2) {
        sum += static_cast<std::uint64_t>(octets[at]) << 8U | octets[at + 1];
    }
    if (at < octets.size()) {
        sum += static_cast<std::uint64_t>(octets[at]) << 8U;
    }
    return sum;
}

std::uint16_t complement(std::uint64_t sum) {
    while ((sum >> 16U) != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

}  // namespace

std::uint16_t internet_checksum(BytesView octets) {
    return complement(sum_of_words(octets));
}

std::uint16_t upper_layer_checksum(const PseudoHeader& addresses, NextHeader protocol,
                                   BytesView payload) {
    // The length is a 32-bit field; its two halves weigh the same as its value, once folded.
    return complement(sum_of_words(addresses.source.octets) +
                      sum_of_words(addresses.destination.octets) + payload.size() +
                      static_cast<std::uint8_t>(protocol) + sum_of_words(payload));
}

}  // namespace godwit::wire
