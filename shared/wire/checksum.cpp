#include "shared/wire/checksum.hpp"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace godwit::wire {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);
constexpr std::size_t lanes = 4;
constexpr std::size_t stride = lanes * word;

void add_with_carry(std::uint64_t& sum, std::uint64_t words) {
    sum += words;
    sum += sum < words ? 1U : 0U;
}

// Four sums side by side, since each addition of one waits for the carry of the last. That is
// within a quarter of what AVX2 does for a packet, and the same for every processor.
template <bool copying>
std::uint64_t sum_of(const std::uint8_t* from, std::size_t size, std::uint8_t* to) {
    std::array<std::uint64_t, lanes> sums{};
    for (; size >= stride; size -= stride, from += stride) {
        std::array<std::uint64_t, lanes> words{};
        std::memcpy(words.data(), from, stride);
        if constexpr (copying) {
            std::memcpy(to, words.data(), stride);
            to += stride;
        }
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            add_with_carry(sums[lane], words[lane]);
        }
    }
    for (std::size_t lane = 1; lane < lanes; ++lane) {
        add_with_carry(sums[0], sums[lane]);
    }
    while (size > 0) {
        const std::size_t part = size < word ? size : word;
        std::uint64_t words = 0;  // what is missing of the last one counts as zero
        std::memcpy(&words, from, part);
        if constexpr (copying) {
            std::memcpy(to, &words, part);
            to += part;
        }
        add_with_carry(sums[0], words);
        from += part;
        size -= part;
    }
    return sums[0];
}

}  // namespace

void InternetSum::add_native(std::uint64_t words) {
    add_with_carry(sum_, words);
}

void InternetSum::add(BytesView part) {
    add_native(sum_of<false>(part.data(), part.size(), nullptr));
}

void InternetSum::add_copying(BytesView part, std::span<std::uint8_t> to) {
    assert(to.size() == part.size());
    add_native(sum_of<true>(part.data(), part.size(), to.data()));
}

void InternetSum::add_number(std::uint32_t number) {
    add_native(std::endian::native == std::endian::little ? std::byteswap(number) : number);
}

std::uint16_t InternetSum::folded() const {
    std::uint64_t sum = sum_;
    while ((sum >> 16U) != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    const auto words = static_cast<std::uint16_t>(sum);
    return std::endian::native == std::endian::little ? std::byteswap(words) : words;
}

std::uint16_t InternetSum::checksum() const {
    return static_cast<std::uint16_t>(~folded());
}

std::uint16_t internet_checksum(BytesView octets) {
    InternetSum sum;
    sum.add(octets);
    return sum.checksum();
}

std::uint16_t upper_layer_checksum(const PseudoHeader& addresses, NextHeader protocol,
                                   BytesView payload) {
    InternetSum sum;
    sum.add(addresses.source.octets);
    sum.add(addresses.destination.octets);
    sum.add_number(static_cast<std::uint32_t>(payload.size()));
    sum.add_number(static_cast<std::uint8_t>(protocol));
    sum.add(payload);
    return sum.checksum();
}

}  // namespace godwit::wire
