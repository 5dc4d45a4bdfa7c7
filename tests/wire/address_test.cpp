#include "shared/wire/address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

#include "tests/support/addresses.hpp"

namespace godwit::wire {
namespace {

using test::ip;

TEST(Ipv6Address, IsWrittenAsRfc5952Recommends) {
    EXPECT_EQ(ip("2001:0DB8:0:0:0:0:0:1").text(), "2001:db8::1");          // §4.1, §4.3
    EXPECT_EQ(ip("2001:db8:0:1:1:1:1:1").text(), "2001:db8:0:1:1:1:1:1");  // §4.2.2
    EXPECT_EQ(ip("2001:0:0:1:0:0:0:1").text(), "2001:0:0:1::1");           // §4.2.3, the longer
    EXPECT_EQ(ip("2001:db8:0:0:1:0:0:1").text(), "2001:db8::1:0:0:1");     // §4.2.3, the first
    EXPECT_EQ(ip("::").text(), "::");
    EXPECT_EQ(ip("::1").text(), "::1");
    EXPECT_EQ(ip("0:0:0:0:0:ffff:c000:201").text(), "::ffff:192.0.2.1");  // §5
}

TEST(Ipv6Address, IsReadFromEveryFormOfRfc4291) {
    EXPECT_EQ(ip("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789").text(),
              "abcd:ef01:2345:6789:abcd:ef01:2345:6789");
    EXPECT_EQ(ip("FF01::101"), ip("FF01:0:0:0:0:0:0:101"));
    EXPECT_EQ(ip("::13.1.68.3"), ip("0:0:0:0:0:0:d01:4403"));
}

TEST(Ipv6Address, IsNotReadFromAnythingElse) {
    for (const std::string_view text :
         {"", ":", ":::", "1", "2001:db8::1::2", "2001:db8::g", "12345::", "::1/64", "fe80::1%eth0",
          "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", " ::1", "::1 ", "192.0.2.1"}) {
        EXPECT_FALSE(Ipv6Address::parse(text)) << text;
    }
    EXPECT_FALSE(Ipv6Address::parse(std::string_view("::1\0junk", 8)));
}

TEST(Ipv4Address, IsReadAndWrittenInDottedDecimal) {
    EXPECT_EQ(Ipv4Address::parse("192.0.2.1").value().text(), "192.0.2.1");
    for (const std::string_view text : {"", "192.0.2", "192.0.2.256", "192.0.2.1.1", "0x7f.1"}) {
        EXPECT_FALSE(Ipv4Address::parse(text)) << text;
    }
}

TEST(Ipv6Address, MapsAnIpv4AddressBothWays) {
    const Ipv4Address ipv4{{192, 0, 2, 7}};
    EXPECT_EQ(Ipv6Address::mapped(ipv4), ip("::ffff:192.0.2.7"));
    EXPECT_EQ(Ipv6Address::mapped(ipv4).mapped_ipv4(), ipv4);
    EXPECT_FALSE(ip("2001:db8::1").mapped_ipv4());
    EXPECT_FALSE(ip("::192.0.2.7").mapped_ipv4());
}

TEST(Ipv6Address, IsUnicastRoutableUnlessRfc6275SaysItIsNot) {
    EXPECT_TRUE(ip("2001:db8::1").is_unicast_routable());
    EXPECT_TRUE(ip("fd00::1").is_unicast_routable());
    EXPECT_TRUE(ip("fec0::1").is_unicast_routable());
    for (const std::string_view text :
         {"::", "::1", "fe80::1", "febf::1", "ff02::1", "ff0e::1", "::ffff:192.0.2.1"}) {
        EXPECT_FALSE(ip(text).is_unicast_routable()) << text;
    }
}

TEST(Prefix, ContainsTheAddressesThatShareItsBits) {
    const Prefix prefix = Prefix::parse("2001:db8:8000::/33").value();
    EXPECT_TRUE(prefix.contains(ip("2001:db8:8000::1")));
    EXPECT_TRUE(prefix.contains(ip("2001:db8:ffff::1")));
    EXPECT_FALSE(prefix.contains(ip("2001:db8:7fff::1")));
    EXPECT_TRUE(Prefix::parse("::/0").value().contains(ip("ff02::1")));
    EXPECT_TRUE(Prefix::parse("::1/128").value().contains(ip("::1")));
    EXPECT_FALSE(Prefix::parse("::1/128").value().contains(ip("::2")));
}

TEST(Prefix, IsReadAndWritten) {
    EXPECT_EQ(Prefix::parse("2001:DB8:0::/48").value().text(), "2001:db8::/48");
    for (const std::string_view text :
         {"", "2001:db8::", "2001:db8::/", "2001:db8::/129", "2001:db8::/-1", "2001:db8::/+8",
          "2001:db8::/48 ", "/48", "2001:db8::1/64", "2001:db8::/28", "2001:db8::/4x"}) {
        EXPECT_FALSE(Prefix::parse(text)) << text;
    }
}

TEST(Ipv6Address, SpreadsTheAddressesOfOnePrefixOverAHashTable) {
    std::unordered_set<std::size_t> low_bits;
    Ipv6Address address = ip("2001:db8:f::");
    for (unsigned n = 0; n < 1024; ++n) {
        address.octets[14] = static_cast<std::uint8_t>(n >> 8U);
        address.octets[15] = static_cast<std::uint8_t>(n);
        low_bits.insert(std::hash<Ipv6Address>{}(address) & 0xfffU);
    }
    EXPECT_GT(low_bits.size(), 512U);
}

TEST(Ipv4Address, IsUnicastRoutableUnlessItIsOfThisHostThisLinkOrAGroup) {
    for (const char* text : {"192.0.2.1", "10.0.0.1", "100.64.0.1", "169.253.0.1", "223.0.0.1"}) {
        EXPECT_TRUE(Ipv4Address::parse(text)->is_unicast_routable()) << text;
    }
    for (const char* text :
         {"0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255"}) {
        EXPECT_FALSE(Ipv4Address::parse(text)->is_unicast_routable()) << text;
    }
}

TEST(Prefix, OfIpv4AddressesIsReadAndWrittenAsSuch) {
    const Prefix private_use = Prefix::parse_ipv4("10.0.0.0/8").value();
    EXPECT_EQ(private_use, (Prefix{ip("::ffff:10.0.0.0"), 104}));
    EXPECT_TRUE(private_use.is_ipv4());
    EXPECT_TRUE(private_use.contains(ip("::ffff:10.1.2.3")));
    EXPECT_FALSE(private_use.contains(ip("::ffff:11.1.2.3")));
    EXPECT_EQ(private_use.text(), "10.0.0.0/8");
    EXPECT_EQ(Prefix::parse_ipv4("0.0.0.0/0")->text(), "0.0.0.0/0");
    EXPECT_EQ(Prefix::parse_ipv4("192.0.2.1/32")->text(), "192.0.2.1/32");
    EXPECT_FALSE(Prefix::parse("::/0")->is_ipv4());
    EXPECT_FALSE(Prefix::parse("::/95")->is_ipv4());
}

TEST(Prefix, OfIpv4AddressesIsNotReadFromAnythingElse) {
    for (const char* text : {"", "10.0.0.0", "10.0.0.0/33", "10.0.0.1/8", "10/8", "::/0"}) {
        EXPECT_FALSE(Prefix::parse_ipv4(text)) << text;
    }
}

}  // namespace
}  // namespace godwit::wire
