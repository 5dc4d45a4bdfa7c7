#include "shared/wire/traffic_class.hpp"

#include <gtest/gtest.h>

#include <array>

#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::wire {
namespace {

constexpr std::array every_ecn{Ecn::not_ect, Ecn::ect_0, Ecn::ect_1, Ecn::ce};
constexpr std::uint8_t expedited = 0xb8;  // DSCP 46

std::uint8_t with(Ecn ecn, std::uint8_t dscp = expedited) {
    return static_cast<std::uint8_t>(dscp | static_cast<unsigned>(ecn));
}

Bytes ipv6(std::uint8_t traffic_class) {
    Bytes packet(48, 0x5a);
    Ipv6Header{.traffic_class = traffic_class,
               .flow_label = 0xfedcb,
               .payload_length = 8,
               .source = test::ip("2001:db8::1"),
               .destination = test::ip("2001:db8::2")}
        .write(std::span(packet).first<Ipv6Header::size>());
    return packet;
}

// With every identification the checksum is another one.
Bytes ipv4(std::uint8_t traffic_class, std::uint16_t identification = 1) {
    Bytes packet(28, 0x5a);
    Ipv4Header{.type_of_service = traffic_class,
               .total_length = 28,
               .identification = identification,
               .source = {{192, 0, 2, 1}},
               .destination = {{192, 0, 2, 2}}}
        .write(std::span(packet).first<Ipv4Header::size>());
    return packet;
}

TEST(TrafficClass, IsReadFromEitherHeader) {
    for (unsigned value = 0; value < 256; ++value) {
        const auto traffic_class = static_cast<std::uint8_t>(value);
        EXPECT_EQ(traffic_class_of(ipv6(traffic_class)), traffic_class);
        EXPECT_EQ(traffic_class_of(ipv4(traffic_class)), traffic_class);
    }
}

TEST(TrafficClass, IsOfAWholeHeaderOnly) {
    EXPECT_EQ(traffic_class_of({}), std::nullopt);
    EXPECT_EQ(traffic_class_of(BytesView(ipv6(0)).first(39)), std::nullopt);
    EXPECT_EQ(traffic_class_of(BytesView(ipv4(0)).first(19)), std::nullopt);
    EXPECT_EQ(traffic_class_of(Bytes(60, 0x55)), std::nullopt) << "neither version";
}

TEST(Congestion, MarksWhatUnderstandsItAndNothingElse) {  // RFC 3168 §5
    for (const Ecn ecn : every_ecn) {
        Bytes packet = ipv6(with(ecn));
        const bool understands = ecn != Ecn::not_ect;
        EXPECT_EQ(mark_congestion(packet), understands);
        EXPECT_EQ(packet, ipv6(with(understands ? Ecn::ce : ecn)));
    }
}

TEST(Congestion, KeepsTheChecksumOfIpv4Right) {  // RFC 1624
    for (unsigned identification = 0; identification < 65'536; ++identification) {
        const auto number = static_cast<std::uint16_t>(identification);
        for (const Ecn ecn : {Ecn::ect_0, Ecn::ect_1, Ecn::ce}) {
            Bytes packet = ipv4(with(ecn), number);
            ASSERT_TRUE(mark_congestion(packet));
            ASSERT_EQ(packet, ipv4(with(Ecn::ce), number));
        }
    }
    Bytes deaf = ipv4(with(Ecn::not_ect));
    EXPECT_FALSE(mark_congestion(deaf));
    EXPECT_EQ(deaf, ipv4(with(Ecn::not_ect)));
}

TEST(Congestion, LeavesAloneWhatIsNoPacket) {
    for (std::size_t size = 0; size < Ipv4Header::size; ++size) {
        for (const unsigned version : {4U, 5U, 6U}) {
            Bytes octets(size, static_cast<std::uint8_t>(version << 4U | 0xfU));
            const Bytes before = octets;
            EXPECT_FALSE(mark_congestion(octets)) << version << ' ' << size;
            EXPECT_EQ(octets, before);
        }
    }
}

}  // namespace
}  // namespace godwit::wire
