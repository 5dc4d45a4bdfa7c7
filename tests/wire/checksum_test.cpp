#include "shared/wire/checksum.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

using test::ip;
using test::octets;

TEST(InternetChecksum, AgreesWithTheExampleOfRfc1071) {
    EXPECT_EQ(internet_checksum(octets("0001 f203 f4f5 f6f7")), 0x220d);  // not ddf2, §3
}

TEST(InternetChecksum, PadsAnOddOctetWithZero) {
    EXPECT_EQ(internet_checksum(octets("0001 f2")), internet_checksum(octets("0001 f200")));
}

TEST(InternetChecksum, FoldsEveryCarry) {
    EXPECT_EQ(internet_checksum(Bytes(65536, 0xff)), 0);
    EXPECT_EQ(internet_checksum({}), 0xffff);
}

TEST(InternetChecksum, IsZeroOverAnIpv4HeaderThatContainsIt) {
    EXPECT_EQ(internet_checksum(octets("45000064000040004011d44ec6336405cb007101")), 0);
}

// RFC 1071 §1, word by word.
std::uint16_t by_words(BytesView octets) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at < octets.size(); ++at) {
        sum += at % 2 == 0 ? octets[at] * 256U : octets[at];
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

Bytes any_octets(std::size_t size) {
    static std::mt19937 random(1071);
    Bytes octets(size);
    for (std::uint8_t& octet : octets) {
        octet = static_cast<std::uint8_t>(random());
    }
    return octets;
}

TEST(InternetChecksum, IsTheSameAtEveryLengthAndAlignment) {
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes octets = any_octets(size + 8);
        for (std::size_t from = 0; from < 8; ++from) {
            const BytesView part = BytesView(octets).subspan(from, size);
            EXPECT_EQ(internet_checksum(part), by_words(part)) << size << ' ' << from;
        }
    }
    const Bytes longest = any_octets(65'575);
    EXPECT_EQ(internet_checksum(longest), by_words(longest));
}

TEST(InternetChecksum, IsUpdatedAsIfItWereMadeAnew) {  // RFC 1624 §3
    for (int round = 0; round < 10'000; ++round) {
        Bytes octets = any_octets(20);
        const std::uint16_t before = internet_checksum(octets);
        const auto was = static_cast<std::uint16_t>(octets[0] << 8U | octets[1]);
        octets[1] ^= static_cast<std::uint8_t>(round);
        const auto is = static_cast<std::uint16_t>(octets[0] << 8U | octets[1]);
        EXPECT_EQ(updated_checksum(before, was, is), internet_checksum(octets)) << round;
    }
}

TEST(InternetChecksum, IsUpdatedWhereTheFirstFormOfTheEquationFails) {  // RFC 1624 §4
    EXPECT_EQ(updated_checksum(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(InternetSum, IsOfAllPartsTogether) {
    const Bytes octets = any_octets(101);
    for (std::size_t end = 0; end <= 100; end += 2) {
        InternetSum sum;
        sum.add(BytesView(octets).first(end));
        sum.add(BytesView(octets).subspan(end));
        EXPECT_EQ(sum.checksum(), by_words(octets)) << end;
    }
}

TEST(InternetSum, TakesNumbersAsTheyStandInHeaders) {
    InternetSum of_numbers;
    of_numbers.add_number(0x0001f203);
    of_numbers.add_number(0xf4f5);
    EXPECT_EQ(of_numbers.folded(), 0xe6fa);  // 0001 + f203 + f4f5, and its carry
    EXPECT_EQ(of_numbers.checksum(), internet_checksum(octets("0001 f203 f4f5")));
}

TEST(InternetSum, CopiesWhatItAdds) {
    for (std::size_t size = 0; size < 200; ++size) {
        const Bytes octets = any_octets(size);
        Bytes copy(size);
        InternetSum sum;
        sum.add_copying(octets, copy);
        EXPECT_EQ(copy, octets);
        EXPECT_EQ(sum.checksum(), by_words(octets)) << size;
    }
}

TEST(UpperLayerChecksum, IsZeroOverACapturedNeighborSolicitation) {
    const PseudoHeader addresses{ip("fe80::c3a:25ff:fe42:b1fa"), ip("ff02::1:ff00:2")};
    const Bytes message =
        octets("8700856500000000 20010db8000e00000000000000000002 01010e3a2542b1fa");
    EXPECT_EQ(upper_layer_checksum(addresses, NextHeader::icmpv6, message), 0);
    EXPECT_NE(upper_layer_checksum(addresses, NextHeader::udp, message), 0);
}

}  // namespace
}  // namespace godwit::wire
