#include "shared/wire/checksum.hpp"

#include <gtest/gtest.h>

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

TEST(UpperLayerChecksum, IsZeroOverACapturedNeighborSolicitation) {
    const PseudoHeader addresses{ip("fe80::c3a:25ff:fe42:b1fa"), ip("ff02::1:ff00:2")};
    const Bytes message =
        octets("8700856500000000 20010db8000e00000000000000000002 01010e3a2542b1fa");
    EXPECT_EQ(upper_layer_checksum(addresses, NextHeader::icmpv6, message), 0);
    EXPECT_NE(upper_layer_checksum(addresses, NextHeader::udp, message), 0);
}

}  // namespace
}  // namespace godwit::wire
